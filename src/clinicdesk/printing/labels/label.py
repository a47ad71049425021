"""What stands on a dispensing label."""

from __future__ import annotations

from msgspec import Struct

from clinicdesk.contract.entities import Dispense, PrescriptionItem
from clinicdesk.printing.cautions import cautions, ingredients_of_name
from clinicdesk.printing.directions import directions
from clinicdesk.printing.facts import LabelFacts
from clinicdesk.printing.words import counted_units, day_text, local_day, phone_text

KEEP_AWAY = "Keep out of the reach of children."
_NO_BREAK = "\N{NO-BREAK SPACE}"


class Label(Struct, frozen=True, kw_only=True):
    """One label: a dispense, or the bag's part of one that came from two batches.

    Attributes:
        number, of: Which of how many, as "1/3".
        code: The prescription's; also what the QR code on the label says.
        supply: How much it is and of which brand.
        origin: Batch and expiry, date, prescriber, code.
        pharmacy: Name, then address, telephone and licence.
        copy: It was printed before.
    """

    number: int
    of: int
    code: str
    patient: str
    medicine: str
    supply: str
    directions: str
    cautions: list[str]
    origin: str
    pharmacy: list[str]
    copy: bool = False


TEST_LABEL = Label(
    number=1,
    of=1,
    code="TEST",
    patient="Test label · जाँच · Māori",
    medicine="No medicine",
    supply="Nothing inside",
    directions="If this reads well, the label printer is set up.",
    cautions=["Look whether all four edges are white and the code can be scanned."],
    origin="Batch TEST",
    pharmacy=["clinicdesk"],
)
"""Names nobody; has what a printer can get wrong."""


def labels_of(facts: LabelFacts) -> list[Label]:
    """A label for each dispense, in the order of the lines; one whose line is missing has none."""
    lines = {item.id: item for item in facts.items}
    pairs = [(lines[each.item_id], each) for each in facts.dispenses if each.item_id in lines]
    pairs.sort(key=lambda pair: (pair[0].line, pair[1].checked_at, pair[1].id))
    return [
        _label(facts, item, dispense, number, len(pairs))
        for number, (item, dispense) in enumerate(pairs, 1)
    ]


def _label(
    facts: LabelFacts, item: PrescriptionItem, dispense: Dispense, number: int, of: int
) -> Label:
    patient = facts.patient
    strength = item.strength.replace(" ", _NO_BREAK)
    within = facts.ingredients.get(dispense.medicine_id) or ingredients_of_name(item.generic_name)
    return Label(
        number=number,
        of=of,
        code=facts.prescription.code,
        patient=" · ".join(name for name in (patient.name, patient.name_local) if name),
        medicine=f"{_capital(item.generic_name)} {strength} {item.form}",
        supply=_supply(facts, item, dispense),
        directions=directions(item.dose, item.route, item.frequency, item.days, item.instructions),
        cautions=cautions(within, item.form, item.route),
        origin=_origin(facts, dispense),
        pharmacy=_pharmacy(facts),
        copy=facts.printing.is_copy,
    )


def _supply(facts: LabelFacts, item: PrescriptionItem, dispense: Dispense) -> str:
    how_much = counted_units(dispense.quantity, facts.units.get(dispense.medicine_id, ""))
    said = [how_much.replace(" ", _NO_BREAK), dispense.brand]
    if item.owing:
        said.append(f"{item.owing} more to follow")
    said.append(_repeats(facts))
    return " · ".join(part for part in said if part)


def _repeats(facts: LabelFacts) -> str:
    """How often it may still be dispensed, as patients of both countries look for it on the box;
    nothing where it was never to be repeated, or where that is not known."""
    own = facts.prescription
    first = own if own.repeat_of is None else facts.repeated
    if first is None or first.repeats == 0:
        return ""
    left = first.repeats - first.repeats_used
    today = local_day(facts.printing.at, facts.clinic.zone)
    over = first.valid_until is not None and first.valid_until < today
    return "no repeats left" if over or left <= 0 else f"repeats left: {left}"


def _origin(facts: LabelFacts, dispense: Dispense) -> str:
    said = []
    if dispense.batch_number:
        said.append(f"Batch {dispense.batch_number}")
    if dispense.expiry is not None:
        said.append(f"Exp {day_text(dispense.expiry)}")
    said += [day_text(local_day(dispense.checked_at, facts.clinic.zone)), facts.practitioner.name]
    return " · ".join([*(part.replace(" ", _NO_BREAK) for part in said), facts.prescription.code])


def _pharmacy(facts: LabelFacts) -> list[str]:
    pharmacy = facts.pharmacy
    licence = pharmacy.licence_number and f"Lic.{_NO_BREAK}{pharmacy.licence_number}"
    phone = phone_text(pharmacy.phone).replace(" ", _NO_BREAK)
    where = " · ".join(part for part in (pharmacy.address, phone, licence) if part)
    return [line for line in (pharmacy.name, where) if line]


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
