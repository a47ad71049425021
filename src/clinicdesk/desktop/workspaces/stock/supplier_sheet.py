"""The wholesalers: who they are and how they are reached; a new one, a correction, a retirement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Supplier
from clinicdesk.core.folding import fold
from clinicdesk.core.identity import new_id
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.design.tokens import SPACE_2, SPACE_4, Tone
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.models.selection import RowSelection
from clinicdesk.desktop.workspaces.shared.asking import Asking, Work

if TYPE_CHECKING:
    from clinicdesk.contract.commands import WriteSupplier
    from clinicdesk.core.collection import Collection
    from clinicdesk.core.supply import Supply
    from clinicdesk.desktop.design.appearance import Design
    from clinicdesk.desktop.tasks import TaskOwner

_LIST_WIDTH: Final = 300
_LIST_HEIGHT: Final = 182
_NEW: Final = UUID(int=0)
"""Stands for the supplier that is not entered yet."""


class SupplierSheet(Asking):
    """All suppliers at the left; what is said of one at the right, to be corrected there.

    What was typed for one is kept while another is looked at, until the sheet is left.

    Attributes:
        list: The suppliers, those that are retired last.
        retire: Takes the chosen one out of use, or back into it.
    """

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        supply: Supply,
        suppliers: Collection[Supplier],
        parent: QWidget,
    ) -> None:
        super().__init__(design, tasks, parent)
        self._supply = supply
        self._suppliers = suppliers
        self._shown = _NEW
        self._typed: dict[UUID, tuple[str, ...]] = {}
        self._turns = False
        self._again: UUID | None = None
        self.setObjectName("supplier_sheet")
        self.name = QLineEdit(maxLength=120)
        self.name.setObjectName("supplier_name")
        self.phone = QLineEdit(maxLength=24)
        self.phone.setObjectName("supplier_phone")
        self.email = QLineEdit(maxLength=200)
        self.address = QLineEdit(maxLength=200)
        self._fields = (self.name, self.phone, self.email, self.address)
        self._name = FieldBlock(design, self.tr("Name"), self.name)
        self.name.textChanged.connect(lambda: self._name.set_error(""))
        self.list = RowList()
        self.list.setObjectName("suppliers_list")
        self.list.setAccessibleName(self.tr("Suppliers"))
        self.list.dress(design)
        model = RowListModel(
            suppliers,
            order=lambda row: (not row.active, fold(row.name)),
            content=self._content,
            words=lambda row: row.name,
            parent=self,
        )
        self._selection = RowSelection(self.list, model)
        self._selection.chosen.connect(self._on_chosen)
        self.retire = Button()
        self.retire.setObjectName("retire_supplier_button")
        self.retire.clicked.connect(self._turn)
        self.new_button = Button()
        self.new_button.setText(self.tr("New supplier"))
        self.new_button.dress(design, icon="plus", key="F3")
        self.new_button.clicked.connect(self.open_empty)
        self._lay_out(design)

    def open_empty(self) -> None:
        """Ask for a new one."""
        self._show(_NEW)
        self.appear()

    def open_list(self) -> None:
        """Show those that there are; the keyboard chooses among them."""
        self._selection.choose_first()
        if self._selection.current is None:
            self.open_empty()
            return
        self._show(self._selection.current)
        self.appear()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_again(self, refused: WriteSupplier) -> None:
        """Ask again what was refused, as it was typed."""
        known = refused.supplier_id in self._suppliers
        key = refused.supplier_id if known else _NEW
        self._again = refused.supplier_id
        self._typed[key] = (refused.name, refused.phone, refused.email, refused.address)
        self._show(key)
        self.appear()

    def first_field(self) -> QWidget:
        """The name."""
        return self.name

    def asked(self) -> Work | None:
        """The supplier, entered or corrected, retired or taken back."""
        name = self.name.text().strip()
        if not name:
            self._turns = False
            self._name.set_error(self.tr("Name: write what they are called."))
            return None
        old = self._suppliers.get(self._shown)
        active = old is None or (old.active is not self._turns)
        return self._supply.write_supplier(
            name,
            self.phone.text().strip(),
            self.email.text().strip(),
            self.address.text().strip(),
            supplier_id=(self._again or new_id()) if old is None else old.id,
            active=active,
        )

    def doing(self) -> str:
        """See Asking."""
        return self.tr("entering the supplier")

    def outcome(self) -> str:
        """Who can be ordered from now, and who cannot."""
        old = self._suppliers.get(self._shown)
        if self._shown == _NEW:
            text = self.tr("%1 is entered.")
        elif not self._turns:
            text = self.tr("%1 is corrected.")
        elif old is not None and old.active:
            text = self.tr("%1 is in use again.")
        else:
            text = self.tr("%1 is retired: nothing new is ordered there.")
        return text.replace("%1", self.name.text().strip())

    def forget(self) -> None:
        """What was typed is no longer wanted."""
        self._typed = {}
        self._shown = _NEW
        self._again = None
        self._turns = False

    def _turn(self) -> None:
        if self._shown != _NEW and not self.busy:
            self._turns = True
            self.confirm()

    def _on_chosen(self, supplier_id: UUID | None) -> None:
        if supplier_id is not None and not self.isHidden():
            self._show(supplier_id)

    def _show(self, key: UUID) -> None:
        """Say what is known of one, or what was typed for it."""
        if not self.isHidden():
            self._typed[self._shown] = tuple(field.text() for field in self._fields)
        self._shown, self._turns = key, False
        supplier = self._suppliers.get(key)
        if supplier is None:
            said: tuple[str, ...] = ("", "", "", "")
            self.name_it(
                self.tr("New supplier"), "", self.tr("Enter the supplier"), "truck", Kind.PRIMARY
            )
            self._selection.choose(None)
        else:
            said = (supplier.name, supplier.phone, supplier.email, supplier.address)
            self.name_it(self.tr("Suppliers"), supplier.name, self.tr("Save"), "save", Kind.PRIMARY)
            self._selection.choose(key)
        for field, text in zip(self._fields, self._typed.get(key, said), strict=True):
            field.setText(text)
        active = supplier is None or supplier.active
        self.retire.setText(self.tr("Retire") if active else self.tr("Take back into use"))
        kind = Kind.DANGER if active else Kind.SECONDARY
        icon = "ban" if active else "undo-2"
        self.retire.dress(self._design, kind=kind, icon=icon, key="F8")
        self.retire.setVisible(supplier is not None)

    def _content(self, supplier: Supplier) -> RowContent:
        reached = (supplier.phone, supplier.email, supplier.address)
        return RowContent(
            key=supplier.id,
            primary=supplier.name,
            secondary=" · ".join(part for part in reached if part),
            status="" if supplier.active else self.tr("retired"),
            status_tone=Tone.NEUTRAL,
        )

    def _lay_out(self, design: Design) -> None:
        optional = self.tr("may stay empty")
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_4)
        grid.setVerticalSpacing(SPACE_2)
        grid.addWidget(self._name, 0, 0)
        grid.addWidget(
            FieldBlock(design, self.tr("Telephone"), self.phone, optional=optional), 0, 1
        )
        grid.addWidget(FieldBlock(design, self.tr("E-mail"), self.email, optional=optional), 1, 0)
        grid.addWidget(
            FieldBlock(design, self.tr("Address"), self.address, optional=optional), 1, 1
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        buttons.addWidget(self.new_button)
        buttons.addWidget(self.retire)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(SPACE_2)
        column.addLayout(grid)
        column.addStretch(1)
        column.addLayout(buttons)
        row = QHBoxLayout()
        row.setSpacing(SPACE_4)
        listed = Card(design, padded=False)
        listed.setFixedSize(_LIST_WIDTH, _LIST_HEIGHT)
        listed.fill(self.list)
        row.addWidget(listed)
        row.addLayout(column, 1)
        self.ui.body.addLayout(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F8:
            self._turn()
            return
        super().keyPressEvent(event)
