"""What documents are made from: rows of the contract, gathered by a desk or by the server.

A gatherer reads what the person who prints may see and no more; nothing here is checked again.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import (
    Clinic,
    Dispense,
    Medicine,
    MovementKind,
    Patient,
    Pharmacy,
    Practitioner,
    Prescription,
    PrescriptionItem,
    Supplier,
    SupplyOrder,
    SupplyOrderLine,
)
from clinicdesk.contract.paper import RegisterKind


class Printing(Struct, frozen=True, kw_only=True):
    """The circumstances of a print.

    Attributes:
        at: When, in UTC. by: Who prints, by name.
        earlier: How often this document was printed before; a copy says that it is one.
    """

    at: datetime
    by: str
    earlier: int = 0

    @property
    def is_copy(self) -> bool:
        """Whether somebody may hold the first print already."""
        return self.earlier > 0


class PrescriptionFacts(Struct, frozen=True, kw_only=True):
    """A prescription with all that its paper says.

    Attributes:
        items: In the order of their lines.
        units: What each is counted in, by `medicine_id`: "tablet", "ml"; one may be missing.
    """

    clinic: Clinic
    practitioner: Practitioner
    patient: Patient
    prescription: Prescription
    items: list[PrescriptionItem]
    pharmacy: Pharmacy | None
    units: dict[UUID, str]
    printing: Printing

    def unit_of(self, item: PrescriptionItem) -> str:
        """What the item is counted in; empty when nobody knows."""
        return self.units.get(item.medicine_id, "")


class LabelFacts(Struct, frozen=True, kw_only=True):
    """What was prepared of a prescription, for the labels on it.

    Attributes:
        pharmacy: Who dispenses.
        dispenses: One label each, in the order of their lines.
        ingredients: Of each product, by `medicine_id`; one that is missing goes by its name.
        units: What a product is counted in, by `medicine_id`: "tablet", "ml".
        repeated: The prescription that this one dispenses again, which counts its repeats; None
            where it is the first of its kind, or the gatherer does not hold the first.
    """

    clinic: Clinic
    practitioner: Practitioner
    patient: Patient
    pharmacy: Pharmacy
    prescription: Prescription
    items: list[PrescriptionItem]
    dispenses: list[Dispense]
    ingredients: dict[UUID, list[str]]
    units: dict[UUID, str]
    printing: Printing
    repeated: Prescription | None = None


class RegisterEntry(Struct, frozen=True, kw_only=True):
    """One line of a register: a supply, or another movement of what is on the shelf.

    Attributes:
        number: Of the register's entries of its year, whatever days were asked for.
        at: When it was handed over; of a movement, when it was made. UTC.
        kind: None for what was handed over where no stock is kept.
        quantity: Units; negative when they went from the shelf, in registers with a balance.
        balance: Units on the shelf afterwards, of this medicine at this pharmacy; None where no
            stock of it is kept, and in registers without a balance.
        prescription_code and all below it: None where it was no supply on a prescription.
    """

    number: int
    at: datetime
    kind: MovementKind | None
    generic_name: str
    strength: str
    form: str
    brand: str
    manufacturer: str
    schedule: str
    batch_number: str | None
    expiry: date | None
    quantity: int
    balance: int | None
    by: str  # the member of staff who supplied it or moved it
    unit: str = ""  # what the product is counted in: "tablet", "ml"
    reason: str | None = None
    prescription_code: str | None = None
    prescribed_on: date | None = None
    patient_name: str | None = None
    patient_address: str | None = None
    prescriber_name: str | None = None
    prescriber_registration: str | None = None
    collected_by: str | None = None


class RegisterFacts(Struct, frozen=True, kw_only=True):
    """A register of one pharmacy from one day to another, both included, oldest first."""

    kind: RegisterKind
    clinic: Clinic
    pharmacy: Pharmacy
    first: date
    last: date
    entries: list[RegisterEntry]
    printing: Printing


class SupplyFacts(Struct, frozen=True, kw_only=True):
    """An order of a pharmacy to a supplier.

    Attributes:
        lines: In their order.
        medicines: The products as the list has them now, by `medicine_id`; one that has left the
            list is missing, and goes by what it was called when it was ordered.
        ordered_by: The member of staff who sent it, of a draft who wrote it; empty: not known.
    """

    clinic: Clinic
    pharmacy: Pharmacy
    supplier: Supplier
    order: SupplyOrder
    lines: list[SupplyOrderLine]
    medicines: dict[UUID, Medicine]
    ordered_by: str
    printing: Printing
