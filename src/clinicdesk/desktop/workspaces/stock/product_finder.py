"""Finds a product of the clinic's list below a field, as one types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QStringListModel, QTimer, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit

from clinicdesk.contract.entities import Medicine
from clinicdesk.desktop.models.medicine_names import medicine_title

if TYPE_CHECKING:
    from clinicdesk.desktop.tasks import TaskOwner

Find = Callable[[str, int], Awaitable[list[Medicine]]]
"""Answers at most so many medicines for a text, the likeliest first."""

_SHOWN: Final = 8
_PAUSE_MS: Final = 60


class ProductFinder(QObject):
    """The list below a field; Enter takes the first where none is chosen.

    Signals:
        chosen: A `Medicine`.
    """

    chosen = Signal(object)

    def __init__(self, field: QLineEdit, find: Find, tasks: TaskOwner) -> None:
        super().__init__(field)
        self._field = field
        self._find = find
        self._tasks = tasks
        self._found: dict[str, Medicine] = {}
        self._names = QStringListModel(self)
        self._completer = QCompleter(self._names, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(_SHOWN)
        self._completer.setWidget(field)
        self._completer.activated.connect(self._take)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(lambda: self._start(self._show()))
        field.textEdited.connect(lambda _text: self._pause.start())

    def take_first(self) -> bool:
        """Take the likeliest for what is typed; False when nothing is typed."""
        if not self._field.text().strip():
            return False
        self._start(self._take_likeliest())
        return True

    async def _show(self) -> None:
        await self._look()
        if self._found and self._field.hasFocus():
            self._completer.complete()

    async def _take_likeliest(self) -> None:
        await self._look()
        if self._found:
            self._take(next(iter(self._found)))

    async def _look(self) -> None:
        text = self._field.text().strip()
        found = await self._find(text, _SHOWN) if text else []
        if text == self._field.text().strip():
            self._found = {_said(medicine): medicine for medicine in found}
            self._names.setStringList(list(self._found))

    def _take(self, said: str) -> None:
        medicine = self._found.get(said)
        if (popup := self._completer.popup()) is not None:
            popup.hide()
        # The completer writes what was chosen into the field after it has told of it.
        QTimer.singleShot(0, self, self._field.clear)
        if medicine is not None:
            self.chosen.emit(medicine)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(work, doing=self.tr("looking for the product"), of=self)


def _said(medicine: Medicine) -> str:
    parts = (medicine_title(medicine), medicine.brand, medicine.manufacturer)
    return " · ".join(part for part in parts if part)
