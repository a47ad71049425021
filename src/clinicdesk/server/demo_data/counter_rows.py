"""The pharmacies' shelves, prices, suppliers and orders under way as rows of the contract."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.codes import code_of
from clinicdesk.contract.entities import (
    Batch,
    MovementKind,
    Price,
    PriceList,
    StockLevel,
    StockMovement,
    Supplier,
    SupplyOrder,
    SupplyOrderLine,
    SupplyOrderStatus,
)
from clinicdesk.server.demo_data.identities import Identities
from clinicdesk.server.domain.formulary.importing import medicine_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from clinicdesk.server.demo_clinic import DemoClinic
    from clinicdesk.server.demo_clinic.contents import SupplySeed
    from clinicdesk.server.demo_data.story import Cast
    from clinicdesk.server.domain.formulary.rows import MedicineRow


class CounterRows(Struct, frozen=True, kw_only=True):
    """Rows by table, each after those that it names."""

    stock_level: list[StockLevel]
    batch: list[Batch]
    stock_movement: list[StockMovement]
    price_list: list[PriceList]
    price: list[Price]
    supplier: list[Supplier]
    supply_order: list[SupplyOrder]
    supply_order_line: list[SupplyOrderLine]


def counter_rows(
    demo: DemoClinic, now: datetime, clinic_id: UUID, formulary_id: UUID, cast: Cast
) -> CounterRows:
    """What the pharmacies have at their counters, before the first prescription.

    What lies on a shelf comes of movements: levels and batches begin at nothing, and the database
    counts.
    """
    maker = _Maker(demo, now, clinic_id, formulary_id, cast)
    levels, batches, movements = maker.shelves()
    price_lists, prices = maker.prices()
    orders, lines = maker.supplies()
    return CounterRows(
        stock_level=levels,
        batch=batches,
        stock_movement=movements,
        price_list=price_lists,
        price=prices,
        supplier=maker.suppliers(),
        supply_order=orders,
        supply_order_line=lines,
    )


class _Maker:
    """Makes the rows of one clinic."""

    def __init__(
        self, demo: DemoClinic, now: datetime, clinic_id: UUID, formulary_id: UUID, cast: Cast
    ) -> None:
        self._demo = demo
        self._now = now
        self._clinic_id = clinic_id
        self._cast = cast
        self._ids = Identities(demo)
        self._medicines = [medicine_id(formulary_id, row.code) for row in demo.medicines]

    def shelves(self) -> tuple[list[StockLevel], list[Batch], list[StockMovement]]:
        levels, batches, movements = [], [], []
        for place, shelf in enumerate(self._demo.shelves):
            kept: dict[str, Any] = {
                "pharmacy_id": self._cast.pharmacies[shelf.pharmacy],
                "medicine_id": self._medicines[shelf.medicine],
            }
            levels.append(
                StockLevel(
                    on_hand=0,
                    reorder_level=shelf.reorder_level,
                    reorder_packs=shelf.reorder_packs,
                    shelf=shelf.place,
                    updated_at=self._now,
                    **kept,
                    **self._row("stock level", place),
                )
            )
            for number, seed in enumerate(shelf.batches):
                received = self._now - timedelta(days=seed.received_days_ago)
                batch = Batch(
                    number=seed.number,
                    expiry=self._demo.today + timedelta(days=seed.expires_in_days),
                    on_hand=0,
                    cost_minor=seed.cost_minor,
                    currency=self._demo.clinic.currency,
                    received_at=received,
                    updated_at=received,
                    **kept,
                    **self._row("batch", 10 * place + number),
                )
                batches.append(batch)
                movements.append(self._received(batch, shelf.pharmacy, seed.received))
        return levels, batches, movements

    def prices(self) -> tuple[list[PriceList], list[Price]]:
        currency = self._demo.clinic.currency
        lists = [
            PriceList(
                pharmacy_id=self._cast.pharmacies[place],
                name=f"{pharmacy.name} prices",
                currency=currency,
                revision=1,
                price_count=sum(seed.pharmacy == place for seed in self._demo.prices),
                updated_at=self._now,
                **self._row("price list", place),
            )
            for place, pharmacy in enumerate(self._demo.pharmacies)
        ]
        prices = [
            Price(
                id=self._ids.of("price", place),
                clinic_id=self._clinic_id,
                price_list_id=lists[seed.pharmacy].id,
                pharmacy_id=lists[seed.pharmacy].pharmacy_id,
                revision=1,
                medicine_id=self._medicines[seed.medicine],
                price_minor=seed.price_minor,
                currency=currency,
                effective_from=self._demo.today + timedelta(days=seed.begins_in_days),
                effective_until=None,
                withdrawn=False,
            )
            for place, seed in enumerate(self._demo.prices)
        ]
        return lists, prices

    def suppliers(self) -> list[Supplier]:
        return [
            Supplier(
                name=seed.name,
                phone=seed.phone,
                email=seed.email,
                address=seed.address,
                active=True,
                **self._row("supplier", place),
            )
            for place, seed in enumerate(self._demo.suppliers)
        ]

    def supplies(self) -> tuple[list[SupplyOrder], list[SupplyOrderLine]]:
        orders, lines = [], []
        for place, seed in enumerate(self._demo.supplies):
            of_order = self._supply_lines(place, seed)
            ordered = self._now - timedelta(days=seed.ordered_days_ago)
            orders.append(
                SupplyOrder(
                    code=code_of("SO", self._ids.of("supply order", place)),
                    pharmacy_id=self._cast.pharmacies[seed.pharmacy],
                    supplier_id=self._ids.of("supplier", seed.supplier),
                    status=SupplyOrderStatus.ACKNOWLEDGED,
                    note=None,
                    line_count=len(of_order),
                    total_minor=sum(line.cost_minor * line.packs_ordered for line in of_order),
                    currency=self._demo.clinic.currency,
                    created_at=ordered,
                    submitted_at=ordered,
                    acknowledged_at=ordered + timedelta(hours=3),
                    expected_on=self._demo.today + timedelta(days=seed.expected_in_days),
                    received_at=None,
                    closed_at=None,
                    close_reason=None,
                    updated_at=ordered,
                    updated_by=self._cast.pharmacists[seed.pharmacy].member.id,
                    submitted_by=self._cast.pharmacists[seed.pharmacy].member.id,
                    **self._row("supply order", place),
                )
            )
            lines += of_order
        return orders, lines

    def _supply_lines(self, order: int, seed: SupplySeed) -> list[SupplyOrderLine]:
        costs = self._costs(seed.pharmacy)
        return [
            SupplyOrderLine(
                supply_order_id=self._ids.of("supply order", order),
                pharmacy_id=self._cast.pharmacies[seed.pharmacy],
                line=number,
                medicine_id=self._medicines[line.medicine],
                description=_described(self._demo.medicines[line.medicine]),
                pack_size=self._demo.medicines[line.medicine].pack_size,
                packs_ordered=line.packs,
                packs_received=0,
                cost_minor=costs[line.medicine],
                currency=self._demo.clinic.currency,
                updated_at=self._now,
                updated_by=self._cast.pharmacists[seed.pharmacy].member.id,
                **self._row("supply order line", 100 * order + number),
            )
            for number, line in enumerate(seed.lines, 1)
        ]

    def _costs(self, pharmacy: int) -> Mapping[int, int]:
        """What a pack last cost the pharmacy."""
        return {
            shelf.medicine: shelf.batches[-1].cost_minor
            if shelf.batches
            else self._demo.medicines[shelf.medicine].price_minor
            for shelf in self._demo.shelves
            if shelf.pharmacy == pharmacy
        }

    def _received(self, batch: Batch, pharmacy: int, units: int) -> StockMovement:
        return StockMovement(
            id=batch.id,
            clinic_id=self._clinic_id,
            pharmacy_id=batch.pharmacy_id,
            medicine_id=batch.medicine_id,
            batch_id=batch.id,
            kind=MovementKind.RECEIVED,
            quantity=units,
            subject_id=None,
            reason=None,
            by=self._cast.pharmacists[pharmacy].member.id,
            at=batch.received_at,
        )

    def _row(self, kind: str, place: int) -> dict[str, Any]:
        return {"id": self._ids.of(kind, place), "clinic_id": self._clinic_id, "version": 1}


def _described(medicine: MedicineRow) -> str:
    named = " ".join(part for part in (medicine.generic_name, medicine.strength) if part)
    return f"{named} {medicine.form} · {medicine.brand}"
