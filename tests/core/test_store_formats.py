"""A store that an earlier version of the program has left is taken over with all that is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clinicdesk.contract.frames import Cursor
from clinicdesk.core.errors import StoreOfNewerVersion
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.store.rows import Position
from clinicdesk.core.store.schema import FORMAT, STEPS
from clinicdesk.core.store.sqlcipher import connect
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY
from tests.core.sample import (
    CLINIC,
    NOON,
    PATIENT,
    a_draft_command,
    a_frame,
    a_line,
    a_medicine,
    a_patient,
    an_allergy,
    an_id,
    change,
)

SCOPES = frozenset({"clinic", "role:therapist"})


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def leave_behind(path: Path, steps: int) -> None:
    """A file as a program of so many steps made it, with rows, a cursor, a command and a notice."""
    path.parent.mkdir(parents=True)
    connection = connect(path, KEY)
    for step in STEPS[:steps]:
        connection.executescript(step)
    connection.execute(f"PRAGMA user_version = {steps}")
    connection.executemany("INSERT INTO fact VALUES (?, ?)", list(IDENTITY.items()))
    generation = "" if steps == 1 else "generation, "
    zero = "" if steps == 1 else "0, "
    for kind, row in (("patient", a_patient()), ("allergy", an_allergy())):
        connection.execute(
            f"INSERT INTO row ({generation}kind, id, v, body) VALUES ({zero}?, ?, ?, ?)",
            (kind, row.id.bytes, row.version, sample.encoded(row)),
        )
    connection.execute(
        "INSERT INTO cursor (only, clinic, epoch, seq, access, scopes) VALUES (1, ?, ?, ?, ?, ?)",
        (CLINIC.bytes, "first", 7, "some", json.dumps(sorted(SCOPES))),
    )
    command = a_draft_command(a_line(a_medicine()))
    connection.execute(
        "INSERT INTO outbox (op_id, aggregate, command, context, at, state) "
        "VALUES (?, ?, ?, '[]', ?, 'waiting')",
        (
            an_id("op").bytes,
            command.prescription_id.bytes,
            sample.encoded(command),
            NOON.isoformat(),
        ),
    )
    connection.close()


@pytest.mark.parametrize("steps", range(1, FORMAT + 1))
async def test_a_store_of_each_earlier_format_is_taken_over(store_path: Path, steps: int) -> None:
    leave_behind(store_path, steps)
    store = await Store.open(store_path, KEY, IDENTITY, lambda: NOON)
    assert store.set_aside == []
    replica = Replica(store.rows, sample.therapist.id, NoTrace())
    await replica.load()
    cursor = Cursor(clinic=CLINIC, epoch="first", seq=7, access="some")
    assert replica.position == Position(cursor, SCOPES)
    assert replica.patients.values() == [a_patient()]
    assert replica.allergies.values() == [an_allergy()]
    (entry,) = await store.outbox.all()
    assert entry.op_id == an_id("op")

    renamed = a_patient("Ravi Kulkarni", version=2)
    await replica.apply(a_frame(7, 8, change(renamed)))
    await replica.swap(sample.a_snapshot(sample.therapist, renamed, seq=9))
    await store.close()
    again = await Store.open(store_path, KEY, IDENTITY, lambda: NOON)
    later = Replica(again.rows, sample.therapist.id, NoTrace())
    await later.load()
    assert later.patients.get(PATIENT) == renamed
    assert later.allergies.values() == []
    assert len(await again.outbox.all()) == 1
    await again.close()


async def test_a_store_of_a_later_format_is_left_alone(store_path: Path) -> None:
    leave_behind(store_path, FORMAT)
    connection = connect(store_path, KEY)
    connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    before = content_of(store_path)
    with pytest.raises(StoreOfNewerVersion):
        await Store.open(store_path, KEY, IDENTITY, lambda: NOON)
    assert content_of(store_path) == before


@pytest.mark.parametrize("steps", range(1, 4))
async def test_a_formulary_is_not_fetched_again_after_the_lists_became_one_mechanism(
    store_path: Path, steps: int
) -> None:
    leave_behind(store_path, steps)
    medicine = a_medicine()
    connection = connect(store_path, KEY)
    connection.execute(
        "INSERT INTO medicine (id, name, body) VALUES (?, 'amoxicillin 500 mg', ?)",
        (medicine.id.bytes, sample.encoded(medicine)),
    )
    connection.execute(
        "INSERT INTO formulary_state VALUES (?, 7, '7')", (sample.formulary.id.bytes,)
    )
    connection.close()
    store = await Store.open(store_path, KEY, IDENTITY, lambda: NOON)
    assert await store.medicines.state(sample.formulary.id) == CatalogueState(7, "7")
    assert await store.medicines.get([medicine.id]) == {medicine.id: medicine}
    assert await store.prices.state(an_id("list")) == CatalogueState(0, None)
    await store.close()
