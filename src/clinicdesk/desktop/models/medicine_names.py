"""What medicines are called, for rows that name them by identifier: asked of the store once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import Medicine

if TYPE_CHECKING:
    from clinicdesk.core.search import Search
    from clinicdesk.desktop.tasks import TaskOwner


class MedicineNames(QObject):
    """Medicines that lists of stock and orders speak of.

    Signals:
        changed: Some that were asked for are here now.
    """

    changed = Signal()

    def __init__(self, search: Search, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._search = search
        self._tasks = tasks
        self._known: dict[UUID, Medicine] = {}
        self._wanted: set[UUID] = set()
        self._asking = False

    def get(self, medicine_id: UUID) -> Medicine | None:
        """A medicine; None while it is looked up, and where this desk does not have it."""
        found = self._known.get(medicine_id)
        if found is None and medicine_id not in self._wanted:
            self._wanted.add(medicine_id)
            if not self._asking:
                self._asking = True
                self._tasks.start(self._ask(), doing=self.tr("reading the medicines"), of=self)
        return found

    def forget(self) -> None:
        """The list of medicines has changed: look them up again."""
        self._known.clear()
        self._wanted.clear()
        self.changed.emit()

    async def _ask(self) -> None:
        try:
            while missing := self._wanted - self._known.keys():
                found = await self._search.medicines_of(missing)
                self._known |= found
                if found:
                    self.changed.emit()
                if not self._wanted - missing:
                    break
        finally:
            self._asking = False


def medicine_title(medicine: Medicine) -> str:
    """As it is called on a shelf: "Azithromycin 500 mg tablet"."""
    return " ".join(
        part for part in (medicine.generic_name, medicine.strength, medicine.form) if part
    )
