"""What lies on the pharmacies' shelves, as this desk sees it, and what a pharmacist does with it.

The numbers are the server's, less the units that this desk has checked and the server has not
counted yet. Stock commands may wait for the server; only the server knows whether they still fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from enum import Enum, auto
from types import MappingProxyType
from uuid import UUID

from clinicdesk.contract.commands import (
    AdjustStock,
    AnyCommand,
    CancelPrescription,
    CheckItem,
    FulfillItems,
    ReceiveStock,
    ReturnToStock,
    SetReorder,
    UncheckItem,
)
from clinicdesk.contract.entities import Batch, MovementKind, StockLevel
from clinicdesk.core.clock import Today
from clinicdesk.core.denial import Denied
from clinicdesk.core.giving import give
from clinicdesk.core.identity import new_id
from clinicdesk.core.may_order import role_forbids
from clinicdesk.core.outbox import Outbox, Submitted, Who
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.outbox_table import OutboxState


class Availability(Enum):
    """How a pharmacy that keeps stock stands with one medicine."""

    IN_STOCK = auto()
    LOW = auto()  # at or below the level at which it is ordered
    NONE = auto()  # it keeps it, and has nothing that can be dispensed
    NOT_KEPT = auto()


def units_to_dispense(
    level: StockLevel,
    batches: Iterable[Batch],
    today: date,
    taken: Mapping[UUID, int] = MappingProxyType({}),
) -> int:
    """Units on a shelf that have not expired.

    Args:
        level: The shelf.
        batches: Of its medicine; those of other shelves are left out. Where there are none, as of a
            pharmacy that is not the member's own, the shelf itself says what expires when.
        today: By the calendar of the clinic's zone.
        taken: Units that batches still hold and that are gone, by batch.
    """
    here = [batch for batch in batches if batch.pharmacy_id == level.pharmacy_id]
    if here:
        left = [batch for batch in here if batch.expiry >= today]
        return sum(max(0, batch.on_hand - taken.get(batch.id, 0)) for batch in left)
    return max(0, level.on_hand - sum(lot.units for lot in level.lots if lot.expiry < today))


class Stock:
    """The shelves of the clinic's pharmacies at one desk.

    The batches of other pharmacies are not on a desk: of them only the levels are known, which say
    how much of what is there expires when.
    """

    def __init__(self, replica: Replica, outbox: Outbox, member: Who, today: Today) -> None:
        self._replica = replica
        self._outbox = outbox
        self._member = member
        self._today = today
        self._reckoned: tuple[tuple[object, ...], Counter[UUID]] | None = None

    def levels(self, medicine_id: UUID) -> list[StockLevel]:
        """The levels of a medicine, one for each pharmacy that keeps it."""
        return self._replica.stock_levels.of(medicine_id)

    def level(self, pharmacy_id: UUID, medicine_id: UUID) -> StockLevel | None:
        """The level at one pharmacy; None: it keeps no stock of the medicine here."""
        levels = self.levels(medicine_id)
        return next((each for each in levels if each.pharmacy_id == pharmacy_id), None)

    def keeps_any(self, pharmacy_id: UUID) -> bool:
        """Whether a pharmacy keeps stock of any medicine here."""
        levels = self._replica.stock_levels.values()
        return any(level.pharmacy_id == pharmacy_id for level in levels)

    def batches(self, pharmacy_id: UUID, medicine_id: UUID) -> list[Batch]:
        """The batches of a medicine: those that can be dispensed first, first expiry first."""
        found = [b for b in self._replica.batches.of(medicine_id) if b.pharmacy_id == pharmacy_id]
        taken = self._taken()
        return sorted(
            found,
            key=lambda b: (not self._usable(b, taken), b.expiry, b.received_at, b.id),
        )

    def usable(self, pharmacy_id: UUID, medicine_id: UUID) -> list[Batch]:
        """The batches that can be dispensed, first expiry first."""
        taken = self._taken()
        found = self.batches(pharmacy_id, medicine_id)
        return [batch for batch in found if self._usable(batch, taken)]

    def on_hand(self, pharmacy_id: UUID, medicine_id: UUID) -> int | None:
        """Units that are there; None: the pharmacy keeps no stock of the medicine here."""
        level = self.level(pharmacy_id, medicine_id)
        return None if level is None else self._on_hand(level, self._taken())

    def dispensable(self, pharmacy_id: UUID, medicine_id: UUID) -> int | None:
        """Units that are there and not expired; None: no stock of it is kept here."""
        level = self.level(pharmacy_id, medicine_id)
        if level is None:
            return None
        return self._dispensable(level, self._taken())

    def availability(self, pharmacy_id: UUID, medicine_id: UUID) -> Availability:
        """Whether a pharmacy that keeps stock has something of a medicine to dispense."""
        level = self.level(pharmacy_id, medicine_id)
        units = self.dispensable(pharmacy_id, medicine_id)
        if level is None or units is None:
            return Availability.NOT_KEPT
        if units <= 0:
            return Availability.NONE
        return Availability.LOW if units <= level.reorder_level else Availability.IN_STOCK

    def free(self, batch_id: UUID) -> int:
        """Units of a batch that this desk has not checked yet; 0 for one that is not here."""
        batch = self._replica.batches.get(batch_id)
        return 0 if batch is None else max(0, batch.on_hand - self._taken()[batch_id])

    def low(self) -> list[StockLevel]:
        """The medicines of the member's pharmacy of which no more can be dispensed than where they
        are ordered, those of which most is missing first."""
        own, taken = self._member().pharmacy_id, self._taken()
        there = [
            (self._dispensable(level, taken), level)
            for level in self._replica.stock_levels.values()
            if level.pharmacy_id == own and level.reorder_level
        ]
        low = [(units, level) for units, level in there if units <= level.reorder_level]
        return [level for _, level in sorted(low, key=lambda e: (e[0] / e[1].reorder_level, e[0]))]

    def expiring(self, within_days: int) -> list[Batch]:
        """The batches of the member's pharmacy that hold something and expire within so many days,
        those that have expired included; first expiry first."""
        until = self._today() + timedelta(days=within_days)
        own = self._member().pharmacy_id
        found = [
            batch
            for batch in self._replica.batches.values()
            if batch.pharmacy_id == own and batch.on_hand > 0 and batch.expiry <= until
        ]
        return sorted(found, key=lambda batch: (batch.expiry, batch.number))

    def expired(self, batch: Batch) -> bool:
        """Whether it may not be dispensed any more, by the calendar of the clinic's zone."""
        return self.has_expired(batch.expiry)

    def has_expired(self, expiry: date) -> bool:
        """Whether what bears this date may not be dispensed any more."""
        return expiry < self._today()

    def can_change(self) -> str | None:
        """Why this member cannot change the stock, in a sentence; None: they can."""
        return role_forbids(AdjustStock, self._member())

    async def receive(
        self,
        medicine_id: UUID,
        number: str,
        expiry: date,
        quantity: int,
        cost_minor: int,
        batch_id: UUID | None = None,
    ) -> Submitted | Denied:
        """Units come onto the shelf of the member's pharmacy without an order. `batch_id`: of what
        was refused and is entered anew.

        Raises StoreLost, like every method here that gives a command: then nothing was saved.
        """
        pharmacy_id = self._member().pharmacy_id
        why = self.can_change()
        if why is not None or pharmacy_id is None:
            return Denied(why or "You do not belong to a pharmacy.")
        if expiry < self._today():
            return Denied("This batch has expired: it does not go onto the shelf.", "expiry")
        command = ReceiveStock(
            batch_id=batch_id or new_id(),
            pharmacy_id=pharmacy_id,
            medicine_id=medicine_id,
            number=number.strip(),
            expiry=expiry,
            quantity=quantity,
            cost_minor=cost_minor,
        )
        return await give(self._outbox, command)

    async def adjust(
        self,
        batch_id: UUID,
        quantity: int,
        reason: str,
        kind: MovementKind = MovementKind.ADJUSTED,
    ) -> Submitted | Denied:
        """A batch holds so many units more (or less, below 0) than was thought.

        `kind` is ADJUSTED or WRITTEN_OFF; what is written off is given as a number below 0.
        """
        batch = self._replica.batches.get(batch_id)
        if batch is None:
            return Denied("This batch is not on this desk any more.")
        if quantity == 0:
            return Denied("Say by how much it is more or less.", "quantity")
        if kind is MovementKind.WRITTEN_OFF and quantity > 0:
            return Denied("What is written off goes: give a number below 0.", "quantity")
        if self.free(batch_id) + quantity < 0:
            there = self.free(batch_id)
            return Denied(f"The batch has {there}: no more than that can go.", "quantity")
        command = AdjustStock(
            batch_id=batch_id, kind=kind, quantity=quantity, reason=reason.strip()
        )
        return await give(self._outbox, command, self.can_change())

    async def set_reorder(
        self, medicine_id: UUID, reorder_level: int, reorder_packs: int, shelf: str = ""
    ) -> Submitted | Denied:
        """When a medicine is low at the member's pharmacy, how many packs are ordered then, and
        where it lies. From then on stock of it is kept there."""
        pharmacy_id = self._member().pharmacy_id
        why = self.can_change()
        if why is not None or pharmacy_id is None:
            return Denied(why or "You do not belong to a pharmacy.")
        command = SetReorder(
            pharmacy_id=pharmacy_id,
            medicine_id=medicine_id,
            reorder_level=reorder_level,
            reorder_packs=reorder_packs,
            shelf=shelf.strip(),
        )
        return await give(self._outbox, command)

    def _on_hand(self, level: StockLevel, taken: Counter[UUID]) -> int:
        found = self._replica.batches.of(level.medicine_id)
        batches = [batch for batch in found if batch.pharmacy_id == level.pharmacy_id]
        if not batches:  # another pharmacy's, or an empty shelf
            return level.on_hand
        return sum(max(0, batch.on_hand - taken[batch.id]) for batch in batches)

    def _dispensable(self, level: StockLevel, taken: Counter[UUID]) -> int:
        return units_to_dispense(
            level, self._replica.batches.of(level.medicine_id), self._today(), taken
        )

    def _usable(self, batch: Batch, taken: Counter[UUID]) -> bool:
        return batch.on_hand - taken[batch.id] > 0 and not self.expired(batch)

    def _taken(self) -> Counter[UUID]:
        """Units that this desk has checked and the batches still hold, by batch."""
        # Asked for each line that is shown, and answered by a walk through the outbox.
        replica = self._replica
        now = (self._outbox.revision, replica.batches.revision, replica.items.revision)
        as_of = (*now, self._today())
        if self._reckoned is None or self._reckoned[0] != as_of:
            self._reckoned = (as_of, self._reckon_taken())
        return self._reckoned[1]

    def _reckon_taken(self) -> Counter[UUID]:
        checks: dict[UUID, CheckItem] = {}
        by_hand: list[FulfillItems] = []
        for entry in self._outbox.entries():
            if entry.state is OutboxState.REFUSED or entry.seen:
                continue
            match entry.command:
                case CheckItem() as command:
                    checks[command.dispense_id] = command
                case FulfillItems() as command:
                    by_hand.append(command)
                case command:
                    checks = {k: c for k, c in checks.items() if not _puts_back(command, c)}
        taken: Counter[UUID] = Counter()
        for check in checks.values():
            if check.batch_id is not None:
                taken[check.batch_id] += check.quantity
        for fulfil in by_hand:
            self._take_by_hand(fulfil, list(checks.values()), taken)
        return taken

    def _take_by_hand(
        self, command: FulfillItems, checks: list[CheckItem], taken: Counter[UUID]
    ) -> None:
        """What was not checked one by one comes from the batches that expire first."""
        for item_id in command.item_ids:
            item = self._replica.items.server_row(item_id)
            if item is None or item.pharmacy_id is None:
                continue
            units = item.quantity - item.supplied - item.prepared - item.owing
            units -= sum(check.quantity for check in checks if check.item_id == item_id)
            product = item.substitute_id or item.medicine_id
            there = [
                batch
                for batch in self._replica.batches.of(product)
                if batch.pharmacy_id == item.pharmacy_id and self._usable(batch, taken)
            ]
            for batch in sorted(there, key=lambda b: (b.expiry, b.received_at, b.id)):
                some = max(0, min(units, batch.on_hand - taken[batch.id]))
                taken[batch.id] += some
                units -= some


def _puts_back(command: AnyCommand, check: CheckItem) -> bool:
    match command:
        case UncheckItem():
            return command.item_id == check.item_id
        case ReturnToStock():
            return check.item_id in command.item_ids
        case CancelPrescription():
            return command.prescription_id == check.prescription_id
        case _:
            return False


StockOf = Callable[[UUID, UUID], int | None]
"""Units of a medicine at a pharmacy that can be dispensed; None: it keeps no stock of it here."""
