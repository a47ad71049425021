"""The encrypted store: what was saved is there, and what cannot be read is never thrown away."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from msgspec import Struct

from clinicdesk.core.errors import StoreInUse, StoreLost, StoreOfNewerVersion, StoreUnusable
from clinicdesk.core.store.notice_table import KEPT, StoredNotice
from clinicdesk.core.store.outbox_table import OutboxState
from clinicdesk.core.store.rows import GoneRow, Position, StoredRow
from clinicdesk.core.store.sqlcipher import connect
from clinicdesk.core.store.store import Store
from clinicdesk.core.store.unsent_note import Unsent, read_note, unsent_below, write_note
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY
from tests.core.sample import NOON, an_id

ROW = an_id("row")
AT_ONE = Position(sample.a_cursor(1), frozenset({"clinic"}))
AT_TWO = Position(sample.a_cursor(2), frozenset({"clinic"}))


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def mode_of(path: Path) -> int:
    return path.stat().st_mode


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)


def damage(path: Path) -> None:
    """Overwrite part of a page near the end: one with rows."""
    with path.open("r+b") as file:
        file.seek(-6000, os.SEEK_END)
        file.write(os.urandom(512))


async def rows_of(store: Store, kind: str = "patient") -> list[bytes]:
    decode = msgspec.json.Decoder(list[msgspec.Raw]).decode
    return [bytes(body) async for bodies in store.rows.read(kind) for body in decode(bodies)]


async def open_again(
    path: Path, *, key: bytes = KEY, identity: dict[str, str] = IDENTITY, thorough: bool = False
) -> Store:
    return await Store.open(path, key, identity, lambda: NOON, thorough=thorough)


async def a_store_with_a_command(path: Path) -> UUID:
    store = await open_again(path)
    medicine = sample.a_medicine()
    op_id = an_id("command")
    command = sample.a_draft_command(sample.a_line(medicine))
    await store.outbox.add(op_id, command, [medicine], NOON, None)
    await store.rows.apply([StoredRow("patient", ROW, 1, b'"Ravi Sharma"')], AT_ONE, [])
    await store.close()
    return op_id


async def test_rows_and_cursor_come_back_after_closing(store_path: Path) -> None:
    await a_store_with_a_command(store_path)
    store = await open_again(store_path)
    assert await rows_of(store) == [b'"Ravi Sharma"']
    assert await store.rows.position() == AT_ONE
    await store.close()


async def test_a_frame_is_taken_whole_or_not_at_all(store: Store) -> None:
    await store.rows.apply([StoredRow("patient", ROW, 1, b"1")], AT_ONE, [])
    broken = [StoredRow("patient", ROW, 2, b"2"), StoredRow("patient", an_id("other"), 1, None)]  # type: ignore[arg-type]
    with pytest.raises(StoreLost):
        await store.rows.apply(broken, AT_TWO, [])
    assert await rows_of(store) == [b"1"]
    assert await store.rows.position() == AT_ONE


async def test_only_a_higher_version_replaces_a_row(store: Store) -> None:
    await store.rows.apply([StoredRow("patient", ROW, 3, b"3")], AT_ONE, [])
    await store.rows.apply([StoredRow("patient", ROW, 2, b"2")], AT_TWO, [])
    await store.rows.apply([StoredRow("patient", ROW, 3, b"other 3")], AT_TWO, [])
    assert await rows_of(store) == [b"3"]
    await store.rows.apply([GoneRow("patient", ROW, 2)], AT_TWO, [])
    assert await rows_of(store) == [b"3"]
    await store.rows.apply([GoneRow("patient", ROW, 3)], AT_TWO, [])
    assert await rows_of(store) == []


async def test_no_name_stands_in_the_files_in_clear(store_path: Path) -> None:
    store = await open_again(store_path)
    await store.rows.apply([StoredRow("patient", ROW, 1, b'{"name":"Ravi Sharma"}')], AT_ONE, [])
    written = b"".join(part.read_bytes() for part in store_path.parent.iterdir())
    assert b"Ravi" not in written
    assert b"SQLite" not in written
    await store.close()
    assert b"Ravi" not in content_of(store_path)
    assert mode_of(store_path) & 0o077 == 0


async def test_a_file_under_another_key_is_put_aside_and_still_opens_with_its_own(
    store_path: Path,
) -> None:
    op_id = await a_store_with_a_command(store_path)
    other = bytes(reversed(KEY))
    store = await open_again(store_path, key=other)
    [aside] = store.set_aside
    assert "could not be unlocked" in aside.sentence
    assert await rows_of(store) == []
    await store.close()
    old = await open_again(aside.path)
    assert [entry.op_id for entry in await old.outbox.all()] == [op_id]
    await old.close()


async def test_a_damaged_file_is_put_aside_and_its_unsent_commands_are_taken_over(
    store_path: Path,
) -> None:
    op_id = await a_store_with_a_command(store_path)
    store = await open_again(store_path)
    rows = [StoredRow("payment", an_id(str(n)), 1, os.urandom(900)) for n in range(200)]
    await store.rows.apply(rows, AT_TWO, [])
    await store.close()
    write_note(store_path, Unsent(unsent=3))  # two of them cannot be read any more
    damage(store_path)
    store = await open_again(store_path, thorough=True)
    [aside] = store.set_aside
    assert "damaged" in aside.sentence
    assert "1 unsent change" in aside.sentence
    assert read_note(aside.path) == Unsent(unsent=2)
    entries = await store.outbox.all()
    assert [(entry.op_id, entry.state) for entry in entries] == [(op_id, OutboxState.WAITING)]
    assert await store.rows.position() is None
    await store.close()


async def test_what_was_taken_over_whole_waits_in_the_damaged_file_no_more(
    store_path: Path,
) -> None:
    await a_store_with_a_command(store_path)
    write_note(store_path, Unsent(unsent=1))
    with store_path.open("r+b") as file:  # the end of a page that has nothing yet
        file.seek(-200, os.SEEK_END)
        file.write(os.urandom(100))
    store = await open_again(store_path, thorough=True)
    assert len(store.set_aside) == 1
    assert len(await store.outbox.all()) == 1
    assert unsent_below(store_path) == 0  # the new store's note follows with its desk
    await store.close()


async def test_a_store_that_failed_in_the_middle_of_work_is_looked_through_when_it_opens_next(
    store_path: Path,
) -> None:
    await a_store_with_a_command(store_path)
    store = await open_again(store_path)
    await store.rows.apply(
        [StoredRow("payment", an_id(str(n)), 1, os.urandom(900)) for n in range(200)], AT_TWO, []
    )
    store.suspect()
    await store.close()
    damage(store_path)
    store = await open_again(store_path)
    assert len(store.set_aside) == 1
    await store.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 500, b"\0" * 8192])
async def test_a_file_that_is_no_store_is_put_aside_unchanged(
    store_path: Path, content: bytes
) -> None:
    put(store_path, content)
    store = await open_again(store_path)
    [aside] = store.set_aside
    assert content_of(aside.path) == content
    await store.close()


async def test_another_program_s_database_is_put_aside_unchanged(store_path: Path) -> None:
    store_path.parent.mkdir()
    with sqlite3.connect(store_path) as other:
        other.execute("create table recipes (name text)")
    content = content_of(store_path)
    store = await open_again(store_path)
    [aside] = store.set_aside
    assert "not clinicdesk's" in aside.sentence
    assert content_of(aside.path) == content
    await store.close()


async def test_the_store_of_another_member_is_never_used(store_path: Path) -> None:
    await a_store_with_a_command(store_path)
    store = await open_again(store_path, identity={**IDENTITY, "member": "somebody else"})
    assert len(store.set_aside) == 1
    assert await rows_of(store) == []
    assert await store.outbox.all() == []
    await store.close()


async def test_a_store_of_a_newer_version_is_left_as_it_is(store_path: Path) -> None:
    await a_store_with_a_command(store_path)
    connection = connect(store_path, KEY)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreOfNewerVersion, match="newer clinicdesk"):
        await open_again(store_path)
    assert [part.name for part in store_path.parent.glob("*.db")] == [store_path.name]


async def test_a_second_window_of_the_same_user_is_told_so(store: Store, store_path: Path) -> None:
    with pytest.raises(StoreInUse, match="already open"):
        await open_again(store_path)


async def test_a_folder_that_cannot_be_made_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "stores").write_text("a file in the way")
    with pytest.raises(StoreUnusable, match="does not take clinicdesk's data"):
        await open_again(tmp_path / "stores" / "desk.db")


async def test_every_command_that_was_said_to_be_saved_survives_a_kill(store_path: Path) -> None:
    for round_number in range(3):
        said = await asyncio.to_thread(_saved_before_the_kill, store_path, 20 + 7 * round_number)
        store = await open_again(store_path)
        assert store.set_aside == []
        kept = {entry.op_id for entry in await store.outbox.all()}
        assert said <= kept
        await store.close()


def _saved_before_the_kill(path: Path, enough: int) -> set[UUID]:
    program = Path(__file__).with_name("saving_program.py")
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, program, path],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as process:
        assert process.stdout is not None
        said = {UUID(process.stdout.readline().strip()) for _ in range(enough)}
        process.send_signal(signal.SIGKILL)
        # What it said between our last reading and its end counts as well.
        said |= {UUID(line) for line in process.stdout.read().split() if len(line) == 36}
        process.wait()
    return said


class Form(Struct):
    note: str
    lines: list[str]


class OtherForm(Struct):
    amount: int


async def test_what_was_typed_is_there_again_after_the_window_closed(store_path: Path) -> None:
    store = await open_again(store_path)
    await store.scratch.keep("prescription:1", Form("half a sen", ["1 tab bd"]))
    await store.scratch.keep("prescription:1", Form("half a sentence", ["1 tab bd"]))
    await store.close()
    store = await open_again(store_path)
    assert await store.scratch.read("prescription:1", Form) == Form("half a sentence", ["1 tab bd"])
    assert await store.scratch.keys("prescription:") == ["prescription:1"]
    assert await store.scratch.read("prescription:1", OtherForm) is None
    await store.scratch.forget("prescription:1")
    assert await store.scratch.read("prescription:1", Form) is None
    await store.close()


async def test_old_notices_make_room_for_new_ones(store: Store) -> None:
    notices = [
        StoredNotice(
            id=UUID(int=n), thing="t", event=f"e{n}", kind="prescription_paid",
            entity="prescription", entity_id=ROW, code="RX-1", status="PAID", at=NOON,
        )
        for n in range(KEPT + 5)
    ]  # fmt: skip
    await store.notices.add(notices)
    kept = await store.notices.newest()
    assert len(kept) == KEPT
    assert kept[0].id == UUID(int=KEPT + 4)
    await store.notices.mark_read(kept[0].id)
    assert [n.read for n in (await store.notices.newest())[:2]] == [True, False]
