"""What a pharmacist does with stock, prices and suppliers."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from clinicdesk.contract.commands.command import Command
from clinicdesk.contract.entities import MovementKind
from clinicdesk.contract.text import (
    WRITTEN,
    Line,
    Minor,
    Name,
    Note,
    PackPrice,
    Phone,
    Place,
    Reason,
)

Packs = Annotated[int, Meta(ge=1, le=10_000)]
BatchNumber = Annotated[str, Meta(min_length=1, max_length=20, pattern=WRITTEN)]
"""GS1's AI 10 has at most 20 characters."""
Units = Annotated[int, Meta(ge=1, le=1_000_000)]
Change = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]


class ReceiveStock(Command, frozen=True, kw_only=True, tag="receive_stock"):
    """Units come onto the shelf without an order: the first stock, a stocktake, a gift.

    A batch of that number and expiry that the pharmacy has already grows by them.
    """

    aggregate = "batch"
    root = "batch_id"

    batch_id: UUID
    pharmacy_id: UUID
    medicine_id: UUID
    number: BatchNumber
    expiry: date
    quantity: Units
    cost_minor: Minor


class AdjustStock(Command, frozen=True, kw_only=True, tag="adjust_stock"):
    """A batch holds more or less than was thought. `kind`: adjusted or written off."""

    aggregate = "batch"
    root = "batch_id"

    batch_id: UUID
    kind: MovementKind
    quantity: Change
    reason: Reason


class SetReorder(Command, frozen=True, kw_only=True, tag="set_reorder"):
    """When a medicine is low, how much is ordered then, and where it lies."""

    aggregate = "stock_level"
    root = "medicine_id"

    pharmacy_id: UUID
    medicine_id: UUID
    reorder_level: Annotated[int, Meta(ge=0, le=1_000_000)]
    reorder_packs: Annotated[int, Meta(ge=0, le=10_000)]
    shelf: Place


class SetPrice(Command, frozen=True, kw_only=True, tag="set_price"):
    """The price of a pack from a day on."""

    aggregate = "price_list"
    root = "price_list_id"

    price_list_id: UUID
    price_id: UUID
    medicine_id: UUID
    price_minor: PackPrice
    effective_from: date
    effective_until: date | None = None


class WriteSupplier(Command, frozen=True, kw_only=True, tag="write_supplier"):
    """Enter a wholesaler, or correct what is said of one."""

    aggregate = "supplier"
    root = "supplier_id"

    supplier_id: UUID
    name: Name
    phone: Phone
    email: Line
    address: Line
    active: bool = True


class OfSupplyOrder(Command, frozen=True, kw_only=True):
    """A command on an order to a supplier."""

    aggregate = "supply_order"
    root = "supply_order_id"

    supply_order_id: UUID


class SupplyLine(Struct, frozen=True, kw_only=True):
    """What is ordered of one product."""

    id: UUID
    medicine_id: UUID
    packs: Packs
    cost_minor: Minor


SupplyLines = Annotated[list[SupplyLine], Meta(max_length=500)]


class WriteSupplyOrder(OfSupplyOrder, frozen=True, kw_only=True, tag="write_supply_order"):
    """Begin an order."""

    supplier_id: UUID
    note: Note | None
    lines: SupplyLines


class ReviseSupplyOrder(OfSupplyOrder, frozen=True, kw_only=True, tag="revise_supply_order"):
    """Replace what a draft says."""

    supplier_id: UUID
    note: Note | None
    lines: SupplyLines


class SubmitSupplyOrder(OfSupplyOrder, frozen=True, kw_only=True, tag="submit_supply_order"):
    """It was sent to the supplier."""


class AcknowledgeSupplyOrder(
    OfSupplyOrder, frozen=True, kw_only=True, tag="acknowledge_supply_order"
):
    """The supplier has confirmed it."""

    expected_on: date | None = None


class ReceivedGoods(Struct, frozen=True, kw_only=True):
    """Packs of one line and batch that were delivered. `batch_id`: new, unless it is known."""

    line_id: UUID
    batch_id: UUID
    number: BatchNumber
    expiry: date
    packs: Packs
    cost_minor: Minor


class ReceiveGoods(OfSupplyOrder, frozen=True, kw_only=True, tag="receive_goods"):
    """A delivery: its packs come onto the shelf, and lines that waited for them can be picked."""

    delivery_id: UUID
    goods: Annotated[list[ReceivedGoods], Meta(min_length=1, max_length=500)]


class CloseSupplyOrder(OfSupplyOrder, frozen=True, kw_only=True, tag="close_supply_order"):
    """Nothing more is expected. `reason`: why it is closed short."""

    reason: Line = ""


class CancelSupplyOrder(OfSupplyOrder, frozen=True, kw_only=True, tag="cancel_supply_order"):
    """It is not wanted any more."""

    reason: Reason
