"""What lies on a shelf by its expiry is counted by the database, for shelves of any release."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

from msgspec.structs import replace

from clinicdesk.contract.entities import MovementKind, StockMovement
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.insertion import insert_rows
from tests.server.database.clinic import NOW, make_clinic, new_id
from tests.server.database.counter import a_batch, a_stock_level

LATER = date(2027, 9, 30)


async def test_a_shelf_of_an_earlier_release_is_counted_once_and_desks_are_told(
    database: Database,
) -> None:
    migration = files("clinicdesk.server.database.migrations.versions") / "0006_lots.sql"
    (last,) = migration.read_text(encoding="utf-8").split("-- The shelves as they stand")[1:]
    count_once = last[last.index("update") :]
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        level = a_stock_level(clinic)
        first = a_batch(level)
        batches = [first, replace(first, id=new_id(), number="B-2", expiry=LATER)]
        await insert_rows(tx, "stock_level", [level])
        await insert_rows(tx, "batch", batches)
        movements = [
            StockMovement(
                id=new_id(), clinic_id=clinic.id, pharmacy_id=level.pharmacy_id,
                medicine_id=level.medicine_id, batch_id=batch.id, kind=MovementKind.RECEIVED,
                quantity=units, subject_id=None, reason=None, by=clinic.admin.member_id, at=NOW,
            )
            for batch, units in zip(batches, (30, 12), strict=True)
        ]  # fmt: skip
        await insert_rows(tx, "stock_movement", movements)
        key = {"id": level.id}
        of_shelf = "select lots, version from stock_level where id = %(id)s"
        counted, version = (await tx.all(of_shelf, key))[0]
        assert counted == [
            {"expiry": "2027-03-31", "units": 30}, {"expiry": "2027-09-30", "units": 12},
        ]  # fmt: skip

        await tx.execute("update stock_level set lots = '[]' where id = %(id)s", key)
        await tx.execute(count_once, {})
        assert await tx.all(of_shelf, key) == [(counted, version + 2)]
        told = "select count(*) from clinic_log where entity_id = %(id)s and version = %(v)s"
        assert await tx.value(told, {**key, "v": version + 2}) == 1
