"""Whoever opens a prescription has read what they were told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from clinicdesk.desktop.workspace import Context
    from clinicdesk.desktop.workspaces.shared.being_there import BeingThere


def read_what_is_seen(context: Context, there: BeingThere) -> None:
    """Mark the notices of each prescription that is seen as read, from now on."""
    notices = context.desk.notices

    def read(prescription_id: UUID | None) -> None:
        if prescription_id is not None and notices.unread_of(prescription_id):
            doing = QCoreApplication.translate("Notices", "marking the notices as read")
            context.tasks.start(notices.mark_read_of(prescription_id), doing=doing, of=there)

    there.turned.connect(read)
