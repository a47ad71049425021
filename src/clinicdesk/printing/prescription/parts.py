"""The parts of a prescription's page. Each is told where it may begin and says where it ends."""

from __future__ import annotations

from typing import Final

from clinicdesk.contract.entities import (
    ItemStatus,
    Practitioner,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.sig import FREQUENCIES
from clinicdesk.printing.directions import dose_words, duration_words
from clinicdesk.printing.facts import PrescriptionFacts
from clinicdesk.printing.ink import GREY, MM, PALE, RED, Align, Ink
from clinicdesk.printing.prescription.country import Country
from clinicdesk.printing.shaping import fitted, width_of, wrapped
from clinicdesk.printing.words import (
    age_text,
    counted_units,
    day_text,
    local_day,
    moment_text,
    number_words,
    phone_text,
    sex_text,
)

MARGIN: Final = 42.0
FOOT: Final = 52.0
"""Height of the foot, from the lower edge of the page."""
ONWARD: Final = 16.0
"""Height of what says that another page follows, above the foot."""

NO_BREAK: Final = "\N{NO-BREAK SPACE}"

_QR: Final = 34 * MM
_SMALL: Final = 8.5
_BODY: Final = 9.5
_COLUMNS: Final = (
    ("Medicine", 20.0, 186.0),
    ("Dose", 214.0, 82.0),
    ("Frequency", 302.0, 82.0),
    ("Duration", 390.0, 48.0),
    ("Quantity", 444.0, 67.0),
)
"""Heading, distance from the margin, width."""


def draw_head(ink: Ink, facts: PrescriptionFacts, country: Country) -> float:
    """The clinic, the prescriber, the patient: on every page."""
    width = ink.width - 2 * MARGIN
    beside = width - _QR - 18 if facts.prescription.seal else width
    y = _clinic(ink, facts, beside)
    y = _prescriber(ink, facts, country, y + 6, beside)
    if facts.prescription.seal is not None:
        left = ink.width - MARGIN - _QR
        ink.qr(left, MARGIN - 8, _QR, facts.prescription.seal)
        caption = MARGIN + _QR + 3
        ink.text(left + _QR / 2, caption, facts.prescription.code, _SMALL, bold=True,
                 align=Align.CENTRE)  # fmt: skip
        y = max(y, caption + 4)
    ink.rule(MARGIN, y + 2, width)
    y = _patient(ink, facts, country, y + 17)
    ink.rule(MARGIN, y - 4, width)
    return y + 12


def draw_table_head(ink: Ink, y: float) -> float:
    """The headings of the lines, after the sign that has stood before them for centuries."""
    ink.text(MARGIN, y + 3, "℞", 15)
    for heading, left, width in _COLUMNS:
        last = heading == _COLUMNS[-1][0]
        place = MARGIN + left + (width if last else 0)
        align = Align.RIGHT if last else Align.LEFT
        ink.text(place, y, heading, _SMALL, colour=GREY, align=align)
    return y + 18


def line_height(item: PrescriptionItem, unit: str, country: Country) -> float:
    """What `draw_line` takes of the page's height."""
    cells = _cells(item, unit, country)
    name = len(wrapped(_name(item, country), 10, _COLUMNS[0][2], bold=True)) * 13
    below = sum(len(wrapped(text, _SMALL, _COLUMNS[0][2])) * 11.5 for text in _below(item))
    others = (
        len(wrapped(text, _BODY, width)) * 12.5
        for text, (_heading, _left, width) in zip(cells, _COLUMNS[1:], strict=True)
    )
    return max(name + below, *others) + 13


def draw_line(ink: Ink, item: PrescriptionItem, unit: str, country: Country, y: float) -> float:
    """One medicine; `unit` is what it is counted in."""
    top = y
    ink.text(MARGIN, y, f"{item.line}.", 10, bold=True)
    left, width = MARGIN + _COLUMNS[0][1], _COLUMNS[0][2]
    lines = wrapped(_name(item, country), 10, width, bold=True)
    y = ink.block(left, y, _name(item, country), 10, width, bold=True)
    if (mark := country.marks.get(item.schedule)) is not None:
        last = width_of(lines[-1], 10, bold=True) if lines else 0
        _mark(ink, left + last + 6, top + 13 * (len(lines) - 1), *mark)
    for text in _below(item):
        y = ink.block(left, y, text, _SMALL, width)
    cells = _cells(item, unit, country)
    for text, (heading, at, room) in zip(cells, _COLUMNS[1:], strict=True):
        for place, part in enumerate(wrapped(text, _BODY, room)):
            baseline = top + place * 12.5
            if heading == "Quantity":
                ink.text(MARGIN + at + room, baseline, part, _BODY, bold=True, align=Align.RIGHT)
            else:
                ink.text(MARGIN + at, baseline, part, _BODY)
    return top + line_height(item, unit, country)


def credentials(prescriber: Practitioner, country: Country) -> list[str]:
    """Qualification and registration; what the law asks for and nobody entered is said to lack."""
    number = prescriber.registration_number or "not recorded"
    missing = "Qualification not recorded" if country.qualification else ""
    called = f"{country.registration} {number}"
    return [prescriber.qualification or missing, called.replace(" ", NO_BREAK)]


def draw_between(ink: Ink, y: float) -> None:
    """What parts a medicine from the one above it, whose `draw_line` begins at `y`."""
    ink.rule(MARGIN, y - 14, ink.width - 2 * MARGIN, 0.4, colour=PALE)


def draw_foot(ink: Ink, facts: PrescriptionFacts, page: int, pages: int) -> None:
    """Whose page it is and which: no page can be taken for another's."""
    y = ink.height - FOOT + 20
    printing, zone = facts.printing, facts.clinic.zone
    ink.rule(MARGIN, y - 12, ink.width - 2 * MARGIN, 0.4)
    whose = f"{facts.prescription.code} · {facts.patient.number} · {facts.patient.name}"
    ink.text(MARGIN, y, fitted(whose, _SMALL, ink.width - 2 * MARGIN - 70), _SMALL)
    if page < pages:
        onward = f"Continues on page {page + 1}; the signature is on page {pages}."
        ink.text(ink.width - MARGIN, y - 18, onward, _SMALL, bold=True, align=Align.RIGHT)
    ink.text(ink.width - MARGIN, y, f"Page {page} of {pages}", _SMALL, align=Align.RIGHT)
    printed = f"Printed {moment_text(printing.at, zone)} by {printing.by}"
    if printing.is_copy:
        printed = f"COPY {printing.earlier + 1}. {printed}. The first print may be in use."
    if facts.prescription.status is PrescriptionStatus.CANCELLED:
        printed = f"CANCELLED. {printed}"
    ink.text(MARGIN, y + 12, printed, 7.5, colour=GREY)


def _clinic(ink: Ink, facts: PrescriptionFacts, width: float) -> float:
    clinic = facts.clinic
    y = ink.block(MARGIN, MARGIN + 6, clinic.name, 15, width, bold=True)
    where = clinic.address or "Address not recorded"
    y = ink.block(MARGIN, y - 3, where, _SMALL, width, colour=GREY)
    reach = " · ".join(part for part in (phone_text(clinic.phone), clinic.email) if part)
    return ink.block(MARGIN, y, reach, _SMALL, width, colour=GREY)


def _prescriber(
    ink: Ink, facts: PrescriptionFacts, country: Country, y: float, width: float
) -> float:
    prescriber = facts.practitioner
    y = ink.block(MARGIN, y, prescriber.name, 11, width, bold=True)
    phone = phone_text(prescriber.phone)
    if not phone and not facts.clinic.phone:
        phone = "Telephone not recorded"
    said = [*credentials(prescriber, country), phone]
    return ink.block(MARGIN, y, " · ".join(part for part in said if part), _BODY, width)


def _patient(ink: Ink, facts: PrescriptionFacts, country: Country, y: float) -> float:
    patient, prescription = facts.patient, facts.prescription
    written = local_day(prescription.signed_at or prescription.created_at, facts.clinic.zone)
    right = ink.width - MARGIN - 150
    width = right - MARGIN - 12
    names = (patient.name, patient.name_local)
    first = y
    y = ink.block(MARGIN, y, " · ".join(n for n in names if n), 11, width, bold=True)
    age = age_text(patient.birth_date, written)
    born = f" (born {day_text(patient.birth_date)})"
    child = country.birth_date or (written - patient.birth_date).days < 13 * 366
    about = f"{age}{born if child else ''} · {sex_text(patient.sex)} · {patient.number}"
    y = ink.block(MARGIN, y, about, _BODY, width)
    y = ink.block(MARGIN, y, patient.address or "Address not recorded", _BODY, width)
    ink.text(right, first, f"Date  {day_text(written)}", 10, bold=True)
    ink.text(right, first + 14, f"Prescription  {prescription.code}", _BODY)
    beside = first + 27
    if facts.pharmacy is not None:
        beside = ink.block(right, beside, f"For  {facts.pharmacy.name}", _BODY, 150)
    return max(y, beside, first + 40)


def _mark(ink: Ink, x: float, y: float, text: str, red: bool) -> None:
    colour = RED if red else GREY
    ink.box(x, y - 8.5, width_of(text, 8, bold=True) + 6, 11, colour)
    ink.text(x + 3, y, text, 8, bold=True, colour=colour)


def _name(item: PrescriptionItem, country: Country) -> str:
    generic, form = item.generic_name, item.form
    if country.capitals:
        generic, form = generic.upper(), form.upper()
    else:
        generic = generic[:1].upper() + generic[1:]
    # An amount and its unit are never parted: "5" at the end of a line is no dose.
    return f"{generic} {item.strength.replace(' ', NO_BREAK)} {form}"


def _below(item: PrescriptionItem) -> list[str]:
    said = [item.instructions, item.brand and f"Brand: {item.brand}"]
    if item.status in (ItemStatus.DECLINED, ItemStatus.CANCELLED):
        said.append(f"This line was {item.status.lower()} and is not to be supplied.")
        return [text for text in said if text]
    if item.substitute_id is not None:
        said.append(f"Dispensed as: {item.substitute_brand or 'another product'}")
    if item.supplied:
        said.append(f"Supplied so far: {item.supplied} of {item.quantity}.")
    return [text for text in said if text]


def _cells(item: PrescriptionItem, unit: str, country: Country) -> tuple[str, str, str, str]:
    known = FREQUENCIES.get(item.frequency)
    how = item.frequency if known is None else f"{known.sentence} ({known.code})"
    duration = "–" if item.days is None else duration_words(item.days)
    dose = dose_words(item.dose)
    quantity = counted_units(item.quantity, unit)
    if item.schedule.controlled and item.schedule in country.marks:
        figures, *counted = quantity.split(" ", 1)
        quantity = " ".join([figures, f"({number_words(item.quantity)})", *counted])
    return (f"{dose}, {item.route}", how, duration, quantity)
