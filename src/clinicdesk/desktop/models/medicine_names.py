"""What medicines are called, for rows that name them by identifier: asked of the store once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import Medicine

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk
    from clinicdesk.desktop.tasks import TaskOwner


class MedicineNames(QObject):
    """Medicines that lists of stock and orders speak of.

    Signals:
        changed: Some that were asked for may be here now.
    """

    changed = Signal()

    def __init__(self, desk: Desk, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._search = desk.search
        self._tasks = tasks
        self._known: dict[UUID, Medicine] = {}
        self._asked: set[UUID] = set()
        self._wanted: set[UUID] = set()
        self._asking = False
        self.destroyed.connect(desk.formulary.changed.add(lambda _page: self._more_came()))

    def get(self, medicine_id: UUID) -> Medicine | None:
        """A medicine; None while it is looked up, and where this desk does not have it."""
        found = self._known.get(medicine_id)
        if found is None and medicine_id not in self._asked:
            self._asked.add(medicine_id)
            self._wanted.add(medicine_id)
            if not self._asking:
                self._asking = True
                self._tasks.start(self._ask(), doing=self.tr("reading the medicines"), of=self)
        return found

    def forget(self) -> None:
        """The list of medicines has changed: look them up again."""
        self._known.clear()
        self._asked.clear()
        self.changed.emit()

    def _more_came(self) -> None:
        """On a new desk rows of stock are here before the list of medicines is."""
        self._asked &= self._known.keys()
        self.changed.emit()

    async def _ask(self) -> None:
        try:
            while self._wanted:
                wanted, self._wanted = self._wanted, set()
                found = await self._search.medicines_of(wanted)
                self._known |= found
                if found:
                    self.changed.emit()
        finally:
            self._asking = False


def medicine_title(medicine: Medicine) -> str:
    """As it is called on a shelf: "Azithromycin 500 mg tablet"."""
    return " ".join(
        part for part in (medicine.generic_name, medicine.strength, medicine.form) if part
    )
