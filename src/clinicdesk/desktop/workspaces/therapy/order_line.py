"""The pharmacy of a prescription, and how far its order has come there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.contract.entities import OrderStatus, Pharmacy, Prescription, PurchaseOrder
from clinicdesk.contract.lifecycles import PRESCRIPTION
from clinicdesk.core.desk import Desk
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.labels import IconLabel, label, paragraph
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import ICON, SPACE_1, SPACE_2, SPACE_3, TextRole
from clinicdesk.desktop.wording import moment_text, phone_text
from clinicdesk.desktop.workspaces.shared.order_words import order_look, order_moment

_HEIGHT = 24
_SEPARATOR = " · "


class OrderLine(QWidget):
    """Name and telephone of the pharmacy, the order's code, its state and since when; below, in
    words, the steps that it has behind it."""

    def __init__(
        self, design: Design, desk: Desk, zone: ZoneInfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("order_line")
        self._desk = desk
        self._zone = zone
        self._pharmacy = ElidedLabel(design, "", TextRole.STRONG)
        self._pharmacy.setObjectName("pharmacy_name")
        self._phone = label("", TextRole.SECONDARY, "second")
        self._code = label("", TextRole.SECONDARY, "second")
        self._code.setObjectName("order_code")
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._state = StatusPill(design, order_look(OrderStatus.PENDING).pill())
        self._state.setObjectName("order_state")
        self._since = label("", TextRole.SECONDARY, "second")
        self._since.setObjectName("order_since")
        self._trail = paragraph("", TextRole.SECONDARY, "second")
        self._trail.setObjectName("order_trail")
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        row.addWidget(IconLabel(design, "store", size=ICON, height=_HEIGHT))
        row.addWidget(self._pharmacy)
        row.addSpacing(SPACE_1)
        row.addWidget(self._phone)
        row.addStretch(1)
        row.addSpacing(SPACE_3)
        for part in (self._code, self._state, self._since):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self._trail)
        self._trail.setContentsMargins(ICON + SPACE_2, 0, 0, 0)

    def say(self, prescription: Prescription, now: datetime) -> None:
        """Show where a prescription goes and what has become of it there."""
        pharmacy = self._desk.replica.pharmacies.get(prescription.pharmacy_id)
        order = self._desk.orders.last_order(prescription.id)
        self._pharmacy.set_text(self._name(pharmacy))
        phone = pharmacy.phone if pharmacy is not None else None
        self._phone.setText(phone_text(phone) if phone else "")
        self._phone.setVisible(bool(phone))
        for part in (self._code, self._state, self._since):
            part.setVisible(order is not None)
        if order is None:
            trail = self._before(prescription)
        else:
            self._code.setText(order.code)
            self._state.show_pill(order_look(order.status).pill())
            self._since.setText(moment_text(order_moment(order), self._zone, now))
            trail = _SEPARATOR.join([*self._elsewhere(order, now), *self._steps(order, now)])
        self._trail.setText(trail)
        self._trail.setVisible(bool(trail))
        told = (self._pharmacy.text(), *self._order_told(order), trail)
        self.setAccessibleName(", ".join(part for part in told if part))

    def _order_told(self, order: PurchaseOrder | None) -> Sequence[str]:
        if order is None:
            return ()
        return order.code, self._state.accessibleName(), self._since.text()

    def _name(self, pharmacy: Pharmacy | None) -> str:
        return self.tr("No pharmacy chosen yet") if pharmacy is None else pharmacy.name

    def _before(self, prescription: Prescription) -> str:
        """Why there is no order yet."""
        over = prescription.status in PRESCRIPTION.terminal
        if over or prescription.signed_at is None or prescription.paid_at is not None:
            return ""
        return self.tr("The pharmacy gets its order when it is paid for.")

    def _elsewhere(self, order: PurchaseOrder, now: datetime) -> Iterator[str]:
        """Who had it before and sent it back."""
        orders = self._desk.replica.orders.of(order.prescription_id)
        for each in sorted(orders, key=lambda one: one.created_at):
            if each.id == order.id or each.status is not OrderStatus.REJECTED:
                continue
            pharmacy = self._desk.replica.pharmacies.get(each.pharmacy_id)
            text = self.tr("%1 sent it back %2").replace("%2", self._when(order_moment(each), now))
            yield text.replace("%1", each.code if pharmacy is None else pharmacy.name)

    def _steps(self, order: PurchaseOrder, now: datetime) -> Iterator[str]:
        """What it has behind it, and what it waits for where no pill says so."""
        orders = self._desk.replica.orders.of(order.prescription_id)
        first = all(each.created_at >= order.created_at for each in orders)
        ordered = self.tr("Ordered %1") if first else self.tr("ordered here %1")
        behind = (
            (ordered, order.created_at, OrderStatus.PENDING),
            (self.tr("acknowledged %1"), order.acknowledged_at, OrderStatus.ACKNOWLEDGED),
            (self.tr("ready %1"), order.ready_at, OrderStatus.READY),
            (self.tr("on its way %1"), order.dispatched_at, OrderStatus.OUT_FOR_DELIVERY),
        )
        for text, moment, status in behind:
            if moment is not None and status is not order.status:
                yield text.replace("%1", self._when(moment, now))
        waits = self._waits_for(order)
        if waits:
            yield waits

    def _waits_for(self, order: PurchaseOrder) -> str:
        match order.status:
            case OrderStatus.PENDING:
                return self.tr("The pharmacy has not answered yet")
            case OrderStatus.ACKNOWLEDGED:
                return self.tr("the pharmacy will supply it")
            case OrderStatus.DISPENSING:
                return self.tr("the pharmacy is preparing it")
            case OrderStatus.READY if order.delivery:
                return self.tr("waits to be taken to the patient")
            case OrderStatus.READY:
                return self.tr("waits for the patient")
            case OrderStatus.DELIVERED if order.received_by:
                return self.tr("taken in by %1").replace("%1", order.received_by)
            case _:
                return ""

    def _when(self, moment: datetime, now: datetime) -> str:
        return moment_text(moment, self._zone, now)
