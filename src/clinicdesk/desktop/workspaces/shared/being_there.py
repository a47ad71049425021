"""Ties a view that shows a thing to the presence of whoever looks at it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from clinicdesk.contract.threads import thread_of

if TYPE_CHECKING:
    from clinicdesk.core.presence import Presence, Someone


class BeingThere(QObject):
    """Says that a prescription is open for as long as its view is seen, and who else is at it.

    Signals:
        changed: `others` answers something else.
        turned: Another prescription is seen: its identifier, or None.
    """

    changed = Signal()
    turned = Signal(object)

    def __init__(self, presence: Presence, view: QWidget) -> None:
        super().__init__(view)
        self._presence = presence
        self._view = view
        self._shown: UUID | None = None
        self._open: UUID | None = None
        view.installEventFilter(self)
        self.destroyed.connect(presence.changed.add(self._on_change))

    @property
    def open(self) -> UUID | None:
        """The prescription that is seen now."""
        return self._open

    def show_prescription(self, prescription_id: UUID | None) -> None:
        """The view shows this one, whether it is seen or not."""
        self._shown = prescription_id
        self._settle()

    def others(self) -> list[Someone]:
        """Who else has it open."""
        return [] if self._open is None else self._presence.others(_thread(self._open))

    def typing(self) -> None:
        """Something was typed."""
        if self._open is not None:
            self._presence.typing(_thread(self._open))

    def watch(self, form: QWidget) -> None:
        """What is typed into the fields of a form is typed here."""
        for line in form.findChildren(QLineEdit):
            line.textEdited.connect(self.typing)
        for text in form.findChildren(QPlainTextEdit):
            text.textChanged.connect(partial(self._text_changed, text))

    def _text_changed(self, text: QPlainTextEdit) -> None:
        if text.hasFocus():  # filled in by the program it says nothing of anybody
            self.typing()

    def _settle(self) -> None:
        wanted = self._shown if self._view.isVisible() else None
        if wanted == self._open:
            return
        if self._open is not None:
            self._presence.closed(_thread(self._open))
        self._open = wanted
        if wanted is not None:
            self._presence.opened(_thread(wanted))
        self.turned.emit(wanted)
        self.changed.emit()

    def _on_change(self, thread: str) -> None:
        if self._open is not None and thread == _thread(self._open):
            self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._view and event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._settle()
        return False


def _thread(prescription_id: UUID) -> str:
    return thread_of("prescription", prescription_id)
