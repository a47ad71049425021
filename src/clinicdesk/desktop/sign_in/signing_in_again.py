"""Signs a member in again over their desk, which stays as it is."""

from __future__ import annotations

import platform

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from clinicdesk.core.desk import Desk
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.sign_in.address import short_address
from clinicdesk.desktop.sign_in.again import SignInAgainDialog
from clinicdesk.desktop.sign_in.causes import trouble_of
from clinicdesk.desktop.tasks import TaskOwner

_LONGEST_NAME = 120


class SigningInAgain(QObject):
    """Shows the dialog of one desk, at most one at a time."""

    def __init__(self, design: Design, window: QWidget, desk: Desk, tasks: TaskOwner) -> None:
        super().__init__(tasks)
        self._design = design
        self._window = window
        self._desk = desk
        self._tasks = tasks
        self._dialog: SignInAgainDialog | None = None

    def begin(self) -> None:
        """Ask for the password."""
        if self._dialog is not None:
            self._dialog.raise_()
            return
        desk = self._desk
        place = f"{desk.clinic.name} · {short_address(desk.session.user.server)}"
        person = (desk.member.name, str(desk.member.id))
        self._dialog = SignInAgainDialog(self._design, person, place, self._window)
        self._dialog.finished.connect(self._forget)
        self._dialog.submitted.connect(self._try)
        self._dialog.open()

    def give_up(self) -> None:
        """Take the dialog away: the desk closes."""
        if self._dialog is not None:
            self._dialog.reject()

    def _try(self, password: str) -> None:
        if self._dialog is not None:
            self._tasks.start(
                self._renew(self._dialog, password),
                doing=self.tr("signing in"),
                on_problem=self._dialog.show_error,
                of=self._dialog,
            )

    async def _renew(self, dialog: SignInAgainDialog, password: str) -> None:
        problem = await self._desk.session.sign_in_again(password, device_name=device_name())
        if dialog is not self._dialog:
            return  # put off meanwhile
        if problem is None:
            dialog.accept()
        else:
            dialog.show_error(trouble_of(problem).sentence)

    def _forget(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


def device_name() -> str:
    """This computer's name, by which people know their sessions."""
    return platform.node()[:_LONGEST_NAME]
