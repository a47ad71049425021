"""Sends what a pharmacy sent back to another one, or takes the price that it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QComboBox, QWidget

from clinicdesk.contract.commands import RerouteOrder
from clinicdesk.contract.entities import OrderResponse, Prescription, PurchaseOrder
from clinicdesk.core.pricing import Offer
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work

if TYPE_CHECKING:
    from clinicdesk.desktop.workspace import Context

_FIELD_WIDTH = 460


class RerouteSheet(Sheet):
    """The pharmacies with what each would take, the one that has it all first."""

    command = RerouteOrder

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context.design, context.tasks, parent)
        self._context = context
        self._desk = context.desk
        self.setObjectName("reroute_sheet")
        self.choice = QComboBox()
        self.choice.setObjectName("reroute_choice")
        self._block = FieldBlock(context.design, self.tr("Pharmacy"), self.choice)
        self._block.setFixedWidth(_FIELD_WIDTH)
        self.ui.body.addWidget(self._block)
        self.ui.sheet_confirm.setObjectName("confirm_reroute_button")

    def open_about(self, prescription: Prescription) -> None:
        """Appear with the pharmacies by name; what they would take follows at once."""
        self.name_it(
            self.tr("Send it to a pharmacy"), prescription.code, self.tr("Send it there"), "send",
            Kind.PRIMARY,
        )  # fmt: skip
        self.note(self.tr("It costs what it costs there; the counter settles the difference."))
        super().open_about(prescription)
        lines = self._desk.replica.items.of(prescription.id)
        self._context.tasks.start(
            self._desk.pricing.offers(
                [line.medicine_id for line in lines], [line.quantity for line in lines]
            ),
            doing=self.tr("comparing the pharmacies"),
            on_done=self._fill,
            of=self,
        )

    def first_field(self) -> QWidget:
        """The choice."""
        return self.choice

    def work(self, prescription: Prescription) -> Work | None:
        """The order, on its way there."""
        chosen = self.choice.currentData()
        if chosen is None:
            self._block.set_error(self.tr("Pharmacy: choose where it goes."))
            return None
        return self._desk.orders.reroute(prescription.id, UUID(chosen))

    def doing(self) -> str:
        """See Asking."""
        return self.tr("sending the prescription")

    def outcome(self) -> str:
        """Where it went."""
        return self.tr("Sent to %1.").replace("%1", self.choice.currentText().partition(" · ")[0])

    def _fill(self, offers: list[Offer]) -> None:
        prescription = self.prescription
        if prescription is None:
            return
        back = self._desk.orders.sent_back(prescription.id)
        self.choice.clear()
        for offer in offers:
            words = self._words(offer, back)
            if words:
                self.choice.addItem(words, str(offer.pharmacy.id))
        self._block.set_error("")

    def _words(self, offer: Offer, back: PurchaseOrder | None) -> str:
        currency = self._desk.clinic.currency
        if back is not None and back.pharmacy_id == offer.pharmacy.id:
            if back.quoted_minor is None:
                return ""
            text = self.tr("%1 · at its quote, %2").replace("%1", offer.pharmacy.name)
            return text.replace("%2", money(back.quoted_minor, currency))
        if offer.available is None:
            stock = self.tr("stock not known")
        elif offer.available:
            stock = self.tr("all in stock")
        else:
            stock = self.tr("%n medicine(s) short", "", len(offer.missing))
        return f"{offer.pharmacy.name} · {money(offer.total_minor, currency)} · {stock}"


def response_word(response: OrderResponse) -> str:
    """Why a pharmacy sends something back."""
    match response:
        case OrderResponse.OUT_OF_STOCK:
            return QCoreApplication.translate("OrderResponse", "out of stock")
        case OrderResponse.QUOTE:
            return QCoreApplication.translate("OrderResponse", "at another price")
        case OrderResponse.CANNOT_SUPPLY:
            return QCoreApplication.translate("OrderResponse", "cannot supply it")
