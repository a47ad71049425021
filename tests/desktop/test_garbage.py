"""Where Python frees what hangs together in cycles: a window may be among it."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from clinicdesk.desktop.app import collect_here


class Cycle:
    """Something that only the collector can free."""

    def __init__(self, freed_in: list[int]) -> None:
        self._itself = self
        self._freed_in = freed_in

    def __del__(self) -> None:
        self._freed_in.append(threading.get_ident())


@pytest.fixture
def nobody_else_collects() -> Iterator[None]:
    """The tests' own collecting rests."""
    before = signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, *before)


@pytest.mark.usefixtures("nobody_else_collects")
def test_cycles_are_freed_in_the_windows_thread_whoever_makes_objects(
    qapp: QApplication, qtbot: QtBot
) -> None:
    gc.enable()
    clock = collect_here(qapp)
    freed_in: list[int] = []
    Cycle(freed_in)
    kept: list[object] = []

    def make_many() -> None:
        kept.extend([] for _ in range(20_000))

    busy = threading.Thread(target=make_many)
    busy.start()
    busy.join()

    def is_freed() -> bool:
        make_many()  # the older generations are collected when very many objects were made
        return bool(freed_in)

    qtbot.waitUntil(is_freed, timeout=20_000)
    clock.stop()
    assert freed_in == [threading.get_ident()]
