"""Sends what a pharmacy sent back to another one, or takes the price that it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtWidgets import QListView, QWidget

from clinicdesk.contract.commands import RerouteOrder
from clinicdesk.contract.entities import Prescription
from clinicdesk.core.pricing import Offer
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.tokens import ROW_HEIGHT
from clinicdesk.desktop.design.views import dress_list
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work
from clinicdesk.desktop.workspaces.therapy.pharmacy_rows import PharmacyRows

if TYPE_CHECKING:
    from clinicdesk.desktop.workspace import Context

_MOST_ROWS: Final = 4
_FRAME: Final = 4


class RerouteSheet(Sheet):
    """The pharmacies with what each would take, side by side, the one that has it all first.

    The one that sent it back stands among them only with the price that it asks.
    """

    command = RerouteOrder

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context.design, context.tasks, parent)
        self._desk = context.desk
        self.setObjectName("reroute_sheet")
        self.rows = PharmacyRows(context.desk.clinic.currency, self)
        self.choice = QListView()
        self.choice.setObjectName("reroute_choice")
        self.choice.setProperty("framed", True)
        self._glow = dress_list(self.choice, context.design)
        self.choice.setModel(self.rows)
        self.choice.setFrameShape(QListView.Shape.StyledPanel)
        self.choice.selectionModel().currentChanged.connect(self._say_choice)
        self.choice.doubleClicked.connect(lambda _index: self.confirm())
        self._block = FieldBlock(context.design, self.tr("Pharmacy"), self.choice)
        self.ui.body.addWidget(self._block)
        self.ui.sheet_confirm.setObjectName("confirm_reroute_button")
        replica = context.desk.replica
        for leave in (
            replica.stock_levels.subscribe(lambda _change: self._compare()),
            context.desk.prices.changed.add(lambda _page: self._compare()),
        ):
            self.destroyed.connect(leave)

    def open_about(self, prescription: Prescription) -> None:
        """Appear with the pharmacies; what they would take follows what changes."""
        self.name_it(
            self.tr("Send it to a pharmacy"), prescription.code, self.tr("Send it there"), "send",
            Kind.PRIMARY,
        )  # fmt: skip
        self.note(self.tr("It costs what it costs there; the counter settles the difference."))
        self.rows.show_pharmacies([], {})
        super().open_about(prescription)
        self._compare()

    def first_field(self) -> QWidget:
        """The choice."""
        return self.choice

    def work(self, prescription: Prescription) -> Work | None:
        """The order, on its way there."""
        chosen = self.rows.pharmacy_at(self.choice.currentIndex().row())
        if chosen is None:
            self._block.set_error(self.tr("Pharmacy: choose where it goes."))
            return None
        return self._desk.orders.reroute(prescription.id, chosen.id)

    def doing(self) -> str:
        """See Asking."""
        return self.tr("sending the prescription")

    def outcome(self) -> str:
        """Where it went."""
        chosen = self.rows.pharmacy_at(self.choice.currentIndex().row())
        return self.tr("Sent to %1.").replace("%1", "" if chosen is None else chosen.name)

    def _compare(self) -> None:
        prescription = self.prescription
        if prescription is None:
            return
        lines = self._desk.replica.items.of(prescription.id)
        self._tasks.start(
            self._desk.pricing.offers(
                [line.medicine_id for line in lines], [line.quantity for line in lines]
            ),
            doing=self.tr("comparing the pharmacies"),
            on_done=self._show,
            of=self,
        )

    def _show(self, offers: list[Offer]) -> None:
        prescription = self.prescription
        if prescription is None:
            return
        back = self._desk.orders.sent_back(prescription.id)
        quotes: dict[UUID, int] = {}
        if back is not None and back.quoted_minor is not None:
            quotes[back.pharmacy_id] = back.quoted_minor
        refused = {back.pharmacy_id} - quotes.keys() if back is not None else set()
        shown = [offer for offer in offers if offer.pharmacy.id not in refused]
        first = not self.rows.rowCount()
        if not first:  # nothing moves under the hand
            shown.sort(key=lambda offer: self.rows.place_of(offer.pharmacy.id))
        self.rows.show_pharmacies(
            [offer.pharmacy for offer in shown],
            {offer.pharmacy.id: offer for offer in shown},
            quotes=quotes,
        )
        if not self.choice.currentIndex().isValid() and shown:
            self.choice.setCurrentIndex(self.rows.index(0))
        fitting = min(_MOST_ROWS, max(1, len(shown)))
        self.choice.setFixedHeight(fitting * ROW_HEIGHT + _FRAME)
        self._block.set_error("" if shown else self.tr("No other pharmacy takes prescriptions."))

    def _say_choice(self) -> None:
        """The button says what Enter does."""
        chosen = self.rows.pharmacy_at(self.choice.currentIndex().row())
        prescription = self.prescription
        if chosen is None or prescription is None:
            return
        back = self._desk.orders.sent_back(prescription.id)
        if back is not None and back.pharmacy_id == chosen.id and back.quoted_minor is not None:
            asked = money(back.quoted_minor, back.currency)
            self.ui.sheet_confirm.setText(self.tr("Take %1").replace("%1", asked))
        else:
            self.ui.sheet_confirm.setText(self.tr("Send it there"))
