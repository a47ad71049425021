"""What can be done with a prescription now, what comes next, and why the rest is off."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QObject

from clinicdesk.contract.commands import (
    CancelPrescription,
    DeclineItem,
    FulfillItems,
    HandOver,
    PayOutRefund,
    TakePayment,
)
from clinicdesk.contract.entities import Prescription, PrescriptionItem, PrescriptionStatus
from clinicdesk.contract.lifecycles import SETTLED_ITEM_STATES
from clinicdesk.core.dispensing import Dispensing


@dataclass(frozen=True, slots=True)
class Offer:
    """An action: whether it has a place in this state, and why it is off; empty when it is on."""

    shown: bool
    why_off: str


@dataclass(frozen=True, slots=True)
class Offers:
    """All actions of one prescription at one moment.

    Attributes:
        why: What the words beside the buttons say: why the next step cannot be taken.
    """

    cancel: Offer
    decline: Offer
    take_payment: Offer
    fulfil: Offer
    hand_over: Offer
    pay_out: Offer
    why: str


class OfferMaker(QObject):
    """Asks the rules and puts their answers into words for the counter."""

    def __init__(self, dispensing: Dispensing, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dispensing = dispensing

    def offers(
        self,
        prescription: Prescription,
        items: list[PrescriptionItem],
        current: PrescriptionItem | None,
    ) -> Offers:
        """The actions as they stand; `current` is the line that the keyboard is on."""
        can, which = self._dispensing.can, prescription.id
        refunds_owed = self._dispensing.refunds_owed(which)
        status = prescription.status
        unpaid = status is PrescriptionStatus.DRAFT
        paid = status is PrescriptionStatus.PAID
        ready = status is PrescriptionStatus.FULFILLED
        take_payment = Offer(unpaid, can(TakePayment, which) or "")
        fulfil = Offer(paid, can(FulfillItems, which) or "")
        hand_over = Offer(paid or ready, self._why_no_hand_over(prescription, items))
        return Offers(
            cancel=Offer(unpaid or paid or ready, can(CancelPrescription, which) or ""),
            decline=Offer(paid, self._why_no_decline(which, current)),
            take_payment=take_payment,
            fulfil=fulfil,
            hand_over=hand_over,
            pay_out=Offer(bool(refunds_owed), can(PayOutRefund, which) or ""),
            why=self._why(take_payment, hand_over),
        )

    def open_lines(self, items: list[PrescriptionItem]) -> list[UUID]:
        """The lines that wait for the pharmacist's hands, as far as they can be fulfilled."""
        return [item.id for item in items if self.can_fulfil(item)]

    def can_fulfil(self, item: PrescriptionItem) -> bool:
        """Whether a line waits for the pharmacist's hands and may be fulfilled."""
        return self._dispensing.can(FulfillItems, item.prescription_id, item.id) is None

    def _why_no_decline(self, which: UUID, current: PrescriptionItem | None) -> str:
        if current is None:
            return self.tr("Choose a line first.")
        return self._dispensing.can(DeclineItem, which, current.id) or ""

    def _why_no_hand_over(self, prescription: Prescription, items: list[PrescriptionItem]) -> str:
        why = self._dispensing.can(HandOver, prescription.id) or ""
        if prescription.status is not PrescriptionStatus.PAID:
            return why
        count = sum(item.status not in SETTLED_ITEM_STATES for item in items)
        return self.tr("%n line(s) not ready yet.", "", count) if count else why

    def _why(self, take_payment: Offer, hand_over: Offer) -> str:
        if take_payment.shown and take_payment.why_off:
            return take_payment.why_off
        if hand_over.shown and hand_over.why_off:
            return self.tr("Hand over is off: %1").replace("%1", hand_over.why_off)
        return ""
