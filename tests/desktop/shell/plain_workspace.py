"""A workspace with one list, for tests of the window around it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListView, QVBoxLayout

from clinicdesk.contract.entities import Prescription, Role
from clinicdesk.desktop.design.avatar import initials
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.views import dress_list
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.shell.desk_view import MakeWorkspace
from clinicdesk.desktop.wording import person_line, prescription_look
from clinicdesk.desktop.workspace import Context, Hint, NamedAction, Workspace


class PlainWorkspace(Workspace):
    """All prescriptions of the desk; `asked` remembers what was opened and done."""

    key = "plain"
    icon = "pill"

    def __init__(self, context: Context, key: str = "plain", icon: str = "pill") -> None:
        super().__init__()
        self.key, self.icon = key, icon
        self.context = context
        self.asked: list[object] = []
        self.typed = QLineEdit()
        self.typed.setObjectName(f"{key}_typed")
        self.list = QListView()
        dress_list(self.list, context.design)
        self._rows = RowListModel(
            context.desk.replica.prescriptions,
            order=lambda prescription: (prescription.code,),
            content=self._content,
            words=lambda prescription: prescription.code,
            parent=self,
        )
        self.list.setModel(self._rows)
        column = QVBoxLayout(self)
        column.addWidget(self.typed)
        column.addWidget(self.list)

    def _content(self, prescription: Prescription) -> RowContent:
        patient = self.context.desk.replica.patients.get(prescription.patient_id)
        look = prescription_look(prescription)
        return RowContent(
            key=prescription.id,
            primary="" if patient is None else patient.name,
            tail=prescription.code,
            secondary="" if patient is None else person_line(patient),
            status=look.word,
            status_tone=look.tone,
            avatar="" if patient is None else initials(patient.name),
        )

    def title(self) -> str:
        return self.key.capitalize()

    def hints(self) -> list[Hint]:
        return [Hint(("Up", "Down"), "move"), Hint(("Enter",), "open")]

    def named_actions(self) -> list[NamedAction]:
        return [
            NamedAction("New prescription", "plus", lambda: self.asked.append("new"), "Ctrl+N"),
            NamedAction("Count the till", "wallet", lambda: None, unavailable="The till is shut."),
        ]

    def note(self) -> str:
        return "Counter 2"

    def counter(self) -> int:
        return len(self.context.desk.replica.prescriptions)

    def open_thing(self, kind: str, thing: UUID) -> bool:
        if kind != "prescription" or self.context.desk.replica.prescriptions.get(thing) is None:
            return False
        self.asked.append(thing)
        return True

    def focus_start(self) -> None:
        self.typed.setFocus(Qt.FocusReason.OtherFocusReason)


def plain_workspaces(_role: Role) -> Sequence[tuple[str, MakeWorkspace]]:
    """Two of them, so that there is something to change between."""
    return (
        ("plain", PlainWorkspace),
        ("other", lambda context: PlainWorkspace(context, "other", "users")),
    )
