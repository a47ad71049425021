"""Enters a wholesaler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.tokens import SPACE_4
from clinicdesk.desktop.workspaces.shared.asking import Asking, Work

if TYPE_CHECKING:
    from clinicdesk.core.supply import Supply
    from clinicdesk.desktop.design.appearance import Design
    from clinicdesk.desktop.tasks import TaskOwner


class SupplierSheet(Asking):
    """A name, and how they are reached."""

    def __init__(self, design: Design, tasks: TaskOwner, supply: Supply, parent: QWidget) -> None:
        super().__init__(design, tasks, parent)
        self._supply = supply
        self.setObjectName("supplier_sheet")
        self.name = QLineEdit(maxLength=120)
        self.name.setObjectName("supplier_name")
        self.phone = QLineEdit(maxLength=24)
        self.email = QLineEdit(maxLength=200)
        self.address = QLineEdit(maxLength=200)
        self._name = FieldBlock(design, self.tr("Name"), self.name)
        self.name.textChanged.connect(lambda: self._name.set_error(""))
        optional = self.tr("may stay empty")
        row = QHBoxLayout()
        row.setSpacing(SPACE_4)
        row.addWidget(self._name, 2)
        row.addWidget(FieldBlock(design, self.tr("Telephone"), self.phone, optional=optional), 1)
        row.addWidget(FieldBlock(design, self.tr("E-mail"), self.email, optional=optional), 1)
        row.addWidget(FieldBlock(design, self.tr("Address"), self.address, optional=optional), 2)
        self.ui.body.addLayout(row)

    def open_empty(self) -> None:
        """Appear for a new one."""
        self.name_it(
            self.tr("New supplier"), "", self.tr("Enter the supplier"), "truck", Kind.PRIMARY
        )
        for field in (self.name, self.phone, self.email, self.address):
            field.clear()
        self.appear()

    def first_field(self) -> QWidget:
        """The name."""
        return self.name

    def asked(self) -> Work | None:
        """The supplier, entered."""
        name = self.name.text().strip()
        if not name:
            self._name.set_error(self.tr("Name: write what they are called."))
            return None
        return self._supply.write_supplier(
            name, self.phone.text().strip(), self.email.text().strip(), self.address.text().strip()
        )

    def doing(self) -> str:
        """See Asking."""
        return self.tr("entering the supplier")

    def outcome(self) -> str:
        """Who can be ordered from now."""
        return self.tr("%1 is entered.").replace("%1", self.name.text().strip())
