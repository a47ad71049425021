"""The counter's own keys, each from the finger to what it does painted.

Of each also the work of the window's thread alone: on a machine that others use as well it says
more than the clock on the wall, which goes on while they have their turn.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from bench.desk_in_process import Opened
from bench.figures import line
from clinicdesk.contract.entities import ItemStatus
from clinicdesk.desktop.workspaces.pharmacy.workspace import PharmacyWorkspace
from clinicdesk.desktop.workspaces.shared.lanes import Lane
from clinicdesk.desktop.workspaces.shared.sheet import Sheet

_ROUNDS: Final = 500 if os.environ.get("BENCH_SCALE") == "full" else 250
_PATIENCE_S: Final = 20.0
_REST_S: Final = 0.001
FINGER_S: Final = 0.05
"""Until what the last key began is painted: nobody's fingers are quicker than that."""


class _Taken(NamedTuple):
    """Milliseconds of one key."""

    wall: float
    work: float


async def paint(window: QWidget) -> None:
    """Paint now what has changed, as the system would have it painted a moment later."""
    for _ in range(2):
        await asyncio.sleep(0)  # what a workspace does at the end of this turn
    QCoreApplication.sendEvent(window, QEvent(QEvent.Type.UpdateRequest))


class CounterKeys:
    """A pharmacist who goes through two lanes with keys alone."""

    def __init__(self, opened: Opened) -> None:
        counter = opened.window.findChild(PharmacyWorkspace)
        assert counter is not None
        self._opened = opened
        self._counter = counter
        self._pane = counter.pane
        self._sheets = counter.findChildren(Sheet)

    async def measure(self) -> None:
        """Print the figures of each key."""
        down, enter = [], []
        space, owe, ready, hand_over = [], [], [], []
        self._opened.window.activateWindow()
        await self._until(self._opened.window.isActiveWindow)
        await self._go_to(Lane.DISPENSE)
        for _ in range(_ROUNDS):
            down.append(await self._next_prescription())
            enter.append(await self._key(Qt.Key.Key_Return, self._pane.table.hasFocus))
            space.append(await self._ask(Qt.Key.Key_Space))
            ready.append(await self._ask(Qt.Key.Key_F9))
            owe.append(await self._key(Qt.Key.Key_O, self._is_owing()))
            self._counter.focus_start()
        await self._go_to(Lane.READY)
        for _ in range(_ROUNDS):
            down.append(await self._next_prescription())
            enter.append(await self._key(Qt.Key.Key_Return, self._pane.table.hasFocus))
            hand_over.append(await self._ask(Qt.Key.Key_F10))
            self._counter.focus_start()
        for what, taken in (
            ("Down: the next prescription", down),
            ("Enter: to its lines", enter),
            ("Space: to check by hand, its sheet", space),
            ("O: the rest is owing, saved", owe),
            ("F9: ready, its sheet", ready),
            ("F10: hand over, its sheet", hand_over),
        ):
            print(line(f"  {what}", [each.wall for each in taken]))
            print(line("    work of the window's thread", [each.work for each in taken]))

    async def _go_to(self, lane: Lane) -> None:
        self._counter.show_place(lane)
        self._counter.queue.selection.choose_first()
        self._counter.focus_start()
        await self._until(lambda: self._pane.prescription is not None)

    async def _next_prescription(self) -> _Taken:
        before = self._pane.prescription

        def shown() -> bool:
            now = self._pane.prescription
            return now is not None and (before is None or now.id != before.id)

        return await self._key(Qt.Key.Key_Down, shown)

    async def _ask(self, key: Qt.Key) -> _Taken:
        """Until its sheet is there; it is left again."""
        taken = await self._key(key, self._asks)
        await self._key(Qt.Key.Key_Escape, lambda: not self._asks())
        return taken

    def _asks(self) -> bool:
        return any(sheet.isVisible() for sheet in self._sheets)

    def _is_owing(self) -> Callable[[], bool]:
        """Asks whether the line that the keyboard is on now is owing."""
        item = self._pane.current_item
        assert item is not None

        def owing() -> bool:
            now = self._opened.desk.replica.items.get(item.id)
            return now is not None and now.status is ItemStatus.OWING

        return owing

    async def _key(self, key: Qt.Key, happened: Callable[[], bool]) -> _Taken:
        """What it takes from the key until what it did is painted."""
        under_the_keyboard = QApplication.focusWidget()
        assert under_the_keyboard is not None
        await asyncio.sleep(FINGER_S)
        begun, worked = time.perf_counter(), time.thread_time()
        QTest.keyClick(under_the_keyboard, key)
        await self._until(happened)
        await paint(self._opened.window)
        return _Taken((time.perf_counter() - begun) * 1e3, (time.thread_time() - worked) * 1e3)

    async def _until(self, happened: Callable[[], bool]) -> None:
        begun = time.perf_counter()
        while not happened():
            if time.perf_counter() - begun > _PATIENCE_S:
                raise SystemExit("a key at the counter did nothing")
            # At rest, as the program is: a loop that never rests keeps Python's lock from the
            # thread that saves, for up to 5 ms at each of its steps.
            await asyncio.sleep(_REST_S)
