"""Whatever an owner of the database does to the log, the proof finds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from clinicdesk.server.database.audit import Head, read_heads, verify
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.database.transaction import Transaction
from tests.server.database.clinic import MadeClinic, a_patient, make_clinic
from tests.server.database.conftest import copy_of

COLUMNS = {
    "at": "at - interval '1 microsecond'",
    "actor_id": "gen_random_uuid()",
    "device_id": "gen_random_uuid()",
    "op_id": "gen_random_uuid()",
    "entity": "entity || 's'",
    "entity_id": "gen_random_uuid()",
    "version": "version + 1",
    "change": "case change when 'insert' then 'update' else 'insert' end",
    "old": "jsonb_build_object('name', 'X') || coalesce(old, '{}')",
    "new": "coalesce(new, '{}') || jsonb_build_object('version', 99)",
    "hash": "sha256(hash)",
}
"""What each column of an entry may be changed to."""

RECHAIN = """
with before as (
  select coalesce(
    (select hash from clinic_log where clinic_id = %(clinic)s and seq = %(first)s - 1),
    decode(repeat('00', 32), 'hex')) as hash
), chained as (
  select l.seq, log_chain(b.hash, log_canonical(l.clinic_id, l.seq, l.at, l.actor_id, l.device_id,
           l.op_id, l.entity, l.entity_id, l.version, l.change, l.old, l.new))
         over (order by l.seq rows unbounded preceding) as hash
  from clinic_log l, before b where l.clinic_id = %(clinic)s and l.seq >= %(first)s
)
update clinic_log l set hash = c.hash from chained c
where l.clinic_id = %(clinic)s and l.seq = c.seq
"""
END = """
update clinic_head h set seq = l.seq, hash = l.hash from clinic_log l
where h.clinic_id = %(clinic)s and l.clinic_id = h.clinic_id
  and l.seq = (select max(seq) from clinic_log where clinic_id = %(clinic)s)
"""
COPY = """
insert into clinic_log
select clinic_id, seq + %(distance)s, at + interval '1 microsecond' * %(later)s, actor_id,
       device_id, op_id, entity, gen_random_uuid(), version, change, old, new, hash
from clinic_log where clinic_id = %(clinic)s and seq = %(seq)s
"""
SWAP = """
update clinic_log l set actor_id = o.actor_id, op_id = o.op_id, entity = o.entity,
  entity_id = o.entity_id, version = o.version, change = o.change, old = o.old, new = o.new,
  hash = case when %(with_hash)s then o.hash else l.hash end
from clinic_log o
where l.clinic_id = %(clinic)s and o.clinic_id = l.clinic_id
  and (l.seq, o.seq) in ((%(one)s, %(other)s), (%(other)s, %(one)s))
