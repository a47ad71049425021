"""A real list of medicines on a desk, with the prices of its pharmacy."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

from clinicdesk.contract.entities import Medicine, Price, PriceList, Schedule
from clinicdesk.core.desk import Desk
from clinicdesk.core.store.paged_table import CatalogueState
from tests.core.sample import CLINIC, NOON, an_id
from tests.desktop.workspaces.pharmacy.counter import MUMBAI, pharmacist

TODAY = NOON.astimezone(MUMBAI).date()
DONE = CatalogueState(1, None)


def a_price_list(**changes: object) -> PriceList:
    """The list of the pharmacy."""
    assert pharmacist.pharmacy_id is not None
    return PriceList(
        id=an_id("list"), clinic_id=CLINIC, version=1, pharmacy_id=pharmacist.pharmacy_id,
        name="Main Street, counter prices", currency="INR", revision=1, price_count=49_995,
        updated_at=NOON - timedelta(days=3),
    )  # fmt: skip


def a_price(medicine: Medicine, minor: int, begins: int, until: int | None = None) -> Price:
    """From so many days from today on."""
    assert pharmacist.pharmacy_id is not None
    return Price(
        id=an_id(f"price {medicine.code} {begins}"), clinic_id=CLINIC,
        price_list_id=an_id("list"), pharmacy_id=pharmacist.pharmacy_id, revision=1,
        medicine_id=medicine.id, price_minor=minor, currency="INR",
        effective_from=_day(begins), effective_until=None if until is None else _day(until),
        withdrawn=False,
    )  # fmt: skip


def real_medicines() -> list[Medicine]:
    """The medicines of the demo clinic in India."""
    source = files("clinicdesk.server.demo_clinic") / "data" / "formulary.csv"
    return list(_read(source.read_text("utf-8").splitlines()))


async def keep_prices(desk: Desk, medicines: list[Medicine], prices: list[Price]) -> None:
    """Have the desk hold these."""
    await desk._store.medicines.take_page(an_id("formulary"), medicines, DONE)
    await desk._store.prices.take_page(an_id("list"), prices, DONE)
    desk.prices.changed.tell(None)


def _day(days: int) -> date:
    return TODAY + timedelta(days=days)


def _read(lines: list[str]) -> Iterator[Medicine]:
    for row in csv.DictReader(lines):
        yield Medicine(
            id=an_id(row["code"]), clinic_id=CLINIC, formulary_id=an_id("formulary"), revision=1,
            code=row["code"], generic_name=row["generic_name"], strength=row["strength"],
            form=row["form"], route=row["route"], brand=row["brand"],
            manufacturer=row["manufacturer"], pack_size=int(row["pack_size"]),
            pack_unit=row["pack_unit"], price_minor=int(Decimal(row["price"]) * 100),
            currency="INR", schedule=Schedule(row["schedule"]),
            ingredients=row["ingredients"].split(";"), discontinued=False,
            default_dose=row["default_dose"], default_frequency=row["default_frequency"],
            default_days=None, gtin=row["gtin"].zfill(14) if row["gtin"] else None,
        )  # fmt: skip
