"""Notices of the desk on the screen of the operating system, or in the window where it has none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QCoreApplication

from clinicdesk.core.desk import Desk
from clinicdesk.core.notices import Notice
from clinicdesk.core.trace import Trace
from clinicdesk.desktop.shell.notice_words import notice_look, notice_title, notice_words
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Say

if TYPE_CHECKING:
    from clinicdesk.desktop.notifications import Notifier, OsNotice

_VIEW = "view"


class Notifying:
    """Tells one member what their desk tells, until `close`; `start` makes ready to.

    What happens before that waits, so that the desk is usable before the session bus is spoken to.

    Args of the constructor:
        come_forward: Brings the window to the front. go: opens a thing by kind and identifier.
        mark_read: A person has looked at a notice.
    """

    def __init__(
        self,
        desk: Desk,
        tasks: TaskOwner,
        trace: Trace,
        *,
        toast: Say,
        come_forward: Callable[[], None],
        go: Callable[[str, UUID], None],
        mark_read: Callable[[UUID], None],
    ) -> None:
        self._desk = desk
        self._tasks = tasks
        self._trace = trace
        self._toast = toast
        self._come_forward = come_forward
        self._go = go
        self._mark_read = mark_read
        self._notifier: Notifier | None = None
        self._ready = asyncio.Event()
        self._shown: dict[str, Notice] = {}  # by thing: the newest takes the older one's place
        self._leave: tuple[Callable[[], None], ...] = (
            desk.notices.arrived.add(self._arrived),
            desk.notices.changed.add(lambda _event: self._withdraw_read()),
        )

    async def start(self) -> None:
        """Find out how this machine shows notices."""
        from clinicdesk.desktop.notifications import choose_notifier

        self._notifier = await choose_notifier(self._act, self._show_in_window)
        self._ready.set()

    async def close(self) -> None:
        """Take everything off the screen: nobody is left to answer it."""
        for leave in self._leave:
            leave()
        self._leave = ()
        if self._notifier is not None:
            await self._notifier.close()

    def _arrived(self, notice: Notice) -> None:
        doing = QCoreApplication.translate("Notices", "showing a notice")
        self._tasks.start(self._show(notice), doing=doing)

    async def _show(self, notice: Notice) -> None:
        from clinicdesk.desktop.notifications import Action, OsNotice

        await self._ready.wait()
        assert self._notifier is not None  # that is what was waited for
        self._shown[notice.thing] = notice
        view = Action(_VIEW, QCoreApplication.translate("Notices", "View"))
        await self._notifier.show(
            OsNotice(
                thing=notice.thing,
                event=notice.event,
                title=notice_title(notice),
                body=notice_words(notice, self._desk.replica),
                actions=(view,),
            )
        )
        self._trace.mark("notified", id=notice.entity_id, kind=notice.kind, event_id=notice.event)

    def _show_in_window(self, os_notice: OsNotice) -> None:
        look = notice_look(self._shown[os_notice.thing])
        self._toast(
            f"{os_notice.title}: {os_notice.body}",
            look.tone,
            action=os_notice.actions[0].label,
            on_action=lambda: self._act(os_notice.thing, _VIEW),
        )

    def _act(self, thing: str, key: str) -> None:
        notice = self._shown.get(thing)
        if notice is None or key != _VIEW:
            return
        self._come_forward()
        self._mark_read(notice.id)
        self._go(notice.entity, notice.entity_id)

    def _withdraw_read(self) -> None:
        """What has been looked at in the window need not stand on the screen any more."""
        read = {notice.id for notice in self._desk.notices.all() if notice.read}
        gone = [thing for thing, notice in self._shown.items() if notice.id in read]
        for thing in gone:
            del self._shown[thing]
            if self._notifier is not None:
                doing = QCoreApplication.translate("Notices", "taking a notice away")
                self._tasks.start(self._notifier.withdraw(thing), doing=doing)
