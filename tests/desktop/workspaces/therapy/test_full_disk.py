"""The disk is full while somebody writes: said in a sentence, and what was typed stays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from clinicdesk.contract.commands import WriteDraft
from clinicdesk.core.errors import StoreLost
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace
from tests.core.sample import a_draft_command
from tests.core.small_disk import SmallDisk, small_disk
from tests.desktop.workspaces.therapy.room import DemoRows, Room, open_desk, open_room, until
from tests.desktop.workspaces.therapy.test_writing import CTRL, add, begin, lines


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", megabytes=24) as disk:
        yield disk


@pytest.fixture
async def room(design: Design, demo: DemoRows, disk: SmallDisk) -> AsyncIterator[Room[Any]]:
    desk = await open_desk(disk.folder, demo.member, demo.rows, demo.medicines)
    room = open_room(desk, design, TherapyWorkspace)
    room.place.show()
    room.place.activateWindow()
    room.place.focus_start()
    yield room
    await room.close()
    await desk.close()


async def fill(room: Room[Any], disk: SmallDisk) -> int:
    """Leave no room; how many commands went into what the log had left."""
    disk.fill()
    for number in range(10_000):
        try:
            await room.desk.outbox.submit(a_draft_command(name=f"rx {number}"))
        except StoreLost:
            return number
    raise AssertionError("the disk was never full")


async def test_saving_on_a_full_disk_says_so_keeps_what_was_typed_and_works_after(
    room: Room[Any], demo: DemoRows, disk: SmallDisk
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    saved = await fill(room, disk)
    room.said.clear()
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: room.said, "a sentence")
    assert "could not read or save" in room.said[0]
    assert "Free some disk space, then try again" in room.said[0]
    assert len(room.desk.outbox.entries()) == saved
    assert len(lines(room)) == 1
    assert room.place.editing.form.changed
    assert "saved" not in room.place.editor.ui.kept_label.text().lower()

    disk.free()
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: len(room.desk.outbox.entries()) == saved + 1, "the draft")
    assert isinstance(room.desk.outbox.entries()[-1].command, WriteDraft)
    await until(lambda: not room.place.editing.form.changed, "that it is saved")


async def test_what_is_typed_on_a_full_disk_is_kept_once_there_is_room(
    room: Room[Any], demo: DemoRows, disk: SmallDisk
) -> None:
    await begin(room, demo)
    await fill(room, disk)
    await add(room, "cetirizine 10 mg")
    await until(lambda: any("Free some disk space" in said for said in room.said), "a sentence")
    disk.free()
    await add(room, "paracetamol 500")
    await room.place.settle()
    kept = await room.place.editing.keeper.newest()
    assert kept is not None
    assert len(kept.lines) == 2
