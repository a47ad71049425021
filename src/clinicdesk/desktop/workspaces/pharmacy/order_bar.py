"""The pharmacy's order: how it stands, and what can be answered to it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from clinicdesk.contract.entities import OrderStatus, PurchaseOrder
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import SecondaryButton
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import SPACE_2, SPACE_3, TextRole, Tone
from clinicdesk.desktop.wording import moment_text
from clinicdesk.desktop.workspaces.pharmacy.deeds import Deed
from clinicdesk.desktop.workspaces.shared.order_words import answer_words, order_look

if TYPE_CHECKING:
    from clinicdesk.desktop.workspaces.pharmacy.offers import Offers


class OrderBar(Card):
    """One line: code, state, how the patient gets it; at the end what can be done with it now.

    Signals:
        wanted: A button was pressed: its `Deed`.
    """

    wanted = Signal(object)

    def __init__(self, design: Design, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(design, parent=parent)
        self._zone = zone
        self.setObjectName("order_bar")
        self._code = label("", TextRole.STRONG)
        self._state = StatusPill(design, order_look(OrderStatus.PENDING).pill())
        self._words = ElidedLabel(design, "", TextRole.SECONDARY, "second")
        self._buttons: dict[Deed, SecondaryButton] = {}
        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        row.addWidget(self._code)
        row.addWidget(self._state, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)
        ends = QHBoxLayout()
        ends.setSpacing(SPACE_2)
        for deed, words, icon, key in (
            (Deed.SEND_BACK, self.tr("Send back"), "undo-2", "X"),
            (Deed.ACKNOWLEDGE, self.tr("Acknowledge"), "check", "A"),
        ):
            button = SecondaryButton(design, words, icon=icon, key=key, compact=True)
            button.setObjectName(f"{deed}_button")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, deed=deed: self.wanted.emit(deed))
            button.hide()
            self._buttons[deed] = button
            ends.addWidget(button)
        row.addLayout(ends)
        self.body.addLayout(row)
        self.hide()

    def say(self, order: PurchaseOrder | None, offers: Offers, now: datetime) -> None:
        """Show an order, and those of the `offers` that are about it."""
        over = (OrderStatus.COLLECTED, OrderStatus.CANCELLED)
        self.setVisible(order is not None and order.status not in over)
        if order is None:
            return
        self._code.setText(order.code)
        self._state.show_pill(order_look(order.status).pill())
        self._words.set_text(self._how(order, now))
        self.set_tone(Tone.WARNING if order.status is OrderStatus.REJECTED else None)
        for deed, button in self._buttons.items():
            button.setVisible(offers[deed].shown)

    def _how(self, order: PurchaseOrder, now: datetime) -> str:
        if order.status is OrderStatus.REJECTED:
            return answer_words(order)
        how = self.tr("to be delivered") if order.delivery else self.tr("to collect at the counter")
        if order.status is OrderStatus.DELIVERED:
            how = self.tr("taken in by %1").replace("%1", order.received_by or "")
        moment = order.dispatched_at or order.ready_at or order.acknowledged_at or order.created_at
        return f"{how} · {moment_text(moment, self._zone, now)}"
