"""A prescription while it is being written: what the form holds, and what it comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.allergies import meets
from clinicdesk.contract.commands import DraftItem
from clinicdesk.contract.entities import (
    Allergy,
    Medicine,
    Prescription,
    PrescriptionItem,
    Severity,
)
from clinicdesk.contract.money import line_amount
from clinicdesk.contract.safety import CheckedLine
from clinicdesk.core.identity import new_id


class DraftLine(Struct, frozen=True, kw_only=True):
    """One medicine of the form, with the medicine itself: it can be shown without the formulary.

    Attributes:
        typed: The directions as they were typed, to edit them again.
        quantity: In units of the medicine's pack.
    """

    id: UUID
    medicine: Medicine
    typed: str
    dose: str
    route: str
    frequency: str
    days: int | None
    instructions: str
    quantity: int

    @property
    def amount_minor(self) -> int:
        """What the line costs at the formulary's price of now."""
        return line_amount(self.medicine.price_minor, self.medicine.pack_size, self.quantity)

    def item(self) -> DraftItem:
        """The line as a command carries it."""
        return DraftItem(
            id=self.id,
            medicine_id=self.medicine.id,
            dose=self.dose,
            route=self.route,
            frequency=self.frequency,
            days=self.days,
            quantity=self.quantity,
            instructions=self.instructions,
        )

    def checked(self) -> CheckedLine:
        """The line as the safety rules look at it."""
        medicine = self.medicine
        named = (medicine.generic_name, medicine.strength, medicine.form)
        return CheckedLine(
            item_id=self.id,
            name=" ".join(part for part in named if part),
            ingredients=tuple(medicine.ingredients),
            strength=medicine.strength,
            form=medicine.form,
            route=self.route,
            dose=self.dose,
            frequency=self.frequency,
        )


class Entry(Struct, frozen=True, kw_only=True):
    """The line that is being typed.

    Attributes:
        replaces: The line of the table that it was taken from.
        quantity: As a person set it; None while it follows from the directions.
    """

    search: str = ""
    medicine: Medicine | None = None
    typed: str = ""
    quantity: int | None = None
    replaces: UUID | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing would be lost."""
        return self.medicine is None and not self.search.strip()


class DraftForm(Struct, frozen=True, kw_only=True):
    """Everything on the form, as it is kept on this computer at every change.

    Attributes:
        prescription_id: Of the draft; made when the form was begun.
        base: What the saved draft said that this was written over (`said`); empty for a new one.
        changed: Whether it says something that no command has carried yet.
        reasons: What was answered to safety findings, by their keys; goes with the signature.
        repeats: How often it may be dispensed again. delivery: The patient wants it brought; goes
            with the signature.
    """

    prescription_id: UUID
    patient_id: UUID
    pharmacy_id: UUID | None = None
    note: str = ""
    lines: tuple[DraftLine, ...] = ()
    entry: Entry = Entry()
    base: str = ""
    changed: bool = False
    reasons: dict[str, str] = {}
    repeats: int = 0
    delivery: bool = False

    @property
    def is_new(self) -> bool:
        """Whether no draft was saved of it yet."""
        return not self.base

    @property
    def worth_keeping(self) -> bool:
        """Whether a person would miss it."""
        return self.changed or not self.entry.empty

    @property
    def total_minor(self) -> int:
        """What the lines cost together."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def controlled(self) -> bool:
        """Whether a line is of a controlled schedule."""
        return any(line.medicine.schedule.controlled for line in self.lines)

    @property
    def said(self) -> str:
        """A digest of what it says now, as `said`."""
        return said(self.pharmacy_id, self.note, self.items(), self.repeats)

    def items(self) -> list[DraftItem]:
        """The lines as a command carries them."""
        return [line.item() for line in self.lines]


def new_form(patient_id: UUID, pharmacy_id: UUID | None) -> DraftForm:
    """An empty form for a patient."""
    return DraftForm(prescription_id=new_id(), patient_id=patient_id, pharmacy_id=pharmacy_id)


