"""Notices on macOS and Windows, through desktop-notifier.

Import this module only where it is used: it loads the operating system's own bindings.
"""

from __future__ import annotations

import asyncio
from functools import partial

from desktop_notifier import Button, DesktopNotifier, Notification
from desktop_notifier import Urgency as TheirUrgency

from clinicdesk.desktop.notifications.notice import (
    DEFAULT_ACTION,
    ActionHandler,
    CannotShow,
    OsNotice,
    Urgency,
)

_URGENCY = {
    Urgency.LOW: TheirUrgency.Low,
    Urgency.NORMAL: TheirUrgency.Normal,
    Urgency.CRITICAL: TheirUrgency.Critical,
}


class ElsewhereNotifier:
    """Uses the thing as the notification's identifier: both systems replace by that.

    On macOS notices appear only for a signed bundle whose user has agreed to them; until then
    `show` raises CannotShow.
    """

    def __init__(self, on_action: ActionHandler, *, application: str = "clinicdesk") -> None:
        self._on_action = on_action
        self._loop = asyncio.get_running_loop()
        self._notifier = DesktopNotifier(app_name=application, app_icon=None)
        self._things: set[str] = set()

    async def start(self) -> None:
        """Ask for permission. On macOS this waits until the person has answered."""
        if not await self._notifier.request_authorisation():
            raise CannotShow("notifications are switched off for this application")

    async def show(self, notice: OsNotice) -> None:
        """Show a notice in place of the one about the same thing. Raises CannotShow."""
        if not await self._notifier.has_authorisation():
            raise CannotShow("notifications are switched off for this application")
        dispatched = asyncio.Event()
        await self._notifier.send_notification(
            Notification(
                title=notice.title,
                message=notice.body,
                urgency=_URGENCY[notice.urgency],
                buttons=tuple(
                    Button(action.label, partial(self._acted, notice, action.key), action.key)
                    for action in notice.actions
                ),
                on_clicked=partial(self._acted, notice, DEFAULT_ACTION),
                on_dismissed=partial(self._things.discard, notice.thing),
                on_dispatched=dispatched.set,
                identifier=notice.thing,
            )
        )
        # The library logs a failure and returns as if all were well; only this tells.
        if not dispatched.is_set():
            raise CannotShow("the operating system refused the notification")
        self._things.add(notice.thing)

    async def withdraw(self, thing: str) -> None:
        """Take the notice about a thing off the screen and out of the notification centre."""
        if thing in self._things:
            self._things.discard(thing)
            await self._notifier.clear(thing)

    async def close(self) -> None:
        """Withdraw every notice of ours."""
        for thing in list(self._things):
            await self.withdraw(thing)

    def _acted(self, notice: OsNotice, key: str) -> None:
        self._things.discard(notice.thing)  # both systems close what was answered
        # On its own turn of the loop: what the handler raises is not the library's business.
        self._loop.call_soon_threadsafe(self._on_action, notice.thing, notice.action_of(key))
