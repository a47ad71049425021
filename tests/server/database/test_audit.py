"""`verify` finds whatever was done to the log behind its back."""

from __future__ import annotations

import psycopg
import pytest

from clinicdesk.server.database.audit import Head, read_heads, verify
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.insertion import insert_rows
from tests.server.database.clinic import MadeClinic, a_patient, make_clinic

SWAP = """
with pair as (select * from clinic_log where seq in (3, 4))
update clinic_log l set entity = p.entity, entity_id = p.entity_id, new = p.new, hash = p.hash
from pair p where l.seq in (3, 4) and p.seq = 7 - l.seq
"""


@pytest.fixture
async def clinic(database: Database) -> MadeClinic:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        await insert_rows(tx, "patient", [a_patient(clinic) for _ in range(5)])
        await tx.execute("update patient set address = E'12\\nLake Road', email = null")
        await make_clinic(tx)
        return clinic


async def found(database: Database, exported: list[Head] | None = None) -> list[str]:
    async with database.inspection() as tx:
        return [finding.what for finding in await verify(tx, exported)]


async def test_an_untouched_log_verifies_with_heads_that_were_exported_earlier(
    database: Database, clinic: MadeClinic
) -> None:
    async with database.on_the_feed() as tx:
        exported = await read_heads(tx)
    async with database.as_owner() as tx:
        await insert_rows(tx, "patient", [a_patient(clinic)])
    assert await found(database, exported) == []


@pytest.mark.parametrize(
    ("tampering", "finding"),
    [
        (
            "update clinic_log set new = jsonb_set(new, '{name}', '\"X\"') where seq = 4",
            "The entry 4 is not what was written.",
        ),
        (
            "update clinic_log set actor_id = gen_random_uuid() where seq = 4",
            "The entry 4 is not what was written.",
        ),
        (
            "update clinic_log set at = at - interval '1 second' where seq = 4",
            "The entry 4 is not what was written.",
        ),
        ("delete from clinic_log where seq = 4", "The entries 4 to 4 are missing."),
        ("delete from clinic_log where seq <= 4", "The entries 1 to 4 are missing."),
        ("delete from clinic_log where seq > 4", "The entries 5 to"),
        (SWAP, "The entry 3 is not what was written."),
        (
            "insert into clinic_log select clinic_id, seq, at - interval '1 hour', actor_id,"
            " device_id, op_id, entity, entity_id, version, change, old, new, hash"
            " from clinic_log where seq = 4",
            "The entry 4 is there twice.",
        ),
        (
            "update clinic_head set hash = sha256('another')",
            "and its head says otherwise.",
        ),
        ("delete from clinic_head", "The log has no head."),
    ],
)
async def test_what_an_intruder_does_to_the_log_is_found(
    database: Database, clinic: MadeClinic, superuser_url: str, tampering: str, finding: str
) -> None:
    with psycopg.connect(superuser_url) as intruder:
        intruder.execute(tampering + _in(tampering, clinic))
    findings = await found(database)
    assert any(finding in each for each in findings), findings


async def test_a_log_that_was_cut_together_with_its_head_is_found_by_an_exported_head(
    database: Database, clinic: MadeClinic, superuser_url: str
) -> None:
    async with database.on_the_feed() as tx:
        exported = await read_heads(tx)
    with psycopg.connect(superuser_url) as intruder:
        intruder.execute("delete from clinic_log where seq > 5")
        intruder.execute(
            "update clinic_head h set seq = 5, hash = l.hash from clinic_log l"
            " where l.clinic_id = h.clinic_id and l.seq = 5"
        )
    assert await found(database) == []
    assert all("an exported head reached" in what for what in await found(database, exported))
    assert len(await found(database, exported)) == 2


async def test_a_log_that_was_rewritten_to_its_end_is_found_by_an_exported_head(
    database: Database, clinic: MadeClinic, superuser_url: str
) -> None:
    async with database.on_the_feed() as tx:
        exported = [head for head in await read_heads(tx) if head.clinic_id == clinic.id]
    (head,) = exported
    with psycopg.connect(superuser_url) as intruder:
        intruder.execute("delete from clinic_log where clinic_id = %s", [clinic.id])
        intruder.execute("delete from clinic_head where clinic_id = %s", [clinic.id])
        for _ in range(head.seq):
            intruder.execute("update clinic set phone = '1' where id = %s", [clinic.id])
    assert await found(database) == []
    (what,) = await found(database, exported)
    assert "differs from the exported head" in what


async def test_a_clinic_whose_log_was_thrown_away_whole_is_found_without_any_exported_head(
    database: Database, clinic: MadeClinic, superuser_url: str
) -> None:
    with psycopg.connect(superuser_url) as intruder:
        intruder.execute("delete from clinic_log where clinic_id = %s", [clinic.id])
        intruder.execute("delete from clinic_head where clinic_id = %s", [clinic.id])
    assert await found(database) == ["The log has no head."]


async def test_a_rewritten_log_is_found_also_when_its_new_head_was_exported_too(
    database: Database, clinic: MadeClinic
) -> None:
    async with database.on_the_feed() as tx:
        (genuine,) = [head for head in await read_heads(tx) if head.clinic_id == clinic.id]
    rewritten = Head(clinic_id=clinic.id, seq=genuine.seq, hash="00" * 32)
    for exported in ([genuine, rewritten], [rewritten, genuine]):
        (what,) = await found(database, exported)
        assert "differs from the exported head" in what


def _in(tampering: str, clinic: MadeClinic) -> str:
    if tampering is SWAP:
        return f" and l.clinic_id = p.clinic_id and l.clinic_id = '{clinic.id}'"
    return f"{' and' if ' where ' in tampering else ' where'} clinic_id = '{clinic.id}'"
