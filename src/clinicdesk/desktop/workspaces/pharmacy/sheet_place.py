"""The place below a prescription where one sheet at a time asks something."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.pharmacy.prescription_pane import PrescriptionPane
from clinicdesk.desktop.workspaces.shared.company_words import rivals, warning_words
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work

_AnySheet = TypeVar("_AnySheet", bound=Sheet)


class SheetPlace(QObject):
    """Opens sheets instead of the buttons, and gives the keyboard back to where it was.

    Signals:
        at_rest: A sheet closed and the keyboard has no place of its own to go back to.
    """

    at_rest = Signal()

    def __init__(self, context: Context, pane: PrescriptionPane) -> None:
        super().__init__(pane)
        self._context = context
        self._pane = pane
        self._sheets: list[Sheet] = []
        self._came_from: QWidget | None = None
        self._warned: tuple[UUID | None, set[UUID]] = (None, set())

    @property
    def asking(self) -> Sheet | None:
        """The sheet that is open."""
        return next((each for each in self._sheets if each.prescription is not None), None)

    def add(self, sheet: _AnySheet) -> _AnySheet:
        """Take a sheet in."""
        self._sheets.append(sheet)
        self._pane.ui.sheet_row.addWidget(sheet)
        sheet.closed.connect(self._on_closed)
        sheet.done.connect(self._on_done)
        self._pane.being_there.watch(sheet)
        return sheet

    def open(self, sheet: Sheet, prescription: Prescription) -> None:
        """Ask; another sheet that is open goes, and keeps what was typed into it."""
        if sheet.prescription is not None:
            return
        # A button may be gone, or its neighbour in its place, once the sheet has done its work.
        focused = QApplication.focusWidget()
        came_from = None if isinstance(focused, QAbstractButton) else focused
        other = self.asking
        if other is not None:
            came_from = self._came_from
            other.leave()
        self._came_from = came_from
        self._pane.ui.actions.hide()
        sheet.open_about(prescription)

    def may(self, why_off: str) -> bool:
        """Whether something may be begun; why it may not is said, and who else is at it."""
        if why_off:
            self._context.toast(why_off, Tone.WARNING)
        else:
            self._warn_of_rivals()
        return not why_off

    def is_stopped(self) -> bool:
        """Whether a stop is open that nobody has read yet; it takes the keyboard again."""
        asking = self.asking
        if asking is None or asking.command is not None:
            return False
        QApplication.beep()
        asking.first_field().setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def submit(self, work: Work, doing: str, said: str = "") -> None:
        """Save a command that asks nothing."""
        self._context.tasks.start(
            work, doing=doing, on_done=lambda _: self._on_saved(said), of=self
        )

    def look_again(self) -> None:
        """Something changed: leave a sheet that is not about what is shown, or of no use now."""
        for sheet in self._sheets:
            asked = sheet.prescription
            if asked is None or sheet.busy:
                continue
            shown = self._pane.prescription
            if shown is None or shown.id != asked.id:
                sheet.leave()
                continue
            if sheet.command is None:
                continue
            why = self._context.desk.dispensing.can(sheet.command, asked.id, sheet.item_id)
            if why is not None:
                sheet.leave()
                self._context.toast(why, Tone.WARNING)

    def _warn_of_rivals(self) -> None:
        """Who begins to work on what a colleague has open is told so, once for each colleague."""
        desk, there = self._context.desk, self._pane.being_there
        people = rivals(desk, there.others())
        of, known = self._warned
        if of != there.open:
            known = set()
        fresh = [who for who in people if who.member not in known]
        if fresh:
            self._context.toast(warning_words(desk, fresh), Tone.WARNING)
        self._warned = (there.open, {who.member for who in people})

    def _on_saved(self, said: str) -> None:
        if said:
            self._context.toast(said, Tone.SUCCESS)
        self._pane.choose_open_line()
        if isinstance(QApplication.focusWidget(), QAbstractButton):
            self.at_rest.emit()  # where Space and Enter mean the next step again

    def _on_closed(self) -> None:
        if self.asking is not None:
            return  # one made room for another
        self._pane.ui.actions.show()
        came_from, self._came_from = self._came_from, None
        if came_from is not None and came_from.isVisible() and came_from.isEnabled():
            came_from.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.at_rest.emit()

    def _on_done(self, said: str) -> None:
        if said:
            self._context.toast(said, Tone.SUCCESS)
        self._pane.choose_open_line()
