"""A pharmacist's desk without a network: rows in memory, a store, an outbox, the use cases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.entities import (
    Batch,
    ItemStatus,
    Medicine,
    PrescriptionStatus,
    Row,
    StockLevel,
)
from clinicdesk.core.dispensing import Dispensing
from clinicdesk.core.live.link import Link, LinkStatus
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.pricing import Pricing
from clinicdesk.core.replica import Replica
from clinicdesk.core.stock import Stock
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.store.store import Store
from clinicdesk.core.supply import Supply
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.sample import CLINIC, MAIN_STREET, NOON, a_medicine, an_id

TODAY = date(2026, 3, 12)
AMOXICILLIN = a_medicine()
OTHER_BRAND = a_medicine(id=an_id("other brand"), brand="Moxikind", price_minor=9_000)
TRAMADOL = a_medicine("Tramadol", "50 mg")

PAID = sample.signed(
    sample.a_prescription(), status=PrescriptionStatus.PAID, paid_minor=18_000, paid_at=NOON
)
LINE = sample.an_item(PAID, quantity=20)


def a_batch(name: str, days: int = 90, **changes: Any) -> Batch:
    """Ten units that expire in so many days."""
    batch = Batch(
        id=an_id(f"batch {name}"), clinic_id=CLINIC, version=1, pharmacy_id=MAIN_STREET,
        medicine_id=AMOXICILLIN.id, number=name, expiry=TODAY + timedelta(days=days), on_hand=10,
        cost_minor=7_000, currency="INR", received_at=NOON, updated_at=NOON,
    )  # fmt: skip
    return replace(batch, **changes)


def a_level(medicine: Medicine = AMOXICILLIN, **changes: Any) -> StockLevel:
    level = StockLevel(
        id=an_id(f"level {medicine.id}"), clinic_id=CLINIC, version=1, pharmacy_id=MAIN_STREET,
        medicine_id=medicine.id, on_hand=30, reorder_level=0, reorder_packs=2, shelf="A1",
        updated_at=NOON,
    )  # fmt: skip
    return replace(level, **changes)


class CounterRoom:
    """One pharmacist's desk; `see` is what the server says."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.replica = Replica(store.rows, sample.pharmacist.id, NoTrace())
        self.link = Link(lambda: NOON)
        self.link.become(LinkStatus.LIVE)
        self.outbox = Outbox(
            store.outbox, self.replica, lambda: sample.pharmacist, lambda: NOON, NoTrace()
        )
        self.stock = Stock(self.replica, self.outbox, lambda: sample.pharmacist, lambda: TODAY)
        self.pricing = Pricing(
            self.replica, self.outbox, store.medicines, store.prices, self.stock.dispensable,
            lambda: sample.pharmacist, lambda: TODAY,
        )  # fmt: skip
        self.supply = Supply(
            self.replica, self.outbox, store.medicines, self.stock, lambda: sample.pharmacist,
            lambda: TODAY,
        )  # fmt: skip
        self.dispensing = Dispensing(
            self.replica, self.outbox, store.medicines, self.stock, self.pricing,
            lambda: sample.pharmacist, self.link, lambda: TODAY,
        )  # fmt: skip

    async def open(self, *rows: Row) -> None:
        """Read the store, and take these rows and three medicines."""
        await self.replica.load()
        await self.replica.swap(
            sample.a_snapshot(
                sample.pharmacist, sample.clinic, sample.pharmacy, sample.a_patient(), *rows
            )
        )
        await self.outbox.load()
        listed = [AMOXICILLIN, OTHER_BRAND, TRAMADOL]
        await self.store.medicines.take_page(sample.formulary.id, listed, CatalogueState(1, None))

    def item(self, item_id: UUID = LINE.id) -> Any:
        """A line as it is shown."""
        return self.replica.items.get(item_id)


def reserved(item: Any) -> tuple[ItemStatus, int, int]:
    """State, prepared and owing of a line."""
    return item.status, item.prepared, item.owing
