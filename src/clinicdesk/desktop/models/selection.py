"""Keeps a list's current row by its identity, whatever happens to the rows around it."""

from __future__ import annotations

from typing import Generic, TypeVar
from uuid import UUID

from PySide6.QtCore import QModelIndex, QObject, Signal
from PySide6.QtWidgets import QAbstractItemView

from clinicdesk.contract.entities import Row
from clinicdesk.desktop.models.row_list import ID_ROLE, RowListModel

AnyRow = TypeVar("AnyRow", bound=Row)


class RowSelection(QObject, Generic[AnyRow]):
    """The current row of a list, as an identifier.

    When the current row leaves the list (another lane, a text that does not match), the thing stays
    chosen, so that the pane beside the list does not jump; the list shows no selection
    until it comes back or a person chooses another.

    Signals:
        chosen: Another thing is chosen: its identifier, or None.
    """

    chosen = Signal(object)

    def __init__(self, view: QAbstractItemView, model: RowListModel[AnyRow]) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._current: UUID | None = None
        self._restoring = False
        self._removing = False
        # Before the view has its selection model: Qt chooses a neighbour while rows are being
        # removed, and we must know by then that no person did.
        model.rowsAboutToBeRemoved.connect(self._on_removing)
        view.setModel(model)
        model.modelReset.connect(self._restore)
        model.rowsInserted.connect(self._restore)
        model.rowsRemoved.connect(self._on_removed)
        view.selectionModel().currentChanged.connect(self._on_current_changed)

    @property
    def current(self) -> UUID | None:
        """What is chosen, shown in the list or not."""
        return self._current

    def choose(self, row_id: UUID | None, *, scroll: bool = True) -> None:
        """Choose a thing; the list shows it when it holds it."""
        changed = row_id != self._current
        self._current = row_id
        self._restore()
        place = self._model.place_of(row_id)
        if scroll and place is not None:
            self._view.scrollTo(
                self._model.index(place), QAbstractItemView.ScrollHint.EnsureVisible
            )
        if changed:
            self.chosen.emit(row_id)

    def choose_first(self) -> None:
        """Choose the topmost row, if there is one."""
        row = self._model.row_at(0)
        self.choose(row.id if row is not None else None)

    def _restore(self) -> None:
        place = self._model.place_of(self._current)
        index = QModelIndex() if place is None else self._model.index(place)
        if index == self._view.currentIndex():
            return
        # Moving the current index by hand would scroll the list under a person's eyes.
        scroll_bar = self._view.verticalScrollBar()
        where = scroll_bar.value()
        self._restoring = True
        try:
            self._view.setCurrentIndex(index)
        finally:
            self._restoring = False
        scroll_bar.setValue(where)

    def _on_removing(self) -> None:
        self._removing = True

    def _on_removed(self) -> None:
        self._removing = False
        self._restore()

    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if self._restoring or self._removing or not current.isValid():
            return
        row_id = current.data(ID_ROLE)
        if row_id != self._current:
            self._current = row_id
            self.chosen.emit(row_id)