def form_of(
    prescription: Prescription,
    items: Sequence[PrescriptionItem],
    medicines: dict[UUID, Medicine],
) -> DraftForm:
    """A saved draft to go on with. Medicines that the list has no more keep what the line says."""
    ordered = sorted(items, key=lambda item: item.line)
    lines = tuple(
        _line_of(item, medicines.get(item.medicine_id) or _remembered(item)) for item in ordered
    )
    return DraftForm(
        prescription_id=prescription.id,
        patient_id=prescription.patient_id,
        pharmacy_id=prescription.pharmacy_id,
        note=prescription.note or "",
        lines=lines,
        base=said(prescription.pharmacy_id, prescription.note, ordered, prescription.repeats),
        repeats=prescription.repeats,
    )


def said(
    pharmacy_id: UUID | None,
    note: str | None,
    lines: Sequence[DraftItem | PrescriptionItem],
    repeats: int,
) -> str:
    """A digest of what a draft says: equal for two that say the same, whoever wrote them."""
    told = [
        (x.id, x.medicine_id, x.dose, x.route, x.frequency, x.days, x.quantity, x.instructions)
        for x in lines
    ]
    content = msgspec.json.encode((pharmacy_id, note or None, told, repeats))
    return hashlib.sha256(content).hexdigest()


def anew(form: DraftForm) -> DraftForm:
    """The same prescription as another one, which nobody has seen yet."""
    return replace(
        form,
        prescription_id=new_id(),
        lines=tuple(replace(line, id=new_id()) for line in form.lines),
        entry=replace(form.entry, replaces=None),
        base="",
        changed=True,
    )


def lines_of(items: Iterable[DraftItem], medicines: dict[UUID, Medicine]) -> tuple[DraftLine, ...]:
    """The lines of a command, where their medicines are known."""
    return tuple(
        _line_of(item, medicines[item.medicine_id])
        for item in items
        if item.medicine_id in medicines
    )


def conflicts(medicine: Medicine, allergies: Iterable[Allergy]) -> list[Allergy]:
    """The active allergies that a medicine meets, by ingredient or class, the worst first."""
    order = (Severity.SEVERE, Severity.MODERATE, Severity.MILD)
    met = [a for a in allergies if a.active and meets(a.substance, medicine.ingredients)]
    return sorted(met, key=lambda allergy: order.index(allergy.severity))


def _line_of(item: DraftItem | PrescriptionItem, medicine: Medicine) -> DraftLine:
    return DraftLine(
        id=item.id,
        medicine=medicine,
        typed=_typed(item, medicine),
        dose=item.dose,
        route=item.route,
        frequency=item.frequency,
        days=item.days,
        instructions=item.instructions,
        quantity=item.quantity,
    )


def _typed(item: DraftItem | PrescriptionItem, medicine: Medicine) -> str:
    route = item.route if item.route != medicine.route else ""
    duration = f"{item.days}d" if item.days else ""
    parts = (item.dose, route, item.frequency.lower(), duration, item.instructions)
    return " ".join(part for part in parts if part)


def _remembered(item: PrescriptionItem) -> Medicine:
    """What a line tells of a medicine that is not in the list any more."""
    return Medicine(
        id=item.medicine_id,
        clinic_id=item.clinic_id,
        formulary_id=item.clinic_id,
        revision=0,
        code="",
        generic_name=item.generic_name,
        strength=item.strength,
        form=item.form,
        route=item.route,
        brand=item.brand,
        manufacturer="",
        pack_size=max(1, item.quantity),
        pack_unit="",
        price_minor=item.amount_minor,
        currency=item.currency,
        schedule=item.schedule,
        ingredients=[item.generic_name.lower()],
        discontinued=True,
        default_dose="",
        default_frequency="",
        default_days=None,
    )