"""


class Office(Struct, frozen=True):
    """A filled log, and what was exported when it was half as long.

    Attributes:
        half: Where the log ended when the heads were exported.
    """

    database: Database
    clinic: MadeClinic
    exported: list[Head]
    half: int
    length: int
    loop: asyncio.Runner


@pytest.fixture(scope="module")
def office(postgres_url: str, migrated: str) -> Iterator[Office]:
    url = copy_of(migrated, "audit_properties", postgres_url)
    with asyncio.Runner() as loop:
        database = loop.run(Database.open(url, pool_size=1))
        yield loop.run(_filled(database, loop))
        loop.run(database.close())


async def _filled(database: Database, loop: asyncio.Runner) -> Office:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        await insert_rows(tx, "patient", [a_patient(clinic) for _ in range(5)])
        exported = await read_heads(tx)
        await tx.execute("update patient set address = E'12\\nLake Road', email = null")
        await insert_rows(tx, "patient", [a_patient(clinic) for _ in range(3)])
        await tx.execute("delete from patient where id = (select id from patient limit 1)")
        (end,) = await read_heads(tx)
    return Office(database, clinic, exported, exported[0].seq, end.seq, loop)


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[Transaction]:
    """What is done in it is rolled back at the end."""
    connection = await database._begin("BEGIN")
    try:
        yield Transaction(connection)
    finally:
        await connection.execute("ROLLBACK")
        await database._pool.putconn(connection)


Step = tuple[str, dict[str, int | bool | str]]


def steps(half: int, length: int) -> st.SearchStrategy[Step]:
    """One thing that somebody does to the log; `half` of it is covered by an exported head."""
    anywhere, covered = st.integers(1, length), st.integers(1, half)
    return st.one_of(
        st.tuples(
            st.just("edit"),
            st.fixed_dictionaries({"seq": anywhere, "column": st.sampled_from([*COLUMNS])}),
        ),
        st.tuples(
            st.just("edit and rewrite"),
            st.fixed_dictionaries(
                {"seq": covered, "column": st.sampled_from([*COLUMNS.keys() - {"hash"}])}
            ),
        ),
        st.tuples(
            st.just("delete"), st.fixed_dictionaries({"seq": anywhere, "count": st.integers(1, 5)})
        ),
        st.tuples(
            st.just("delete, close up and rewrite"),
            st.fixed_dictionaries({"seq": covered, "count": st.integers(1, 3)}),
        ),
        st.tuples(
            st.just("insert"),
            st.fixed_dictionaries(
                {"seq": anywhere, "distance": st.integers(0, length), "later": st.integers(1, 9)}
            ),
        ),
        st.tuples(
            st.just("reorder"),
            st.fixed_dictionaries(
                {"one": anywhere, "further": st.integers(1, length - 1), "with_hash": st.booleans()}
            ),
        ),
        st.tuples(st.just("cut"), st.fixed_dictionaries({"seq": anywhere})),
        st.tuples(
            st.just("cut with its head"),
            st.fixed_dictionaries({"seq": st.integers(1, half - 1)}),
        ),
    )


async def tamper(tx: Transaction, office: Office, step: Step) -> None:
    kind, how = step
    key = {"clinic": office.clinic.id, **how}
    here = "where clinic_id = %(clinic)s and seq"
    if kind.startswith("edit"):
        column = str(how["column"])
        await tx.execute(
            f"update clinic_log set {column} = {COLUMNS[column]} {here} = %(seq)s", key
        )
    elif kind.startswith("delete"):
        last = min(int(how["seq"]) + int(how["count"]), office.length) - 1
        await tx.execute(f"delete from clinic_log {here} between %(seq)s and {last}", key)
        if last < int(how["seq"]):
            await tx.execute(f"delete from clinic_log {here} = %(seq)s", key)
        if "close up" in kind:
            gone = max(last - int(how["seq"]) + 1, 1)
            await tx.execute(f"update clinic_log set seq = {gone} - seq {here} > %(seq)s", key)
            await tx.execute(f"update clinic_log set seq = -seq {here} < 0", key)
    elif kind == "insert":
        await tx.execute(COPY, key)
    elif kind == "reorder":
        other = (int(how["one"]) + int(how["further"]) - 1) % office.length + 1
        await tx.execute(SWAP, {**key, "other": other})
    else:
        await tx.execute(f"delete from clinic_log {here} > %(seq)s - 1", key)
    if "rewrite" in kind:
        await tx.execute(RECHAIN, {"clinic": office.clinic.id, "first": how["seq"]})
    if "rewrite" in kind or "with its head" in kind:
        await tx.execute(END, {"clinic": office.clinic.id})


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_to_a_log_is_found(office: Office, data: st.DataObject) -> None:
    step = data.draw(steps(office.half, office.length))

    async def look() -> list[str]:
        async with undone(office.database) as tx:
            await tamper(tx, office, step)
            return [finding.what for finding in await verify(tx, office.exported)]

    assert office.loop.run(look()), step


def test_the_log_that_nobody_touched_is_as_it_was_written(office: Office) -> None:
    async def look() -> list[str]:
        async with office.database.inspection() as tx:
            return [finding.what for finding in await verify(tx, office.exported)]

    assert office.loop.run(look()) == []


def test_what_was_rewritten_after_the_last_export_is_not_found(office: Office) -> None:
    """Why heads are exported every hour: the chain alone proves nothing against its owner."""

    async def look() -> list[str]:
        async with undone(office.database) as tx:
            step: Step = ("edit and rewrite", {"seq": office.half + 1, "column": "actor_id"})
            await tamper(tx, office, step)
            return [finding.what for finding in await verify(tx, office.exported)]

    assert office.loop.run(look()) == []
