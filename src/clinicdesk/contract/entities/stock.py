"""What lies on a pharmacy's shelves, what it costs there, and what is ordered from suppliers.

Quantities are in the medicine's units (tablets, millilitres); orders to suppliers are in packs.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct, field

from clinicdesk.contract.entities.row import Row
from clinicdesk.contract.text import Currency, Minor


class Lot(Struct, frozen=True, kw_only=True):
    """Units of a shelf that expire on one day."""

    expiry: date  # the last day on which they may be dispensed
    units: int


class StockLevel(Row, frozen=True, kw_only=True):
    """How much of a medicine a pharmacy has. No row: it keeps no stock of it here."""

    pharmacy_id: UUID
    medicine_id: UUID
    on_hand: int  # of all its batches, in units; kept by the database
    reorder_level: int  # at or below it, it is low
    reorder_packs: int  # what is ordered then
    shelf: str
    updated_at: datetime
    # What lies there by its expiry, the first first; kept by the database. Prescribers see no
    # batches: by this they know what can still be dispensed, on whatever day they look.
    lots: list[Lot] = field(default_factory=list)


class Batch(Row, frozen=True, kw_only=True):
    """Units of a medicine with one batch number and one expiry."""

    pharmacy_id: UUID
    medicine_id: UUID
    number: str
    expiry: date  # the last day on which it may be dispensed
    on_hand: int  # the sum of its movements, never below 0
    cost_minor: Minor  # of a pack
    currency: Currency
    received_at: datetime
    updated_at: datetime


class MovementKind(StrEnum):
    """Why stock came or went."""

    RECEIVED = "received"
    DISPENSED = "dispensed"
    RETURNED = "returned"  # prepared, and put back
    ADJUSTED = "adjusted"  # counted, and found otherwise
    WRITTEN_OFF = "written_off"  # expired, broken


class StockMovement(Struct, frozen=True, kw_only=True):
    """An entry of a batch's ledger, never changed nor deleted. Read on demand, not replicated."""

    id: UUID
    clinic_id: UUID
    pharmacy_id: UUID
    medicine_id: UUID
    batch_id: UUID
    kind: MovementKind
    quantity: int  # units; negative when they went
    subject_id: UUID | None  # the dispense or the supply order it belongs to
    reason: str | None
    by: UUID  # member
    at: datetime


class PriceList(Row, frozen=True, kw_only=True):
    """What medicines cost at a pharmacy. A change of many prices is one change of this row.

    A medicine without a price there costs what the formulary says.
    """

    pharmacy_id: UUID
    name: str
    currency: Currency
    revision: int
    price_count: int
    updated_at: datetime


class Price(Struct, frozen=True, kw_only=True):
    """The price of a pack from one day to another. Desks fetch prices in pages by revision.

    Of several that hold on a day the one that began last counts.
    """

    id: UUID
    clinic_id: UUID
    price_list_id: UUID
    pharmacy_id: UUID
    revision: int  # of the list in which this price last changed
    medicine_id: UUID
    price_minor: Minor
    currency: Currency
    effective_from: date
    effective_until: date | None  # the last day; None: until another begins
    withdrawn: bool


class Supplier(Row, frozen=True, kw_only=True):
    """A wholesaler."""

    name: str
    phone: str
    email: str
    address: str
    active: bool


class SupplyOrderStatus(StrEnum):
    """The states of `lifecycles.SUPPLY_ORDER`."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    PARTIALLY_RECEIVED = "PARTIALLY_RECEIVED"
    RECEIVED = "RECEIVED"
    CLOSED = "CLOSED"
    CLOSED_SHORT = "CLOSED_SHORT"
    CANCELLED = "CANCELLED"


class SupplyOrder(Row, frozen=True, kw_only=True):
    """What a pharmacy orders from a supplier."""

    code: str  # "SO-7F3K2", derived from its identifier
    pharmacy_id: UUID
    supplier_id: UUID
    status: SupplyOrderStatus
    note: str | None
    line_count: int
    total_minor: Minor
    currency: Currency
    created_at: datetime
    submitted_at: datetime | None
    acknowledged_at: datetime | None
    expected_on: date | None
    received_at: datetime | None  # the last delivery
    closed_at: datetime | None
    close_reason: str | None
    updated_at: datetime
    updated_by: UUID
    # Who sent it to the supplier; None: a draft, or sent before this was kept.
    submitted_by: UUID | None = None


class SupplyOrderLine(Row, frozen=True, kw_only=True):
    """One product of a supply order."""

    supply_order_id: UUID
    pharmacy_id: UUID
    line: int
    medicine_id: UUID
    description: str  # "Azithromycin 500 mg tablet · Azrel", as it was ordered
    pack_size: int
    packs_ordered: int
    packs_received: int
    cost_minor: Minor  # of a pack, as expected
    currency: Currency
    updated_at: datetime
    updated_by: UUID
