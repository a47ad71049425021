"""Notices on Linux and the BSDs, through whichever notification daemon the session has."""

from __future__ import annotations

import asyncio
import html
import logging
import os
from dataclasses import dataclass

from dbus_fast import Variant

from clinicdesk.desktop.notifications.notice import (
    DEFAULT_ACTION,
    ActionHandler,
    CannotShow,
    OsNotice,
    Urgency,
)
from clinicdesk.desktop.notifications.service import (
    ActionInvoked,
    ActivationToken,
    Closed,
    DaemonChanged,
    DaemonSilent,
    NotificationService,
    ServiceEvent,
    session_bus_address,
)

_log = logging.getLogger(__name__)

_URGENCY_BYTE = {Urgency.LOW: 0, Urgency.NORMAL: 1, Urgency.CRITICAL: 2}


@dataclass(frozen=True, slots=True)
class _OnScreen:
    number: int
    notice: OsNotice


class LinuxNotifier:
    """Speaks to the notification daemon; survives its restarts, and the want of one.

    It joins the bus at the first need and again when the bus was lost. A daemon that does not
    answer is left alone for a while, so that a burst of notices is not held up by it one by one.
    """

    def __init__(
        self,
        on_action: ActionHandler,
        *,
        application: str = "clinicdesk",
        icon: str = "clinicdesk",
        bus_address: str | None = None,
        patience_s: float = 3.0,
        retry_after_s: float = 30.0,
    ) -> None:
        self._on_action = on_action
        self._application = application
        self._icon = icon
        self._bus_address = bus_address
        self._retry_after_s = retry_after_s
        self._service = NotificationService(self._on_event, patience_s)
        self._turn = asyncio.Lock()  # a withdrawal must not overtake the notice it withdraws
        self._on_screen: dict[str, _OnScreen] = {}
        self._capabilities: frozenset[str] | None = None
        self._silent_until = 0.0  # loop time

    async def start(self) -> None:
        """Join the session bus. Raises CannotShow when there is none."""
        async with self._turn:
            await self._join()

    async def show(self, notice: OsNotice) -> None:
        """Show a notice in place of the one about the same thing. Raises CannotShow."""
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if now < self._silent_until:
                raise CannotShow("the notification daemon did not answer a moment ago")
            try:
                await self._join()
                await self._notify(notice, await self._what_the_daemon_can_do())
            except DaemonSilent:
                self._silent_until = now + self._retry_after_s
                raise

    async def withdraw(self, thing: str) -> None:
        """Take the notice about a thing off the screen."""
        async with self._turn:
            if shown := self._on_screen.pop(thing, None):
                self._service.close_notification(shown.number)

    async def close(self) -> None:
        """Withdraw every notice of ours and leave the bus."""
        for thing in list(self._on_screen):
            await self.withdraw(thing)
        await self._service.disconnect()

    async def _join(self) -> None:
        if self._service.connected:
            return
        self._forget_the_daemon()
        address = self._bus_address or session_bus_address()
        if address is None:
            raise CannotShow("this session has no bus")
        await self._service.connect(address)

    async def _what_the_daemon_can_do(self) -> frozenset[str]:
        # Asked at the first notice rather than at start-up: the question may make the bus start a
        # daemon, which can take seconds.
        if self._capabilities is None:
            capabilities = await self._service.capabilities()
            name, _vendor, version, _specification = await self._service.server_information()
            _log.info("notices are shown by %s %s", name, version)
            self._capabilities = capabilities
        return self._capabilities

    async def _notify(self, notice: OsNotice, capabilities: frozenset[str]) -> None:
        older = self._on_screen.get(notice.thing)
        number = await self._service.notify(
            application=self._application,
            replaces=older.number if older else 0,
            icon=self._icon,
            title=notice.title,
            body=html.escape(notice.body, quote=False)
            if "body-markup" in capabilities
            else notice.body,
            actions=_offered(notice) if "actions" in capabilities else [],
            hints={
                "urgency": Variant("y", _URGENCY_BYTE[notice.urgency]),
                "desktop-entry": Variant("s", self._application),
            },
        )
        self._on_screen[notice.thing] = _OnScreen(number, notice)

    def _on_event(self, event: ServiceEvent) -> None:
        match event:
            case ActionInvoked(number, key):
                if notice := self._taken_off(number):
                    # Most daemons close a notice that was answered, but not all do.
                    self._service.close_notification(number)
                    # On its own turn of the loop: what the handler raises is the loop's business,
                    # not the bus reader's.
                    loop = asyncio.get_running_loop()
                    loop.call_soon(self._on_action, notice.thing, notice.action_of(key))
            case Closed(number):
                self._taken_off(number)
            case ActivationToken(token):
                # Qt's Wayland plug-in spends it at the next QWindow.requestActivate().
                os.environ["XDG_ACTIVATION_TOKEN"] = token
            case DaemonChanged():
                self._forget_the_daemon()

    def _taken_off(self, number: int) -> OsNotice | None:
        for thing, shown in self._on_screen.items():
            if shown.number == number:
                del self._on_screen[thing]
                return shown.notice
        return None

    def _forget_the_daemon(self) -> None:
        # A new daemon counts from one again: an old number would replace someone else's notice.
        self._on_screen.clear()
        self._capabilities = None
        self._silent_until = 0.0


def _offered(notice: OsNotice) -> list[str]:
    """Keys and labels in turn, as the specification wants them; a click on the notice comes first.

    GNOME and KDE draw no button for "default", so the first action is named again under its key.
    """
    if not notice.actions:
        return [DEFAULT_ACTION, ""]
    offered = [DEFAULT_ACTION, notice.actions[0].label]
    for action in notice.actions:
        offered += [action.key, action.label]
    return offered
