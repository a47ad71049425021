"""A program that dies while it puts a file aside: the next start goes on where it was."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import pytest

from clinicdesk.core.errors import StoreLost
from clinicdesk.core.store.aside import WhyAside, put_aside, unread, was_read, why_of
from clinicdesk.core.store.opening import open_file
from clinicdesk.core.store.outbox_table import OutboxTable
from clinicdesk.core.store.rows import Position, StoredRow
from clinicdesk.core.store.store import Store
from clinicdesk.core.store.unsent_note import Unsent, read_note, unsent_below, write_note
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY
from tests.core.sample import NOON, an_id

OTHER_KEY = bytes(reversed(KEY))


class Killed(BaseException):
    """kill -9, as far as the files are concerned: nothing of ours runs any more."""


def die_at_rename(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    left, rename = [number], Path.rename

    def dying(self: Path, target: Path) -> Path:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", dying)


async def open_again(path: Path, key: bytes = KEY, *, thorough: bool = False) -> Store:
    return await Store.open(path, key, IDENTITY, lambda: NOON, thorough=thorough)


async def a_damaged_store(path: Path) -> UUID:
    """With one command that can be read and a note of it."""
    store = await open_again(path)
    medicine = sample.a_medicine()
    op_id = an_id("command")
    command = sample.a_draft_command(sample.a_line(medicine))
    await store.outbox.add(op_id, command, [medicine], NOON, None)
    rows = [StoredRow("payment", an_id(str(n)), 1, os.urandom(900)) for n in range(200)]
    await store.rows.apply(rows, Position(sample.a_cursor(1), frozenset({"clinic"})), [])
    await store.close()
    write_note(path, Unsent(unsent=1))
    with path.open("r+b") as file:
        file.seek(-6000, os.SEEK_END)
        file.write(os.urandom(512))
    return op_id


def open_and_die(path: Path, key: bytes = KEY) -> None:
    """Everything up to the commands that were recovered, which nobody writes down."""
    opened = open_file(path, key, IDENTITY, NOON, thorough=True)
    opened.reader.close()
    opened.writer.close()


async def commands_in(store: Store) -> list[UUID]:
    return [entry.op_id for entry in await store.outbox.all()]


@pytest.mark.parametrize("renamed", [0, 1])
async def test_who_dies_between_two_renames_has_the_commands_later(
    store_path: Path, monkeypatch: pytest.MonkeyPatch, renamed: int
) -> None:
    op_id = await a_damaged_store(store_path)
    die_at_rename(monkeypatch, renamed)
    with pytest.raises(Killed):
        open_and_die(store_path)
    monkeypatch.undo()
    store = await open_again(store_path, thorough=True)
    assert await commands_in(store) == [op_id]
    [aside] = store.set_aside
    assert aside.why is WhyAside.DAMAGED
    assert "1 unsent change(s) were recovered" in aside.sentence
    assert unsent_below(store_path) == 0, "the note went along, and nothing is left in the file"
    await store.close()


async def test_who_dies_before_the_commands_are_taken_over_has_them_later(
    store_path: Path,
) -> None:
    op_id = await a_damaged_store(store_path)
    open_and_die(store_path)
    open_and_die(store_path)
    store = await open_again(store_path)
    assert await commands_in(store) == [op_id]
    [aside] = store.set_aside
    assert aside.path.suffixes[-2:] == [".damaged", ".db"]
    await store.close()


async def test_what_was_taken_over_is_not_taken_over_again(store_path: Path) -> None:
    await a_damaged_store(store_path)
    open_and_die(store_path)
    store = await open_again(store_path)
    await store.outbox.remove(await store.outbox.all())
    await store.close()
    store = await open_again(store_path)
    assert await commands_in(store) == []
    assert store.set_aside == []
    assert unread(store_path) == []
    await store.close()


async def test_commands_that_do_not_fit_on_the_disk_are_taken_over_the_next_time(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    op_id = await a_damaged_store(store_path)

    async def full(_self: OutboxTable, _entries: object) -> None:
        raise StoreLost("the disk is full")

    monkeypatch.setattr(OutboxTable, "adopt", full)
    with pytest.raises(StoreLost):
        await open_again(store_path, thorough=True)
    monkeypatch.undo()
    store = await open_again(store_path)
    assert await commands_in(store) == [op_id]
    await store.close()


async def test_a_file_whose_key_was_lost_meanwhile_waits_for_it(store_path: Path) -> None:
    op_id = await a_damaged_store(store_path)
    open_and_die(store_path)
    store = await open_again(store_path, OTHER_KEY)
    assert await commands_in(store) == []
    await store.close()
    store = await open_again(store_path)
    assert await commands_in(store) == [op_id]
    await store.close()


@pytest.mark.parametrize("renamed", [0, 1, 2, 3])
def test_all_parts_of_a_file_come_to_lie_side_by_side(
    store_path: Path, monkeypatch: pytest.MonkeyPatch, renamed: int
) -> None:
    store_path.parent.mkdir()
    parts = {"": b"the file", "-wal": b"its log", "-shm": b"its index"}
    for end, content in parts.items():
        store_path.with_name(store_path.name + end).write_bytes(content)
    write_note(store_path, Unsent(unsent=2))
    die_at_rename(monkeypatch, renamed)
    with pytest.raises(Killed):
        put_aside(store_path, WhyAside.WRONG_KEY, NOON)
    monkeypatch.undo()
    if store_path.exists():
        assert unread(store_path) == [], "nothing had happened yet"
        put_aside(store_path, WhyAside.WRONG_KEY, NOON)
    [aside] = unread(store_path)
    assert why_of(aside) is WhyAside.WRONG_KEY
    for end, content in parts.items():
        assert aside.with_name(aside.name + end).read_bytes() == content
        assert not store_path.with_name(store_path.name + end).exists()
    assert read_note(aside) == Unsent(unsent=2)
    was_read(aside)
    assert unread(store_path) == []
