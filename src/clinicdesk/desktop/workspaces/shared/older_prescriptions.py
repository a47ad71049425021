"""A patient's prescriptions of long ago: on the server, fetched when asked for, only to be read."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Prescription, Row
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.core.clock import utc_now
from clinicdesk.core.collection import Collection
from clinicdesk.core.older import Older
from clinicdesk.desktop.design.availability import reason_when_disabled
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.labels import label, paragraph
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.design.tokens import ROW_HEIGHT, SPACE_2, SPACE_3, SPACE_4, TextRole
from clinicdesk.desktop.models.item_words import intake_words, medicine_words, remarks
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.models.selection import RowSelection
from clinicdesk.desktop.wording import moment_text, money, prescription_look
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.traced_rows import dress_rows

_EDGES = 3
_AT_ONCE = 4
_SEPARATOR = " · "


class OlderPrescriptionsPane(QWidget):
    """A quiet button that becomes a list; the lines of the chosen one stand below it."""

    def __init__(self, context: Context, *, clinical: bool, parent: QWidget | None = None) -> None:
        """Make it, closed.

        Args:
            clinical: Whether this desk may name the medicines.
        """
        super().__init__(parent)
        self._context = context
        self._older = context.desk.older
        self._link = context.desk.link
        self._clinical = clinical
        self._patient_id: UUID | None = None
        self._more: str | None = None
        self._rows: Collection[Prescription] = Collection("prescription")
        self._make_parts()
        self._leave = self._link.changed.add(lambda _status: self._allow())
        self.destroyed.connect(self._leave)

    def show_patient(self, patient_id: UUID) -> None:
        """Close it, for another patient; nothing happens for the one that it is open for."""
        if patient_id == self._patient_id:
            return
        self._patient_id = patient_id
        self._more = None
        for row in self._rows.values():
            self._rows.stage_server(row.id, None)
        self._rows.announce()
        self._title.hide()
        self._card.hide()
        self._lines.hide()
        self._said.hide()
        self._button.setText(self.tr("Older prescriptions"))
        self._button.show()
        self._allow()

    def _make_parts(self) -> None:
        context = self._context
        self._button = Button()
        self._button.setObjectName("older_prescriptions_button")
        self._button.dress(context.design, kind=Kind.QUIET, icon="history", compact=True)
        self._button.clicked.connect(self._ask)
        self._reason = label("", TextRole.SECONDARY, "second")
        self._reason.setObjectName("older_prescriptions_reason")
        self._said = paragraph("", TextRole.SECONDARY, "second")
        self._said.setObjectName("older_prescriptions_said")
        self.list = RowList()
        self.list.setObjectName("older_prescriptions")
        self.list.setAccessibleName(self.tr("Older prescriptions of this patient"))
        model: RowListModel[Prescription] = RowListModel(
            self._rows,
            order=lambda row: (-row.created_at.timestamp(),),
            content=self._content,
            words=lambda row: row.code,
            parent=self,
        )
        dress_rows(self.list, context.design, context.painted)
        self.selection = RowSelection(self.list, cast("RowListModel[Row]", model))
        self.selection.chosen.connect(self._ask_lines)
        self._title = label(self.tr("Older prescriptions, as the server has them"), TextRole.STRONG)
        self._card = Card(context.design, padded=False)
        self._card.fill(self.list)
        self._lines = paragraph("", TextRole.SECONDARY, "second")
        self._lines.setObjectName("older_prescription_lines")
        self._lines.setContentsMargins(SPACE_4, 0, SPACE_4, 0)
        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        row.addWidget(self._button)
        row.addWidget(self._reason, 1)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self._title)
        column.addWidget(self._card)
        column.addWidget(self._lines)
        column.addWidget(self._said)
        column.addLayout(row)

    def _allow(self) -> None:
        reason = "" if self._link.reachable else self.tr("They need the server")
        reason_when_disabled(self._button, reason, self._reason)
        self._reason.setVisible(bool(reason) and not self._button.isHidden())

    def _ask(self) -> None:
        patient_id = self._patient_id
        if patient_id is None:
            return
        self._button.setEnabled(False)
        self._say(self.tr("Asking the server"))
        self._context.tasks.start(
            self._older.of(patient_id, self._more),
            doing=self.tr("fetching older prescriptions"),
            on_done=lambda found: self._show(patient_id, found),
            on_problem=lambda sentence: self._fail(patient_id, sentence),
            of=self,
        )

    def _show(self, patient_id: UUID, found: Older) -> None:
        if patient_id != self._patient_id:
            return
        for row in found.prescriptions:
            self._rows.stage_server(row.id, row)
        self._rows.announce()
        count = len(self._rows)
        self._say("" if count else self.tr("There are no older ones."))
        self._card.setFixedHeight(min(count, _AT_ONCE) * ROW_HEIGHT + _EDGES)
        self._title.setVisible(count > 0)
        self._card.setVisible(count > 0)
        self._more = found.more
        self._button.setText(self.tr("Show more"))
        self._button.setVisible(found.more is not None)
        self._allow()

    def _fail(self, patient_id: UUID, sentence: str) -> None:
        if patient_id == self._patient_id:
            self._say(sentence)
            self._allow()

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def _ask_lines(self, prescription_id: UUID | None) -> None:
        self._lines.hide()
        if prescription_id is None or not self._clinical:
            return
        self._context.tasks.start(
            self._older.detail(prescription_id),
            doing=self.tr("fetching the lines of a prescription"),
            on_done=self._show_lines,
            on_problem=self._say,
            of=self,
        )

    def _show_lines(self, found: PrescriptionDetail) -> None:
        if found.prescription.id != self.selection.current:
            return
        items = sorted(found.items, key=lambda item: item.line)
        lines = [
            _SEPARATOR.join((f"{medicine_words(item)}: {intake_words(item)}", *remarks(item)))
            for item in items
        ]
        self._lines.setText("\n".join(lines))
        self._lines.setVisible(bool(lines))

    def _content(self, prescription: Prescription) -> RowContent:
        when = moment_text(prescription.created_at, self._context.zone, utc_now())
        count = self.tr("%n medicine(s)", "", prescription.item_count)
        price = money(prescription.total_minor, prescription.currency)
        return RowContent(
            key=prescription.id,
            primary=prescription.code,
            secondary=_SEPARATOR.join((when, count, price)),
            pill=prescription_look(prescription).pill(),
        )
