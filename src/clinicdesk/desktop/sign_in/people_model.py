"""Who has signed in on this computer, for the list beside the form."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from clinicdesk.core.home import Home
from clinicdesk.core.profiles import Remembered
from clinicdesk.core.store.unsent_note import unsent_below
from clinicdesk.desktop.design.avatar import initials
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import role_word

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


def unsent_of(home: Home, person: Remembered) -> int:
    """How many changes of somebody wait on this computer; nothing of theirs is opened."""
    return unsent_below(home.store_path(person.server, person.clinic.id, person.member.id))


class PeopleModel(QAbstractListModel):
    """Remembered users, the one who signed in last first, and what of theirs is not sent yet."""

    def __init__(
        self,
        people: Sequence[Remembered],
        unsent: Callable[[Remembered], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._people = list(people)
        self._contents = [self._content(person, unsent(person)) for person in people]

    def person(self, row: int) -> Remembered:
        """Who stands in a row."""
        return self._people[row]

    def _content(self, person: Remembered, unsent: int) -> RowContent:
        return RowContent(
            key=str(person.member.id),
            primary=person.member.name,
            secondary=f"{role_word(person.member.role)} · {person.clinic.name}",
            avatar=initials(person.member.name),
            status=self.tr("%n not sent", "", unsent) if unsent else "",
            status_tone=Tone.WARNING,
        )

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
            said = (content.primary, content.secondary, content.status)
            return ", ".join(part for part in said if part)
        return None
