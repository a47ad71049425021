"""What a pharmacist does with suppliers and with orders to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.commands import (
    AcknowledgeSupplyOrder,
    CancelSupplyOrder,
    CloseSupplyOrder,
    Command,
    ReceivedGoods,
    ReceiveGoods,
    ReviseSupplyOrder,
    SubmitSupplyOrder,
    SupplyLine,
    WriteSupplier,
    WriteSupplyOrder,
)
from clinicdesk.contract.entities import Medicine, StockLevel, SupplyOrderStatus
from clinicdesk.core.clock import Today
from clinicdesk.core.denial import Denied
from clinicdesk.core.giving import give
from clinicdesk.core.identity import new_id
from clinicdesk.core.may_order import role_forbids, why_not_supply
from clinicdesk.core.outbox import Outbox, Submitted, Who
from clinicdesk.core.replica import Replica
from clinicdesk.core.stock import Stock
from clinicdesk.core.store.medicine_table import MedicineTable

_ON_THEIR_WAY = frozenset(
    {
        SupplyOrderStatus.DRAFT,
        SupplyOrderStatus.SUBMITTED,
        SupplyOrderStatus.ACKNOWLEDGED,
        SupplyOrderStatus.PARTIALLY_RECEIVED,
    }
)


class Suggestion(Struct, frozen=True):
    """A medicine that is low, and what to order of it.

    Attributes:
        on_hand: Units there that have not expired. reorder_level: At or below it, it is low.
        packs: To be ordered.
        cost_minor: What a pack cost the last time, in minor units; None: nothing of it has come.
    """

    medicine_id: UUID
    on_hand: int
    reorder_level: int
    packs: int
    cost_minor: int | None


class Supply:
    """The use cases around suppliers at one desk."""

    def __init__(
        self,
        replica: Replica,
        outbox: Outbox,
        medicines: MedicineTable,
        stock: Stock,
        member: Who,
        today: Today,
    ) -> None:
        self._replica = replica
        self._outbox = outbox
        self._medicines = medicines
        self._stock = stock
        self._member = member
        self._today = today

    def can(self, command: type[Command], supply_order_id: UUID | None = None) -> str | None:
        """Why `command` is not possible now, on this order or at all; None: it is."""
        if supply_order_id is None:
            return role_forbids(command, self._member())
        order = self._replica.supply_orders.get(supply_order_id)
        return why_not_supply(command, order, self._member())

    def suggestion(self) -> list[Suggestion]:
        """What is low at the member's pharmacy and not ordered yet, what is most wanting first."""
        ordered = self._ordered()
        return [
            Suggestion(
                level.medicine_id,
                self._stock.dispensable(level.pharmacy_id, level.medicine_id) or 0,
                level.reorder_level,
                max(1, level.reorder_packs),
                self._last_cost(level),
            )
            for level in self._stock.low()
            if not ordered[level.medicine_id]
        ]

    async def write(
        self,
        supplier_id: UUID,
        lines: Sequence[SupplyLine],
        note: str | None = None,
        supply_order_id: UUID | None = None,
    ) -> Submitted | Denied:
        """Begin an order, under `supply_order_id` (made by `identity.new_id`) if it is given.

        Raises StoreLost, like every method here that gives a command: then nothing was saved.
        """
        command = WriteSupplyOrder(
            supply_order_id=supply_order_id or new_id(),
            supplier_id=supplier_id,
            note=(note or "").strip() or None,
            lines=list(lines),
        )
        return await self._give_lines(command, self.can(WriteSupplyOrder))

    async def revise(
        self,
        supply_order_id: UUID,
        supplier_id: UUID,
        lines: Sequence[SupplyLine],
        note: str | None = None,
    ) -> Submitted | Denied:
        """Replace what a draft says."""
        command = ReviseSupplyOrder(
            supply_order_id=supply_order_id,
            supplier_id=supplier_id,
            note=(note or "").strip() or None,
            lines=list(lines),
        )
        return await self._give_lines(command, self.can(ReviseSupplyOrder, supply_order_id))

    async def submit(self, supply_order_id: UUID) -> Submitted | Denied:
        """It was sent to the supplier."""
        if not self._replica.supply_rows_of(supply_order_id).lines:
            return Denied("It orders nothing yet.")
        return await self._give(SubmitSupplyOrder(supply_order_id=supply_order_id))

    async def acknowledge(
        self, supply_order_id: UUID, expected_on: date | None = None
    ) -> Submitted | Denied:
        """The supplier has confirmed it."""
        command = AcknowledgeSupplyOrder(supply_order_id=supply_order_id, expected_on=expected_on)
        return await self._give(command)

    async def receive(
        self,
        supply_order_id: UUID,
        goods: Sequence[ReceivedGoods],
        delivery_id: UUID | None = None,
    ) -> Submitted | Denied:
        """A delivery: its packs come onto the shelf. `delivery_id`: of a delivery that was refused
        and is entered anew."""
        for place, each in enumerate(goods):
            if each.expiry < self._today():
                return Denied(
                    f"Batch {each.number} has expired: do not take it in.", f"goods[{place}].expiry"
                )
        command = ReceiveGoods(
            supply_order_id=supply_order_id,
            delivery_id=delivery_id or new_id(),
            goods=list(goods),
        )
        return await self._give(command)

    async def close(self, supply_order_id: UUID, reason: str = "") -> Submitted | Denied:
        """Nothing more is expected; a reason is wanted when something is missing."""
        order = self._replica.supply_orders.get(supply_order_id)
        partly = order is not None and order.status is SupplyOrderStatus.PARTIALLY_RECEIVED
        if partly and not reason.strip():
            return Denied("Say why it is closed although something is missing.", "reason")
        command = CloseSupplyOrder(supply_order_id=supply_order_id, reason=reason.strip())
        return await self._give(command)

    async def cancel(self, supply_order_id: UUID, reason: str) -> Submitted | Denied:
        """It is not wanted any more."""
        command = CancelSupplyOrder(supply_order_id=supply_order_id, reason=reason.strip())
        return await self._give(command)

    async def write_supplier(
        self,
        name: str,
        phone: str = "",
        email: str = "",
        address: str = "",
        *,
        supplier_id: UUID | None = None,
        active: bool = True,
    ) -> Submitted | Denied:
        """Enter a wholesaler, or (`supplier_id`) correct what is said of one."""
        command = WriteSupplier(
            supplier_id=supplier_id or new_id(),
            name=name.strip(),
            phone=phone.strip(),
            email=email.strip(),
            address=address.strip(),
            active=active,
        )
        return await give(self._outbox, command, self.can(WriteSupplier))

    def _last_cost(self, level: StockLevel) -> int | None:
        batches = self._stock.batches(level.pharmacy_id, level.medicine_id)
        last = max(batches, key=lambda batch: batch.received_at, default=None)
        return None if last is None else last.cost_minor

    def _ordered(self) -> Counter[UUID]:
        """Packs that are on their way or about to be ordered, by medicine."""
        own = self._member().pharmacy_id
        ordered: Counter[UUID] = Counter()
        for order in self._replica.supply_orders.values():
            if order.pharmacy_id == own and order.status in _ON_THEIR_WAY:
                for line in self._replica.supply_order_lines.of(order.id):
                    ordered[line.medicine_id] += max(0, line.packs_ordered - line.packs_received)
        return ordered

    async def _give(
        self,
        command: SubmitSupplyOrder
        | AcknowledgeSupplyOrder
        | ReceiveGoods
        | CloseSupplyOrder
        | CancelSupplyOrder,
    ) -> Submitted | Denied:
        why = self.can(type(command), command.supply_order_id)
        return await give(self._outbox, command, why)

    async def _give_lines(
        self, command: WriteSupplyOrder | ReviseSupplyOrder, why: str | None
    ) -> Submitted | Denied:
        supplier = self._replica.suppliers.get(command.supplier_id)
        if supplier is None or not supplier.active:
            return Denied("Choose the supplier.", "supplier_id")
        known: dict[UUID, Medicine] = await self._medicines.get(
            {line.medicine_id for line in command.lines}
        )
        for place, line in enumerate(command.lines):
            if line.medicine_id not in known:
                return Denied(
                    "This medicine is not in the clinic's list any more; choose another.",
                    f"lines[{place}].medicine_id",
                )
        return await give(self._outbox, command, why, known.values())
