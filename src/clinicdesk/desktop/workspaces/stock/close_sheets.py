"""Ends an order to a supplier: cancelled, or closed though something is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.contract.entities import SupplyOrder
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.workspaces.shared.asking import Asking, Work

if TYPE_CHECKING:
    from clinicdesk.core.supply import Supply
    from clinicdesk.desktop.design.appearance import Design
    from clinicdesk.desktop.tasks import TaskOwner

_SHORTEST_REASON = 3


class EndOrderSheet(Asking):
    """Asks why, and cancels or closes short.

    Args of `__init__`:
        cancels: It is cancelled; otherwise closed.
    """

    def __init__(
        self, design: Design, tasks: TaskOwner, supply: Supply, parent: QWidget, *, cancels: bool
    ) -> None:
        super().__init__(design, tasks, parent)
        self._supply = supply
        self._cancels = cancels
        self._order: SupplyOrder | None = None
        self.reason = QLineEdit(maxLength=200)
        self.reason.setObjectName("end_order_reason")
        self._reason = FieldBlock(design, self.tr("Reason"), self.reason)
        self.reason.textChanged.connect(lambda: self._reason.set_error(""))
        self.ui.body.addWidget(self._reason)
        self.ui.sheet_close.setText(self.tr("Keep it"))

    def open_for(self, order: SupplyOrder) -> None:
        """Appear for an order."""
        self._order = order
        if self._cancels:
            self.name_it(
                self.tr("Cancel the order"), order.code, self.tr("Cancel it"), "ban", Kind.DESTROY
            )
        else:
            self.name_it(
                self.tr("Close short"), order.code, self.tr("Close it"), "check-check", Kind.PRIMARY
            )
        self.reason.clear()
        self.appear()

    def first_field(self) -> QWidget:
        """The reason."""
        return self.reason

    def asked(self) -> Work | None:
        """The end of it."""
        reason = self.reason.text().strip()
        if self._order is None:
            return None
        if len(reason) < _SHORTEST_REASON:
            self._reason.set_error(self.tr("Reason: write at least a word."))
            return None
        if self._cancels:
            return self._supply.cancel(self._order.id, reason)
        return self._supply.close(self._order.id, reason)

    def doing(self) -> str:
        """See Asking."""
        return self.tr("ending the order")

    def forget(self) -> None:
        """It is about no order any more."""
        self._order = None
