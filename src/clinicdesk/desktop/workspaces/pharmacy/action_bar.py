"""The buttons below the prescription: what is done next, and why what is off is off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal

from clinicdesk.contract.entities import (
    ItemStatus,
    OrderStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    PurchaseOrder,
)
from clinicdesk.desktop.design.availability import reason_when_disabled
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.wording import moment_text
from clinicdesk.desktop.workspaces.pharmacy.deeds import KEYS, Deed, look_of

if TYPE_CHECKING:
    from clinicdesk.core.clock import Now
    from clinicdesk.desktop.forms.pharmacy_prescription import Ui_PharmacyPrescription
    from clinicdesk.desktop.workspace import Context
    from clinicdesk.desktop.workspaces.pharmacy.deed_menu import DeedMenu
    from clinicdesk.desktop.workspaces.pharmacy.offers import Offer, Offers

_KINDS: Final = {
    Deed.CANCEL: Kind.DANGER,
    Deed.TAKE_PAYMENT: Kind.PRIMARY,
    Deed.BRING: Kind.PRIMARY,
    Deed.HAND_OVER: Kind.PRIMARY,
}
_WITH_MENU = (PrescriptionStatus.PAID, PrescriptionStatus.FULFILLED)
_LEAST_WHY = 60


class ActionBar(QObject):
    """Has a button for each deed that comes next, and one that opens the `menu` of all.

    The form has the buttons; this dresses them and says which are there.

    Signals:
        wanted: A button was pressed: its `Deed`.
    """

    wanted = Signal(object)

    def __init__(
        self,
        ui: Ui_PharmacyPrescription,
        context: Context,
        now: Now,
        menu: DeedMenu,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._ui = ui
        self._context = context
        self._now = now
        self._buttons = {
            Deed.TAKE_PAYMENT: ui.take_payment_button,
            Deed.LABELS: ui.labels_button,
            Deed.READY: ui.fulfil_button,
            Deed.HAND_OVER: ui.hand_over_button,
            Deed.REPEAT: ui.repeat_button,
            Deed.HOLD: ui.hold_button,
            Deed.CANCEL: ui.cancel_button,
            Deed.BRING: ui.bring_button,
        }
        for deed, button in self._buttons.items():
            self._dress(deed, button, _KINDS.get(deed, Kind.SECONDARY))
            button.clicked.connect(lambda _checked=False, deed=deed: self.wanted.emit(deed))
        ui.more_button.dress(context.design, icon="ellipsis", key="M")
        ui.more_button.clicked.connect(lambda: menu.open_above(ui.more_button))
        for button in (*self._buttons.values(), ui.more_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard there
            button.hide()  # never all at once: their widths together would widen the window
        # A wrapped label asks for more than it needs, and would push the window wider.
        ui.why_off.setMinimumWidth(_LEAST_WHY)

    def say(
        self,
        prescription: Prescription,
        item: PrescriptionItem | None,
        order: PurchaseOrder | None,
        offers: Offers,
    ) -> None:
        """Switch the buttons on and off, each with its reason.

        Args:
            item: The line that the keyboard is on.
            order: The pharmacy's order for it; None when it never had one.
        """
        ui, status = self._ui, prescription.status
        for deed, button in self._buttons.items():
            if deed is not Deed.BRING:  # that depends on the order too
                button.setVisible(_is_shown(deed, offers[deed], status))
                reason_when_disabled(button, offers[deed].why_off)
        ui.more_button.setVisible(status in _WITH_MENU)
        left = max(0, prescription.repeats - prescription.repeats_used)
        ui.repeat_button.setText(self.tr("Dispense the repeat · %n left", "", left))
        held = item is not None and item.status is ItemStatus.ON_HOLD
        ui.hold_button.setText(self.tr("Go on") if held else self.tr("Hold"))
        self._say_bringing(order, offers[Deed.BRING])
        ui.why_off.setText(offers.why or self._end_words(prescription, order))

    def _say_bringing(self, order: PurchaseOrder | None, offer: Offer) -> None:
        """What is to be delivered leaves by the filled button; all else is handed over by it."""
        # What is collected at the counter is sent out only now and then: the menu has it.
        on_its_way = order is not None and order.status is OrderStatus.OUT_FOR_DELIVERY
        brought = order is not None and (order.delivery or on_its_way) and offer.shown
        ui = self._ui
        ui.bring_button.setVisible(brought)
        ui.bring_button.setText(self.tr("Delivered") if on_its_way else self.tr("Dispatch"))
        kind = Kind.SECONDARY if brought else Kind.PRIMARY
        self._dress(Deed.HAND_OVER, ui.hand_over_button, kind)

    def _end_words(self, prescription: Prescription, order: PurchaseOrder | None) -> str:
        """How it ended: who has it, or who cancelled it."""
        if prescription.completed_at is not None:
            brought = order is not None and order.status is OrderStatus.DELIVERED
            text = self.tr("Delivered to %1, %2") if brought else self.tr("Collected by %1, %2")
            who, when = prescription.collected_by or "", prescription.completed_at
        elif prescription.cancelled_at is not None:
            by = self._context.desk.replica.members.get(prescription.updated_by)
            text = self.tr("Cancelled by %1, %2") if by is not None else self.tr("Cancelled, %2")
            who, when = by.name if by is not None else "", prescription.cancelled_at
        else:
            return ""
        moment = moment_text(when, self._context.zone, self._now())
        return text.replace("%1", who).replace("%2", moment)

    def _dress(self, deed: Deed, button: Button, kind: Kind) -> None:
        # Its tooltip has the key of the one that nobody is to press in passing.
        key = "" if deed is Deed.CANCEL else KEYS[deed]
        button.dress(self._context.design, kind=kind, icon=look_of(deed).icon, key=key)


def _is_shown(deed: Deed, offer: Offer, status: PrescriptionStatus) -> bool:
    match deed:
        case Deed.HOLD:  # keeps its place while the current line cannot be held
            return status is PrescriptionStatus.PAID
        case Deed.CANCEL:  # what is paid is cancelled by the menu
            return status is PrescriptionStatus.DRAFT and offer.shown
        case _:
            return offer.shown
