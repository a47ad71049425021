"""A field that hides what is typed until its eye is pressed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import IconButton

_EYE = 26
_INSET = 4


class PasswordField(QLineEdit):
    """A line edit for a secret. In a form promote a QLineEdit to it and call `dress` once.

    The eye is reached by Tab after the field. The field hides its text again whenever the window
    loses the focus, so that a shown password is not left on a screen.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._eye: IconButton | None = None
        self.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        self.setInputMethodHints(self.inputMethodHints() | hints)

    def dress(self, design: Design) -> None:
        """Put the eye in."""
        self._eye = IconButton(design, "eye", self.tr("Show the password"), parent=self)
        self._eye.setObjectName(f"{self.objectName()}_eye")
        self._eye.setCheckable(True)
        self._eye.setFixedSize(_EYE, _EYE)
        self._eye.setCursor(Qt.CursorShape.ArrowCursor)
        self._eye.toggled.connect(self._show_text)
        self.setTextMargins(0, 0, _EYE, 0)

    def hide_text(self) -> None:
        """Hide what is typed."""
        if self._eye is not None:
            self._eye.setChecked(False)

    def _show_text(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.setEchoMode(mode)
        if self._eye is not None:
            name = self.tr("Hide the password") if shown else self.tr("Show the password")
            self._eye.set_icon_name("eye-off" if shown else "eye")
            self._eye.setToolTip(name)
            self._eye.setAccessibleName(name)

    def _place_eye(self) -> None:
        if self._eye is not None:
            # The stylesheet has its own idea of a button's height.
            self._eye.ensurePolished()
            top = (self.height() - self._eye.height()) // 2
            self._eye.move(self.width() - _EYE - _INSET, top)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.hide_text()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_eye()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_eye()
