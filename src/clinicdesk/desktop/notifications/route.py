"""Chooses how notices reach a person: by the operating system, else inside the application."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable

from clinicdesk.desktop.notifications.linux import LinuxNotifier
from clinicdesk.desktop.notifications.notice import ActionHandler, CannotShow, Notifier, OsNotice

_log = logging.getLogger(__name__)


async def choose_notifier(
    on_action: ActionHandler,
    on_fallback: Callable[[OsNotice], None],
    *,
    bus_address: str | None = None,
) -> Notifier:
    """The notifier for this machine, ready to use at once.

    `on_fallback` gets each notice that the operating system cannot show, to be shown as a toast in
    the window. Getting ready (the bus, the permission that macOS asks for) goes on in the
    background. The notifier returned never raises. `bus_address` stands in for the session's bus.
    """
    notifier = RoutedNotifier(_native(on_action, bus_address, sys.platform), on_fallback)
    await notifier.start()
    return notifier


class RoutedNotifier:
    """Shows each event once: by the native notifier, or by the fallback while that cannot.

    The native one is tried again at every notice, so a daemon that returns is used again.
    """

    def __init__(
        self,
        native: Notifier,
        on_fallback: Callable[[OsNotice], None],
        *,
        remember_events: int = 4_096,
    ) -> None:
        self._native = native
        self._on_fallback = on_fallback
        self._remember_events = remember_events
        self._seen: dict[str, None] = {}  # in order of arrival
        self._starting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Let the native notifier get ready in the background."""
        self._starting = asyncio.create_task(self._start_native())

    async def show(self, notice: OsNotice) -> None:
        """Show a notice unless its event was shown before."""
        if self._was_shown(notice.event):
            return
        try:
            await self._native.show(notice)
        except CannotShow as why:
            _log.info("notice shown in the window: %s", why)
            self._on_fallback(notice)
        except Exception:
            _log.exception("notice shown in the window: the notifier failed")
            self._on_fallback(notice)

    async def withdraw(self, thing: str) -> None:
        """Take the native notice about a thing away; toasts are for their owner to remove."""
        try:
            await self._native.withdraw(thing)
        except Exception:
            _log.exception("a notice could not be withdrawn")

    async def close(self) -> None:
        """Withdraw everything and let go of the operating system."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        try:
            await self._native.close()
        except Exception:
            _log.exception("the notifier did not close cleanly")

    async def _start_native(self) -> None:
        try:
            await self._native.start()
        except CannotShow as why:
            _log.info("no native notices for now: %s", why)
        except Exception:
            _log.exception("the notifier did not start")

    def _was_shown(self, event: str) -> bool:
        if event in self._seen:
            return True
        self._seen[event] = None
        if len(self._seen) > self._remember_events:
            del self._seen[next(iter(self._seen))]
        return False


class NoNotifier:
    """Stands where the operating system offers no notices at all."""

    async def start(self) -> None:
        """Nothing to get ready."""

    async def show(self, _notice: OsNotice) -> None:
        """Always raises CannotShow."""
        raise CannotShow("this system has no native notices")

    async def withdraw(self, _thing: str) -> None:
        """Nothing is ever on the screen."""

    async def close(self) -> None:
        """Nothing to let go of."""


def _native(on_action: ActionHandler, bus_address: str | None, platform: str) -> Notifier:
    if platform not in ("darwin", "win32"):
        return LinuxNotifier(on_action, bus_address=bus_address)
    try:
        from clinicdesk.desktop.notifications.elsewhere import ElsewhereNotifier

        return ElsewhereNotifier(on_action)
    except Exception:
        # The bindings of an operating system fail in ways of their own (too old a release, an
        # unsigned bundle); the application works without them.
        _log.exception("native notices are not available")
        return NoNotifier()
