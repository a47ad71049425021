"""Who has signed in on this computer, for the list beside the form."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from clinicdesk.core.profiles import Remembered
from clinicdesk.desktop.design.avatar import initials
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.wording import role_word

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class PeopleModel(QAbstractListModel):
    """Remembered users, the one who signed in last first."""

    def __init__(self, people: Sequence[Remembered], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._people = list(people)
        self._contents = [_content(person) for person in people]

    def person(self, row: int) -> Remembered:
        """Who stands in a row."""
        return self._people[row]

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._people)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        content = self._contents[index.row()]
        if role == CONTENT_ROLE:
            return content
        if role == Qt.ItemDataRole.DisplayRole:
            return content.primary
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{content.primary}, {content.secondary}"
        return None


def _content(person: Remembered) -> RowContent:
    return RowContent(
        key=str(person.member.id),
        primary=person.member.name,
        secondary=f"{role_word(person.member.role)} · {person.clinic.name}",
        avatar=initials(person.member.name),
    )
