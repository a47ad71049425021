"""The desktop's composition root: the window is painted first, then everything behind it is loaded.

What is imported at the top is what the first paint needs; each other import stands where the window
is on the screen already.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QEvent, QEventLoop, QLocale, QObject, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from clinicdesk import __version__
from clinicdesk.core.clock import utc_now
from clinicdesk.core.collector import OneThread
from clinicdesk.core.home import Home, home_of
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.trace import trace_from_environment
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.display import has_display
from clinicdesk.desktop.invitation import Invitation, take_invitation
from clinicdesk.desktop.shell.settings import Settings
from clinicdesk.failures import StartupFailure

if TYPE_CHECKING:
    from clinicdesk.desktop.door import Door
    from clinicdesk.desktop.probe import Probe
    from clinicdesk.desktop.reporting import Reporter
    from clinicdesk.desktop.shell.main_window import MainWindow
    from clinicdesk.desktop.sign_in.window import SignInWindow

THEME_VARIABLE = "CLINICDESK_THEME"
"""Names an `Appearance` that goes before what the person chose: for tests and pictures."""
PROBE_VARIABLE = "CLINICDESK_PROBE"
"""Names the socket of a `probe`."""
_PATIENCE_MS = 500
_COLLECT_MS = 250


def main(arguments: argparse.Namespace) -> int:
    """Open the desktop and stay until its last window is closed; then the process ends with 0.

    Args:
        arguments: `server`, an address or None; `profile`, a name.

    Raises StartupFailure.
    """
    trace = trace_from_environment()
    trace.mark("start")
    early_end = _EarlyEnd()
    if not has_display():
        raise StartupFailure(
            "There is no display to open a window on: start it in a desktop session."
        )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    invitation = take_invitation()
    home = home_of(arguments.profile)
    settings = Settings.read(home)
    profiles = Profiles.read(home)
    app = _make_application()
    design = apply(app, _appearance(settings))
    sign_in: SignInWindow | None = None
    if invitation is not None or (settings.signed_in and profiles.users()):
        window = _main_window(design)
        window.restore_place(settings.geometry("main"))
        _paint_first(app, window)
    else:
        sign_in = _sign_in_window(design, home, profiles, settings, arguments.server)
        _paint_first(app, sign_in)
        window = _main_window(design)
    trace.mark("painted first")

    from clinicdesk.desktop.door import Door, House
    from clinicdesk.desktop.places import workspaces_of
    from clinicdesk.desktop.reporting import Reporter

    reporter = Reporter()
    house = House(home, settings, profiles, design, reporter, trace, utc_now, workspaces_of)
    _run(Door(house, window, sign_in), reporter, invitation, early_end)
    _end()


def _end() -> NoReturn:
    """End the process as it stands: all that lasts is on the disk, and every store is closed.

    The keyring's thread may still wait for a password or be within the keyring's ciphers, and a
    thread in foreign code while the interpreter is taken down aborts the program.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class _EarlyEnd:
    """Notes a wish to end that comes before there is a loop to end: windows are shown by then.

    Attributes:
        wished: Somebody asked for it.
    """

    def __init__(self) -> None:
        self.wished = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: object) -> None:
        self.wished = True


def _main_window(design: Design) -> MainWindow:
    from clinicdesk.desktop.shell.main_window import MainWindow

    return MainWindow(design, utc_now)


def _sign_in_window(
    design: Design, home: Home, profiles: Profiles, settings: Settings, server: str | None
) -> SignInWindow:
    from clinicdesk.desktop.sign_in.people_model import unsent_of
    from clinicdesk.desktop.sign_in.window import SignInWindow

    unsent = partial(unsent_of, home)
    window = SignInWindow(design, profiles.users(), server or settings.server, unsent)
    window.restore_place(settings.geometry("sign_in"))
    window.begin()
    return window


def _run(
    door: Door, reporter: Reporter, invitation: Invitation | None, early_end: _EarlyEnd
) -> None:
    """Let the door work on one event loop for Qt and asyncio, until everybody has left."""
    import asyncio

    import qasync  # type: ignore[import-untyped]  # it carries no types

    async def stay() -> None:
        loop = asyncio.get_running_loop()
        reporter.watch(loop)
        probe = await _open_probe()
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # Windows ends programs in its own way
                loop.add_signal_handler(number, door.leave)
        if early_end.wished:
            door.leave()
        await door.stay(invitation)
        if probe is not None:
            await probe.close()

    qasync.run(stay())


async def _open_probe() -> Probe | None:
    """What lets the guided tour see where things are, when its environment asks for it."""
    if PROBE_VARIABLE not in os.environ:
        return None
    from clinicdesk.desktop.probe import Probe

    return await Probe.open(Path(os.environ[PROBE_VARIABLE]))


def _make_application() -> QApplication:
    QApplication.setApplicationName("clinicdesk")
    QApplication.setApplicationDisplayName("clinicdesk")
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName("clinicdesk")
    app = QApplication(sys.argv[:1])
    collect_here(app)
    # The desk closes its store after its last window has gone.
    app.setQuitOnLastWindowClosed(False)
    translator = QTranslator(app)
    folder = str(Path(__file__).parent / "translations")
    if translator.load("clinicdesk_en", folder):
        app.installTranslator(translator)
    # Months and digits go with the words around them, their order with the place.
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.system().territory()))
    return app


def collect_here(app: QApplication) -> QTimer:
    """Have Python collect garbage in the window's thread alone, while the answer runs; see
    `core.collector`."""
    collector, clock = OneThread(), QTimer(app, interval=_COLLECT_MS)
    clock.timeout.connect(lambda: collector.collect_due())
    clock.start()
    return clock


def _appearance(settings: Settings) -> Appearance:
    for named in (os.environ.get(THEME_VARIABLE, ""), settings.appearance):
        with suppress(ValueError):
            return Appearance(named)
    return Appearance.SYSTEM


class _FirstPaint(QObject):
    """Knows whether a window has been painted."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.seen = False
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.seen = self.seen or event.type() is QEvent.Type.Paint
        return False


def _paint_first(app: QApplication, window: QWidget) -> None:
    """Show a window and wait until it is painted, at most half a second."""
    paint = _FirstPaint(window)
    window.show()
    patience = QTimer(singleShot=True)
    patience.start(_PATIENCE_MS)
    while not paint.seen and patience.isActive():
        # Asleep, not asking again and again: whoever shows windows here may need the processor.
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    window.removeEventFilter(paint)
