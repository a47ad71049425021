"""What the patient is to be told, saved as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from clinicdesk.contract.commands import NoteCounselling
from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspace import Context

if TYPE_CHECKING:
    from clinicdesk.core.outbox import Submitted

_PAUSE_MS = 900
_LONGEST = 2000
_LINES = 6
_PADDING = 4


class CounsellingCard(Card):
    """A text that grows with what is written; Escape goes back to the lines.

    Signals:
        left: Escape was pressed.
    """

    left = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context.design, " ", parent)
        self._context = context
        self._dispensing = context.desk.dispensing
        self._prescription: Prescription | None = None
        self._saved = ""
        self.setObjectName("counselling_card")
        self.set_title(self.tr("Counselling"))
        self.field = QPlainTextEdit()
        self.field.setObjectName("counselling_field")
        self.field.setAccessibleName(self.tr("Counselling"))
        self.field.setProperty("bare", True)
        self.field.setTabChangesFocus(True)
        self.field.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.field.document().setDocumentMargin(0)
        self.field.textChanged.connect(self._on_text)
        self.field.installEventFilter(self)
        self.body.addWidget(self.field)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.save_now)
        self._fit()

    def show_prescription(self, prescription: Prescription) -> None:
        """Show what is to be told for this one; what is being written is never overwritten."""
        other = self._prescription is None or self._prescription.id != prescription.id
        if other:
            self.save_now()
        self._prescription = prescription
        text = prescription.counselling or ""
        if other or (text != self._saved and not self._is_dirty()):
            self._saved = text
            self._put(text)
            self.set_note("")
        why = self._dispensing.can(NoteCounselling, prescription.id)
        self.field.setReadOnly(why is not None)
        self.field.setFocusPolicy(
            Qt.FocusPolicy.NoFocus if why is not None else Qt.FocusPolicy.StrongFocus
        )
        self.field.setPlaceholderText(
            "" if why is not None else self.tr("What to tell the patient. Key C")
        )
        self.setVisible(why is None or bool(text))

    def save_now(self) -> None:
        """Save what was typed and is not saved."""
        self._pause.stop()
        prescription = self._prescription
        if prescription is None or not self._is_dirty():
            return
        if self._dispensing.can(NoteCounselling, prescription.id) is not None:
            return
        text = self.field.toPlainText()[:_LONGEST]
        self._saved = text
        self.set_note(self.tr("saving"))
        self._context.tasks.start(
            self._dispensing.note_counselling(prescription.id, text),
            doing=self.tr("saving the counselling note"),
            on_done=self._on_saved,
            on_problem=self._on_problem,
            of=self,
        )

    def _on_saved(self, _submitted: Submitted) -> None:
        if not self._is_dirty():
            self.set_note(self.tr("saved"))

    def _on_problem(self, sentence: str) -> None:
        self._saved = "\0"  # nothing that can be typed: what stands there is not saved
        self.set_note(sentence)

    def _is_dirty(self) -> bool:
        return self.field.toPlainText() != self._saved

    def _put(self, text: str) -> None:
        self.field.blockSignals(True)
        self.field.setPlainText(text)
        self.field.blockSignals(False)
        self._fit()

    def _on_text(self) -> None:
        self._fit()
        if self._is_dirty():
            self.set_note(self.tr("writing"))
            self._pause.start()

    def _fit(self) -> None:
        lines = max(1, min(_LINES, self._lines()))
        height = lines * self.field.fontMetrics().lineSpacing() + _PADDING
        if height != self.field.height():
            self.field.setFixedHeight(height)

    def _lines(self) -> int:
        """In a plain text's layout a document's height is in lines."""
        return int(self.field.document().size().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field:
            if event.type() is QEvent.Type.FocusIn:
                self.set_tone(Tone.ACCENT)
            if event.type() is QEvent.Type.FocusOut:
                self.set_tone(None)
                self.save_now()
            if event.type() is QEvent.Type.Resize:
                QTimer.singleShot(0, self, self._fit)
            if (
                event.type() is QEvent.Type.KeyPress
                and isinstance(event, QKeyEvent)
                and event.key() == Qt.Key.Key_Escape
            ):
                self.left.emit()
                return True
        return super().eventFilter(watched, event)
