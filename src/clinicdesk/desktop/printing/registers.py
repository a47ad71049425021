"""Which register, of which days: asked before the server makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import cast
from uuid import UUID

from PySide6.QtCore import QCoreApplication, QDate, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QDateEdit, QDialog, QHBoxLayout, QWidget

from clinicdesk.contract.entities import Role
from clinicdesk.contract.paper import LONGEST_REGISTER_DAYS, RegisterKind
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.forms.registers import Ui_Registers
from clinicdesk.desktop.workspace import Context


class Registers(QDialog):
    """Asks, and tells what was wished for; it stays open for the next one.

    Signals:
        show_wanted, save_wanted: `RegisterKind`, first day, last day, pharmacy; None: one's own.
    """

    show_wanted = Signal(object, object, object, object)
    save_wanted = Signal(object, object, object, object)

    def __init__(self, context: Context, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.ui = Ui_Registers()
        self.ui.setupUi(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_fields(today)
        design, ui = context.design, self.ui
        ui.registers_close.dress(design, key="Esc")
        ui.registers_save.dress(design, icon="save")
        ui.registers_show.dress(design, kind=Kind.PRIMARY, icon="printer", key="Enter")
        ui.registers_close.clicked.connect(self.reject)
        ui.registers_save.clicked.connect(lambda: self._ask(self.save_wanted.emit))
        ui.registers_show.clicked.connect(self._show)

    def _make_fields(self, today: date) -> None:
        design = self._context.design
        self._kind = QComboBox()
        self._kind.setObjectName("registers_kind")
        self._pharmacy = QComboBox()
        self._pharmacy.setObjectName("registers_pharmacy")
        for kind in self._kinds():
            self._kind.addItem(register_words(kind), kind)
        pharmacies = sorted(
            self._context.desk.replica.pharmacies.values(), key=lambda each: each.name.casefold()
        )
        for pharmacy in pharmacies:
            self._pharmacy.addItem(pharmacy.name, pharmacy.id)
        month = today.replace(day=1)
        self._first = _day_field("registers_first", month)
        self._last = _day_field("registers_last", today)
        self._last_block = FieldBlock(design, self.tr("To"), self._last, keeps_room=True)
        whose = FieldBlock(design, self.tr("Pharmacy"), self._pharmacy)
        whose.setVisible(self._context.desk.member.role is Role.ADMIN)
        self.ui.fields.addWidget(FieldBlock(design, self.tr("Register"), self._kind))
        self.ui.fields.addWidget(whose)
        days = QHBoxLayout()
        days.setSpacing(12)
        first = FieldBlock(design, self.tr("From"), self._first, keeps_room=True)
        for block in (first, self._last_block):
            days.addWidget(block, 1)
        self.ui.fields.addLayout(days)
        self._kind.setFocus(Qt.FocusReason.OtherFocusReason)
        self.adjustSize()

    def _kinds(self) -> list[RegisterKind]:
        """Those that the clinic's country knows."""
        if self._context.desk.clinic.country != "IN":
            return [RegisterKind.CONTROLLED]
        return [RegisterKind.H1, RegisterKind.X, RegisterKind.H]

    def _show(self) -> None:
        self._ask(self.show_wanted.emit)

    def _ask(self, wish: Callable[..., object]) -> None:
        first, last = (cast("date", each.date().toPython()) for each in (self._first, self._last))
        if last < first:
            self._last_block.set_error(self.tr("The last day is before the first."))
        elif last - first >= timedelta(days=LONGEST_REGISTER_DAYS):
            self._last_block.set_error(self.tr("A register has a year at most."))
        else:
            self._last_block.set_error("")
            whose: UUID | None = None
            if self._context.desk.member.role is Role.ADMIN:
                whose = self._pharmacy.currentData()
            wish(RegisterKind(self._kind.currentData()), first, last, whose)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._show()
        else:
            super().keyPressEvent(event)


def register_words(kind: RegisterKind) -> str:
    """Which register it is."""
    match kind:
        case RegisterKind.H:
            return QCoreApplication.translate("Printing", "Schedule H")
        case RegisterKind.H1:
            return QCoreApplication.translate("Printing", "Schedule H1")
        case RegisterKind.X:
            return QCoreApplication.translate("Printing", "Schedule X, with balance")
        case RegisterKind.CONTROLLED:
            return QCoreApplication.translate("Printing", "Controlled drugs")


def _day_field(name: str, day: date) -> QDateEdit:
    field = QDateEdit(QDate(day.year, day.month, day.day))
    field.setObjectName(name)
    field.setDisplayFormat("d MMM yyyy")
    # Qt drops the stylesheet's left padding where the arrows are styled too.
    field.lineEdit().setTextMargins(9, 0, 0, 0)
    return field
