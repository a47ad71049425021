"""Every change of a clinic's rows is one entry of its log."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import pytest

from clinicdesk.contract.access import View, body_of
from clinicdesk.contract.entities import ENTITIES, Patient, Role
from clinicdesk.server.database.audit import verify
from clinicdesk.server.database.database import Actor, Database
from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.database.log import LogEntry, heads, oldest_seq, read_log
from tests.server.database.clinic import (
    MadeClinic,
    a_patient,
    a_payment,
    a_prescription,
    an_allergy,
    an_item,
    make_clinic,
    make_member,
    new_id,
)
from tests.server.database.counter import a_counter

WRITERS = 24
CHANGES_OF_HEAD = "select n_tup_upd from pg_stat_xact_user_tables where relname = 'clinic_head'"


@pytest.fixture
async def clinic(database: Database) -> MadeClinic:
    async with database.as_owner() as tx:
        return await make_clinic(tx)


async def entries(database: Database, clinic: MadeClinic, after: int = 0) -> list[LogEntry]:
    async with database.on_the_feed() as tx:
        return await read_log(tx, clinic.id, after, limit=100_000)


async def head(database: Database, clinic: MadeClinic) -> int:
    async with database.on_the_feed() as tx:
        return (await heads(tx, [clinic.id]))[clinic.id]


async def test_an_insertion_an_update_and_a_deletion_are_an_entry_each(
    database: Database, clinic: MadeClinic
) -> None:
    before = await head(database, clinic)
    patient = a_patient(clinic)
    async with database.as_owner() as tx:
        await insert_rows(tx, "patient", [patient])
        await tx.execute(
            "update patient set name = 'Hine Ngata' where id = %(id)s", {"id": patient.id}
        )
        await tx.execute("delete from patient where id = %(id)s", {"id": patient.id})
    inserted, updated, deleted = await entries(database, clinic, before)
    assert [entry.seq for entry in (inserted, updated, deleted)] == [before + n for n in (1, 2, 3)]
    assert [e.change for e in (inserted, updated, deleted)] == ["insert", "update", "delete"]
    assert [e.version for e in (inserted, updated, deleted)] == [1, 2, 3]
    assert inserted.old is None
    assert updated.old == inserted.new
    assert updated.new is not None
    assert updated.new["name"] == "Hine Ngata"
    assert deleted.old == updated.new
    assert deleted.new is None


async def test_an_entry_says_who_at_which_desk_by_which_command(
    database: Database, clinic: MadeClinic
) -> None:
    async with database.as_owner() as tx:
        actor = await make_member(
            tx, clinic, Role.THERAPIST, practitioner_id=clinic.practitioners[0]
        )
        patient = a_patient(clinic, practitioner_ids=[clinic.practitioners[0]])
        await insert_rows(tx, "patient", [patient])
    before = await head(database, clinic)
    op_id = new_id()
    async with database.as_member(actor, op_id=op_id) as tx:
        await insert_rows(
            tx, "prescription", [a_prescription(patient, clinic.practitioners[0], actor)]
        )
    (entry,) = await entries(database, clinic, before)
    assert (entry.actor_id, entry.device_id, entry.op_id) == (
        actor.member_id,
        actor.device_id,
        op_id,
    )


async def test_what_the_administrator_does_at_the_server_has_no_actor(
    database: Database, clinic: MadeClinic
) -> None:
    assert {entry.actor_id for entry in await entries(database, clinic)} == {None}


async def test_the_row_of_each_kind_in_the_log_is_a_body_of_the_contract(
    database: Database, clinic: MadeClinic
) -> None:
    patient = a_patient(clinic, practitioner_ids=[clinic.practitioners[0]], name_local="मारमा")
    signed = datetime(2026, 11, 21, 10, 0, 0, 5, tzinfo=UTC)
    prescription = a_prescription(
        patient, clinic.practitioners[0], clinic.admin,
        pharmacy_id=clinic.pharmacies[0], signed_at=signed,
    )  # fmt: skip
    item = an_item(clinic, prescription)
    rows = {
        "patient": patient,
        "allergy": msgspec.structs.replace(
            an_allergy(patient), practitioner_ids=patient.practitioner_ids
        ),
        "prescription": prescription,
        "prescription_item": item,
        "payment": a_payment(prescription, clinic.admin),
        **a_counter(clinic, prescription, item),
    }
    async with database.as_owner() as tx:
        for table, row in rows.items():
            await insert_rows(tx, table, [row])
    decoded = {}
    for entry in await entries(database, clinic):
        assert entry.new is not None
        body = body_of(entry.entity, View.FULL, entry.new)
        decoded[entry.entity] = msgspec.convert(body, ENTITIES[entry.entity])
        assert set(entry.new) == set(ENTITIES[entry.entity].__struct_fields__)
    assert decoded.keys() == ENTITIES.keys()
    assert {table: decoded[table] for table in rows} == rows


async def test_times_in_the_log_are_utc_whatever_the_session_says(
    database: Database, clinic: MadeClinic
) -> None:
    before = await head(database, clinic)
    async with database.as_owner() as tx:
        await tx.execute("set local time zone 'Asia/Kolkata'")
        await insert_rows(tx, "patient", [a_patient(clinic)])
    (entry,) = await entries(database, clinic, before)
    assert entry.new is not None
    assert entry.new["created_at"] == "2026-11-21T09:30:00.123456+00:00"


async def test_one_statement_of_5000_rows_changes_the_head_once(
    database: Database, clinic: MadeClinic
) -> None:
    before = await head(database, clinic)
    patients = [a_patient(clinic) for _ in range(5_000)]
    async with database.as_owner() as tx:
        earlier = await tx.value(CHANGES_OF_HEAD)
        await insert_rows(tx, "patient", patients)
        changes = await tx.value(CHANGES_OF_HEAD) - earlier
    written = await entries(database, clinic, before)
    assert changes == 1
    assert [entry.seq for entry in written] == list(range(before + 1, before + 5_001))
    assert {entry.entity_id for entry in written} == {patient.id for patient in patients}


async def test_one_statement_over_two_clinics_continues_each_log(database: Database) -> None:
    async with database.as_owner() as tx:
        clinics = [await make_clinic(tx), await make_clinic(tx)]
        before = await heads(tx, [clinic.id for clinic in clinics])
        await tx.execute("update clinic set name = 'Renamed'")
        after = await heads(tx, [clinic.id for clinic in clinics])
    assert after == {clinic: seq + 1 for clinic, seq in before.items()}


async def test_a_statement_that_changes_no_row_and_a_rollback_leave_no_entry(
    database: Database, clinic: MadeClinic
) -> None:
    before = await head(database, clinic)
    async with database.as_owner() as tx:
        await tx.execute("update patient set name = 'Nobody'")
    async with database.as_owner() as tx:
        await insert_rows(tx, "patient", [a_patient(clinic)])
        await tx.execute("rollback")
    assert await head(database, clinic) == before
    assert await entries(database, clinic, before) == []


async def test_medicines_are_not_logged_by_row(database: Database, clinic: MadeClinic) -> None:
    assert "medicine" not in {entry.entity for entry in await entries(database, clinic)}


async def test_24_writers_leave_no_gap_and_a_follower_misses_nothing(database_url: str) -> None:
    database = await Database.open(database_url, pool_size=WRITERS + 2)
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        patients = [a_patient(clinic) for _ in range(WRITERS)]
        await insert_rows(tx, "patient", patients)
    start = await head(database, clinic)
    transactions, statements = 15, 3
    finished = asyncio.Event()
    followed: list[LogEntry] = []

    async def write(patient: Patient) -> None:
        for number in range(transactions):
            async with database.as_owner() as tx:
                for statement in range(statements):
                    await tx.execute(
                        "update patient set address = %(text)s where id = %(id)s",
                        {"text": f"{number}.{statement}", "id": patient.id},
                    )

    async def follow() -> None:
        last = start
        while True:
            ending = finished.is_set()
            async with database.on_the_feed() as tx:
                found = await read_log(tx, clinic.id, last, limit=10_000)
            followed.extend(found)
            last = followed[-1].seq if followed else last
            if ending and not found:
                return

    follower = asyncio.create_task(follow())
    await asyncio.gather(*(write(patient) for patient in patients))
    finished.set()
    await follower

    total = WRITERS * transactions * statements
    assert [entry.seq for entry in followed] == list(range(start + 1, start + total + 1))
    # Each transaction's entries stand together: nobody else commits while one holds the head.
    for first in range(0, total, statements):
        assert len({entry.entity_id for entry in followed[first : first + statements]}) == 1
    async with database.as_owner() as tx:
        assert await verify(tx) == []
    await database.close()


async def test_a_read_is_bounded_by_its_limit_and_its_end(
    database: Database, clinic: MadeClinic
) -> None:
    async with database.on_the_feed() as tx:
        assert [e.seq for e in await read_log(tx, clinic.id, 1, limit=2)] == [2, 3]
        assert [e.seq for e in await read_log(tx, clinic.id, 1, up_to=2)] == [2]
        assert await read_log(tx, new_id(), 0) == []
        assert await heads(tx, [new_id()]) == {}


async def test_a_cursor_can_be_resumed_from_the_oldest_entry_of_the_last_days(
    database: Database, clinic: MadeClinic, superuser_url: str
) -> None:
    last = await head(database, clinic)
    async with database.on_the_feed() as tx:
        assert await oldest_seq(tx, clinic.id) == 1
    age(superuser_url, clinic, up_to=3)
    async with database.on_the_feed() as tx:
        assert await oldest_seq(tx, clinic.id) == 4
    age(superuser_url, clinic, up_to=last)
    async with database.on_the_feed() as tx:
        assert await oldest_seq(tx, clinic.id) == last + 1
        assert await oldest_seq(tx, new_id()) == 1


async def test_partitions_take_in_what_had_fallen_into_the_default_one(
    database: Database, clinic: MadeClinic, superuser_url: str
) -> None:
    months_on = datetime.now(UTC) + timedelta(days=31 * 9)
    with psycopg.connect(superuser_url) as connection:
        connection.execute("set time zone 'UTC'")
        connection.execute("update clinic_log set at = %s where seq = 1", [months_on])
    before = await entries(database, clinic)
    async with database.as_owner() as tx:
        assert await tx.value("select count(*) from clinic_log_default") == 1
        await tx.execute("select make_log_partitions(10)")
        await tx.execute("select make_log_partitions(10)")
        assert await tx.value("select count(*) from clinic_log_default") == 0
        assert await tx.value(f"select count(*) from clinic_log_{months_on:%Y_%m}") == 1
    assert await entries(database, clinic) == before


async def test_nobody_but_the_log_itself_writes_to_it(
    database: Database, clinic: MadeClinic
) -> None:
    actor: Actor = clinic.admin
    doors = (
        lambda: database.as_member(actor),
        database.at_the_gate,
        database.on_the_feed,
    )
    for door in doors:
        for statement in ("delete from clinic_log", "update clinic_head set seq = 0"):
            with pytest.raises(
                (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
            ):
                async with door() as tx:
                    await tx.execute(statement)


def age(superuser_url: str, clinic: MadeClinic, *, up_to: int) -> None:
    """Make entries older than the days that are served."""
    with psycopg.connect(superuser_url) as connection:
        connection.execute(
            "update clinic_log set at = at - interval '15 days' where clinic_id = %s and seq <= %s",
            [clinic.id, up_to],
        )
