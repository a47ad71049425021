"""A pharmacy's shelves in the hands of its pharmacist: what the tests of stock begin with."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from clinicdesk.contract.commands import (
    AcknowledgeSupplyOrder,
    AdjustStock,
    ReceivedGoods,
    ReceiveGoods,
    ReceiveStock,
    SetReorder,
    SubmitSupplyOrder,
    SupplyLine,
    WriteSupplier,
    WriteSupplyOrder,
)
from clinicdesk.contract.entities import Medicine, MovementKind

if TYPE_CHECKING:
    from tests.running_server import Owner
    from tests.server.http.hands import Hands

SOON = (datetime.now(UTC) + timedelta(days=200)).date()
LATER = SOON + timedelta(days=200)
LONG_AGO = date(2020, 1, 31)


class Stocked:
    """The stock of the pharmacist's own pharmacy.

    Attributes:
        medicines: Of which it has never had any, none of them controlled.
    """

    def __init__(self, hands: Hands, owner: Owner) -> None:
        self.hands = hands
        self.owner = owner
        self.desk = hands.pharmacist
        assert hands.pharmacy_id is not None
        self.pharmacy_id: UUID = hands.pharmacy_id
        kept = {
            found
            for (found,) in owner(
                "select medicine_id from stock_level where pharmacy_id = %s", self.pharmacy_id
            )
        }
        self.medicines: list[Medicine] = [
            medicine
            for medicine in hands.medicines
            if medicine.id not in kept and not medicine.schedule.controlled
        ]

    def receive(self, medicine: Medicine, quantity: int, **changes: Any) -> ReceiveStock:
        """The command that puts units on the shelf."""
        command = ReceiveStock(
            batch_id=uuid.uuid4(),
            pharmacy_id=self.pharmacy_id,
            medicine_id=medicine.id,
            number="B1",
            expiry=SOON,
            quantity=quantity,
            cost_minor=1000,
        )
        return msgspec.structs.replace(command, **changes)

    def adjust(self, batch_id: UUID, quantity: int, **changes: Any) -> AdjustStock:
        command = AdjustStock(
            batch_id=batch_id,
            kind=MovementKind.ADJUSTED,
            quantity=quantity,
            reason="counted again",
        )
        return msgspec.structs.replace(command, **changes)

    def reorder(self, medicine: Medicine, **changes: Any) -> SetReorder:
        command = SetReorder(
            pharmacy_id=self.pharmacy_id,
            medicine_id=medicine.id,
            reorder_level=20,
            reorder_packs=5,
            shelf="A3",
        )
        return msgspec.structs.replace(command, **changes)

    def supplier(self) -> UUID:
        """A wholesaler that is ordered from."""
        supplier_id = uuid.uuid4()
        self.desk.done(
            WriteSupplier(
                supplier_id=supplier_id,
                name="Deccan Pharma Distributors",
                phone="+912026120000",
                email="orders@example.org",
                address="Pune",
            )
        )
        return supplier_id

    def order(self, *lines: tuple[Medicine, int], supplier_id: UUID | None = None) -> Ordered:
        """An order that was sent and confirmed: packs by medicine."""
        written = WriteSupplyOrder(
            supply_order_id=uuid.uuid4(),
            supplier_id=supplier_id or self.supplier(),
            note=None,
            lines=[
                SupplyLine(id=uuid.uuid4(), medicine_id=medicine.id, packs=packs, cost_minor=900)
                for medicine, packs in lines
            ],
        )
        version = self.desk.done(written).version
        submitted = SubmitSupplyOrder(supply_order_id=written.supply_order_id)
        version = self.desk.done(submitted, version).version
        confirmed = AcknowledgeSupplyOrder(supply_order_id=written.supply_order_id)
        version = self.desk.done(confirmed, version).version
        return Ordered(written, version)

    def on_hand(self, medicine: Medicine) -> int | None:
        """What the shelf holds; None where there is none."""
        found = self.owner(
            "select on_hand from stock_level where pharmacy_id = %s and medicine_id = %s",
            self.pharmacy_id,
            medicine.id,
        )
        return found[0][0] if found else None

    def batches(self, medicine: Medicine) -> list[tuple[str, date, int]]:
        """Number, expiry and units of each batch."""
        found = self.owner(
            "select number, expiry, on_hand from batch where pharmacy_id = %s and medicine_id = %s "
            "order by expiry, number",
            self.pharmacy_id,
            medicine.id,
        )
        return [(number, expiry, units) for number, expiry, units in found]


class Ordered:
    """An order to a supplier at the version that its pharmacist saw last."""

    def __init__(self, written: WriteSupplyOrder, version: int) -> None:
        self.id = written.supply_order_id
        self.lines = written.lines
        self.version = version

    def goods(self, place: int, packs: int, **changes: Any) -> ReceivedGoods:
        """Packs of the n-th line."""
        one = ReceivedGoods(
            line_id=self.lines[place].id,
            batch_id=uuid.uuid4(),
            number="G7",
            expiry=SOON,
            packs=packs,
            cost_minor=850,
        )
        return msgspec.structs.replace(one, **changes)

    def delivery(self, *goods: ReceivedGoods) -> ReceiveGoods:
        return ReceiveGoods(supply_order_id=self.id, delivery_id=uuid.uuid4(), goods=list(goods))
