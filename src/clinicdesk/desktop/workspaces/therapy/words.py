"""Medicines and directions in words, for the form in which they are written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.entities import Allergy, Medicine, Schedule, Severity
from clinicdesk.core.stock import Availability
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.models.item_words import days_words, frequency_words
from clinicdesk.desktop.models.units import counted
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.shared.patient_head import severity_word
from clinicdesk.desktop.workspaces.therapy.directions import (
    Directions,
    Missing,
    plural_of,
)
from clinicdesk.desktop.workspaces.therapy.draft import DraftLine

_SEPARATOR = " · "


def medicine_name(medicine: Medicine) -> str:
    """What is prescribed: "Azithromycin 500 mg tablet"."""
    return " ".join(
        part for part in (medicine.generic_name, medicine.strength, medicine.form) if part
    )


def unit_words(medicine: Medicine, count: int = 2) -> str:
    """The unit in which it is dispensed, for so many: "tablets", "ml"."""
    return medicine.pack_unit if count == 1 else plural_of(medicine.pack_unit)


def pack_words(medicine: Medicine) -> str:
    """How it is packed: "10 tablets"."""
    return counted(medicine.pack_size, medicine.pack_unit)


def schedule_pill(schedule: Schedule) -> Pill | None:
    """The mark of a schedule that a prescriber should notice; none for what anybody may buy."""
    if schedule is Schedule.OTC:
        return None
    text = QCoreApplication.translate("PrescriptionItem", "Schedule %1").replace("%1", schedule)
    return Pill(text, Tone.WARNING if schedule.controlled else Tone.NEUTRAL)


def availability_look(availability: Availability) -> Pill:
    """Whether a pharmacy has a medicine: word, tone and icon."""
    match availability:
        case Availability.IN_STOCK:
            text = QCoreApplication.translate("MedicineRow", "In stock")
            return Pill(text, Tone.SUCCESS, "circle-check")
        case Availability.LOW:
            text = QCoreApplication.translate("MedicineRow", "Low stock")
            return Pill(text, Tone.WARNING, "package")
        case Availability.NONE:
            text = QCoreApplication.translate("MedicineRow", "None in stock")
            return Pill(text, Tone.DANGER, "package-x")
        case Availability.NOT_KEPT:
            text = QCoreApplication.translate("MedicineRow", "Not kept here")
            return Pill(text, Tone.NEUTRAL, "minus")


def line_words(line: DraftLine) -> str:
    """How a line is to be taken: "1 tablet, twice a day, 5 days · after food · sublingual"."""
    taken = [line.dose, frequency_words(line.frequency)]
    if line.days:
        taken.append(days_words(line.days))
    parts = [", ".join(taken), line.instructions, _other_route(line), line.medicine.brand]
    if line.medicine.schedule.controlled:
        text = QCoreApplication.translate("PrescriptionItem", "Schedule %1")
        parts.insert(0, text.replace("%1", line.medicine.schedule))
    return _SEPARATOR.join(part for part in parts if part)


def _other_route(line: DraftLine) -> str:
    return route_words(line.route) if line.route != line.medicine.route else ""


def directions_pills(
    directions: Directions, medicine: Medicine, amount_minor: int, *, ask: bool = True
) -> list[Pill]:
    """What was read, fact by fact, and, to `ask` for it, what is still missing."""
    pills = []
    if directions.dose:
        pills.append(Pill(directions.dose, Tone.ACCENT, "pill"))
    pills.append(Pill(route_words(directions.route)))
    if directions.frequency is not None:
        pills.append(Pill(frequency_words(directions.frequency), Tone.ACCENT, "clock"))
    if directions.days:
        pills.append(Pill(days_words(directions.days), Tone.ACCENT, "calendar-days"))
    if directions.instructions:
        pills.append(Pill(directions.instructions))
    if directions.missing is not None:
        if ask:
            pills.append(
                Pill(missing_words(directions.missing, medicine), Tone.WARNING, "circle-help")
            )
    elif amount_minor:
        pills.append(Pill(money(amount_minor, medicine.currency)))
    return pills


def missing_words(missing: Missing, medicine: Medicine) -> str:
    """What the line should still say, with how it is said."""
    match missing:
        case Missing.OTHER_UNIT:
            return QCoreApplication.translate(
                "Directions", "This medicine comes in %1: give the dose in %1"
            ).replace("%1", unit_words(medicine))
        case Missing.DOSE:
            return QCoreApplication.translate("Directions", "How much at a time? As: 1 tablet")
        case Missing.FREQUENCY:
            return QCoreApplication.translate(
                "Directions", "How often? od bd tds qid hs q6h weekly sos stat"
            )
        case Missing.DAYS_TOO_MANY:
            return QCoreApplication.translate("Directions", "Two years are the longest course")
        case Missing.DOSE_TOO_LONG:
            return QCoreApplication.translate(
                "Directions", "The dose is too long: put the rest behind the frequency"
            )
        case Missing.INSTRUCTIONS_TOO_LONG:
            return QCoreApplication.translate(
                "Directions", "The instructions are too long: 200 letters are the most"
            )


def warning_title(met: Sequence[Allergy]) -> str:
    """What the patient is allergic to, of that which the medicine holds."""
    named = ", ".join(f"{allergy.substance} ({severity_word(allergy.severity)})" for allergy in met)
    return QCoreApplication.translate("AllergyWarning", "Allergy: %1").replace("%1", named)


def warning_text(met: Sequence[Allergy]) -> str:
    """What happened then, and what signing will say to it."""
    reaction = met[0].reaction
    if met[0].severity is Severity.SEVERE:
        text = QCoreApplication.translate(
            "AllergyWarning", "%1. With a severe allergy it cannot be signed: choose another."
        )
    else:
        text = QCoreApplication.translate(
            "AllergyWarning", "%1. You may still prescribe it if you judge so."
        )
    return text.replace("%1", reaction)


def route_words(route: str) -> str:
    """How it gets into the body, in the words of the list."""
    match route:
        case "oral":
            return QCoreApplication.translate("Route", "by mouth")
        case "topical":
            return QCoreApplication.translate("Route", "on the skin")
        case "inhaled":
            return QCoreApplication.translate("Route", "inhaled")
        case "nasal":
            return QCoreApplication.translate("Route", "into the nose")
        case "ophthalmic":
            return QCoreApplication.translate("Route", "into the eye")
        case "otic":
            return QCoreApplication.translate("Route", "into the ear")
        case "sublingual":
            return QCoreApplication.translate("Route", "under the tongue")
        case "rectal":
            return QCoreApplication.translate("Route", "rectal")
        case "vaginal":
            return QCoreApplication.translate("Route", "vaginal")
        case "subcutaneous":
            return QCoreApplication.translate("Route", "under the skin")
        case "intramuscular":
            return QCoreApplication.translate("Route", "into the muscle")
        case "intravenous":
            return QCoreApplication.translate("Route", "into the vein")
        case "transdermal":
            return QCoreApplication.translate("Route", "through the skin")
        case "buccal":
            return QCoreApplication.translate("Route", "in the cheek")
        case _:
            return route
