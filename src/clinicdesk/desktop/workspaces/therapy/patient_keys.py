"""The keys beside a therapist's patients: they follow where the keyboard is and who is shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from clinicdesk.desktop.workspace import Hint
from clinicdesk.desktop.workspaces.shared.patient_finder import PatientFinder
from clinicdesk.desktop.workspaces.shared.patient_page import PatientPage


class PatientKeys(QObject):
    """Says what the keys do now; a key that does nothing is not named.

    Signals:
        changed: `hints()` says something else.
    """

    changed = Signal()

    def __init__(
        self,
        finder: PatientFinder,
        page: PatientPage,
        may_begin: Callable[[], bool],
        parent: QObject,
    ) -> None:
        """Follow the keyboard.

        Args:
            may_begin: Whether a prescription can be begun for who is shown.
        """
        super().__init__(parent)
        self._finder = finder
        self._page = page
        self._may_begin = may_begin
        self._said = ""
        finder.keyboard_moved.connect(self._look)
        page.history.keyboard_moved.connect(self._look)
        page.history.counted.connect(self._look)
        model = finder.model
        for signal in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            signal.connect(self._look)

    def hints(self) -> list[Hint]:
        """The keys while nothing is being written."""
        hints = [
            Hint(("Ctrl+F",), self.tr("find a patient")),
            Hint(("Up", "Down"), self.tr("move")),
        ]
        enter = self._enter_words()
        if enter:
            hints.append(Hint(("Enter",), enter))
        if self._may_begin():
            hints.append(Hint(("Ctrl+N",), self.tr("new prescription")))
        return hints

    def _enter_words(self) -> str:
        """What Enter does where the keyboard is; empty where it does nothing."""
        if self._page.history.has_keyboard:
            return self.tr("open the prescription")
        if self._finder.search_has_keyboard:
            return self.tr("to the list") if self._finder.model.rowCount() else ""
        if not self._finder.has_keyboard or self._finder.selection.current is None:
            return ""
        if self._page.history.model.rowCount():
            return self.tr("to the prescriptions")
        return self.tr("to the new prescription") if self._may_begin() else ""

    def _look(self) -> None:
        words = self._enter_words()
        if words != self._said:
            self._said = words
            self.changed.emit()
