"""What every test may count on: no window on a person's display, the same examples in every run,
and garbage that is collected in the main thread, as the desktop has it.

Widget tests work on Qt's offscreen platform. Tests marked ``display`` start real windows of their
own; they need the private display, window manager, session bus, keyring and notification daemon of
tests/with-desktop, and run one after the other, because a window takes the focus from all others.
"""

from __future__ import annotations

import atexit
import functools
import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from clinicdesk.core.collector import OneThread

_COLLECT_S = 0.25

pytest_plugins = [
    "tests.desktop_session",
    "tests.postgres",
    "tests.running_server",
    "tests.clinic_database",
]
# Assertions in there are to say what differed, as those of a test do.
pytest.register_assert_rewrite("tests.end_to_end.desks")

# Before anything imports Qt. Processes of the display tests name their platform themselves.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

# Otherwise a server's thread would free the widgets of the tests before. Handlers of signals run in
# the main thread, and this one is sent for every quarter of a second that the processor works.
_collector = OneThread()
signal.signal(signal.SIGVTALRM, lambda *_: _collector.collect_due())
signal.setitimer(signal.ITIMER_VIRTUAL, _COLLECT_S, _COLLECT_S)
atexit.register(signal.setitimer, signal.ITIMER_VIRTUAL, 0)  # Python lets go of its handlers first

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """Free what a test's windows asked Qt to delete later, when the fixtures have closed them.

    Qt does it when a loop of its own comes round; tests run on asyncio's, and all that they ever
    showed would stay.
    """
    try:
        yield
    finally:
        if "PySide6.QtCore" in sys.modules:
            _free_what_is_left()


def _free_what_is_left() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent
    from pytestqt.exceptions import capture_exceptions, format_captured_exceptions

    if QCoreApplication.instance() is None:
        return
    with capture_exceptions() as raised:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if raised:
        pytest.fail(format_captured_exceptions(raised))


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.get_closest_marker("display") and "CLINICDESK_TEST_DESKTOP" not in os.environ:
        item.add_marker(pytest.mark.skip(reason="needs tests/with-desktop (make test runs it)"))


class _ByFileAndDisplay(LoadScopeScheduling):
    """Gives each file to one worker, and all files with tests that need the display to one.

    xdist's own groups (``--dist=loadgroup``) travel in node identifiers, which pytest 9.2 no longer
    lets anybody change; the worker's name for a test is all that the scheduler gets to see.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "display" if _needs_display(self.config.rootpath / file) else file


@functools.cache
def _needs_display(file: Path) -> bool:
    return "pytest.mark.display" in file.read_text(encoding="utf-8")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFileAndDisplay:
    return _ByFileAndDisplay(config, log)
