"""What can be done with a prescription now, what comes next, and why the rest is off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import QObject

from clinicdesk.contract.commands import (
    AcknowledgeOrder,
    CancelItem,
    CancelPrescription,
    CheckItem,
    Command,
    DeclineItem,
    DeliverOrder,
    DispatchOrder,
    DispenseRepeat,
    FulfillItems,
    HandOver,
    HoldItems,
    OweItem,
    PayOutRefund,
    PickItems,
    RejectOrder,
    ReleaseItems,
    RestartItems,
    ReturnToStock,
    SubstituteItem,
    TakePayment,
    TellPatient,
    UncheckItem,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    OrderStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.desktop.workspaces.pharmacy.deeds import OF_A_LINE, Deed

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk
    from clinicdesk.desktop.printing.desk_printing import DeskPrinting

_PLAIN: Final[Mapping[Deed, type[Command]]] = {
    Deed.TAKE_PAYMENT: TakePayment,
    Deed.ACKNOWLEDGE: AcknowledgeOrder,
    Deed.SEND_BACK: RejectOrder,
    Deed.READY: FulfillItems,
    Deed.HAND_OVER: HandOver,
    Deed.PAY_OUT: PayOutRefund,
    Deed.TELL: TellPatient,
    Deed.REPEAT: DispenseRepeat,
    Deed.CANCEL: CancelPrescription,
    Deed.PICK: PickItems,
    Deed.CHECK: CheckItem,
    Deed.UNDO: UncheckItem,
    Deed.OWE: OweItem,
    Deed.SUBSTITUTE: SubstituteItem,
}
_P = PrescriptionStatus
_SHOWN_IN: Final[Mapping[Deed, frozenset[PrescriptionStatus]]] = {
    Deed.READY: frozenset({_P.PAID}),
    Deed.HAND_OVER: frozenset({_P.PAID, _P.FULFILLED}),
    Deed.CANCEL: frozenset({_P.DRAFT, _P.PAID, _P.FULFILLED}),
    Deed.REPEAT: frozenset({_P.COMPLETED}),
}
_SETTLED: Final = frozenset({ItemStatus.HANDED_OVER, ItemStatus.DECLINED, ItemStatus.CANCELLED})
_NOT_CHECKED: Final = frozenset({ItemStatus.PENDING, ItemStatus.PICKING})


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

    by_deed: Mapping[Deed, Offer]
    why: str

    def __getitem__(self, deed: Deed) -> Offer:
        return self.by_deed[deed]


class OfferMaker(QObject):
    """Asks the rules and puts their answers into words for the counter."""

    def __init__(self, desk: Desk, printing: DeskPrinting, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._printing = printing
        self._dispensing = desk.dispensing

    def offers(
        self,
        prescription: Prescription,
        items: list[PrescriptionItem],
        current: PrescriptionItem | None,
    ) -> Offers:
        """The actions as they stand; `current` is the line that the keyboard is on."""
        made = {deed: self._offer(deed, prescription, items, current) for deed in Deed}
        return Offers(made, self._why(made))

    def command_for(
        self, deed: Deed, prescription: Prescription, item: PrescriptionItem | None
    ) -> type[Command]:
        """The command that a deed comes to in this state: some keys undo what they did."""
        state = None if item is None else item.status
        match deed:
            case Deed.HOLD:
                return ReleaseItems if state is ItemStatus.ON_HOLD else HoldItems
            case Deed.DECLINE:
                later = state in (ItemStatus.OWING, ItemStatus.RETURNED_TO_STOCK)
                return CancelItem if later else DeclineItem
            case Deed.RETURN:
                back = state is ItemStatus.RETURNED_TO_STOCK
                return RestartItems if back else ReturnToStock
            case Deed.BRING:
                return DeliverOrder if self._is_on_its_way(prescription.id) else DispatchOrder
            case _:
                return _PLAIN[deed]

    def open_lines(self, items: list[PrescriptionItem]) -> list[UUID]:
        """The lines that wait for the pharmacist's hands now."""
        return [item.id for item in items if self.can_check(item)]

    def can_check(self, item: PrescriptionItem) -> bool:
        """Whether a line waits for the pharmacist's hands; one that is owing waits for stock."""
        if item.status is ItemStatus.OWING:
            return False
        return self._dispensing.can(CheckItem, item.prescription_id, item.id) is None

    def _offer(
        self,
        deed: Deed,
        prescription: Prescription,
        items: list[PrescriptionItem],
        current: PrescriptionItem | None,
    ) -> Offer:
        which = prescription.id
        if deed in (Deed.LABELS, Deed.PRINT):
            return self._paper(deed, prescription)
        command = self.command_for(deed, prescription, current)
        if deed in OF_A_LINE:
            if current is None:
                return Offer(shown=False, why_off=self.tr("Choose a line first."))
            why = self._dispensing.can(command, which, current.id) or ""
            return Offer(shown=not why, why_off=why)
        why = self._dispensing.can(command, which) or ""
        match deed:
            case Deed.TAKE_PAYMENT:  # also later, when a substitute is dearer
                return Offer(prescription.status is _P.DRAFT or not why, why)
            case Deed.HAND_OVER if self._is_on_its_way(which):
                return Offer(shown=False, why_off=why)
            case Deed.HAND_OVER:
                why = self._why_no_hand_over(prescription, items, why)
            case Deed.READY:
                why = why or self._why_not_ready(items)
            case Deed.PAY_OUT:
                return Offer(bool(self._dispensing.refunds_owed(which)), why)
            case Deed.TELL:
                return Offer(not why and bool(self._dispensing.to_be_told(which)), why)
            case Deed.ACKNOWLEDGE | Deed.SEND_BACK | Deed.BRING:
                return Offer(shown=not why, why_off=why)
            case Deed.REPEAT:
                left = prescription.repeats - prescription.repeats_used
                return Offer(left > 0 and prescription.status is _P.COMPLETED, why)
        return Offer(prescription.status in _SHOWN_IN[deed], why)

    def _is_on_its_way(self, prescription_id: UUID) -> bool:
        order = self._desk.orders.open_order(prescription_id)
        return order is not None and order.status is OrderStatus.OUT_FOR_DELIVERY

    def _paper(self, deed: Deed, prescription: Prescription) -> Offer:
        if deed is Deed.LABELS:
            why = self._printing.why_not_labels(prescription.id) or ""
            return Offer(prescription.status in (_P.PAID, _P.FULFILLED), why)
        return Offer(shown=True, why_off=self._printing.why_not_prescription(prescription.id) or "")

    def _why_no_hand_over(
        self, prescription: Prescription, items: list[PrescriptionItem], why: str
    ) -> str:
        if prescription.status is not _P.PAID:
            return why
        if why and (later := self._all_wait_for_stock(items)):
            return later
        waiting = [item for item in items if item.status in _NOT_CHECKED]
        if not why or not waiting:
            return why
        # What keeps all of them from being checked keeps them from being handed over.
        kept = {self._dispensing.can(CheckItem, prescription.id, item.id) for item in waiting}
        if len(kept) == 1 and (reason := kept.pop()):
            return reason
        return self.tr("%n line(s) not checked yet.", "", len(waiting))

    def _all_wait_for_stock(self, items: list[PrescriptionItem]) -> str:
        """That they wait for stock, or for a check where it has come, when nothing else is left to
        be done; otherwise empty."""
        left = [item for item in items if item.status not in _SETTLED]
        owed = [item for item in left if item.status is ItemStatus.OWING]
        if not owed or len(owed) < len(left):
            return ""
        come = [item for item in owed if self._has_come(item)]
        if come:
            return self.tr("%n line(s) not checked yet.", "", len(come))
        return self.tr("%n unit(s) wait for stock.", "", sum(item.owing for item in owed))

    def _has_come(self, item: PrescriptionItem) -> bool:
        product = item.substitute_id or item.medicine_id
        where = item.pharmacy_id
        return where is not None and bool(self._desk.stock.dispensable(where, product))

    def _why_not_ready(self, items: list[PrescriptionItem]) -> str:
        some = any(item.status in _NOT_CHECKED | {ItemStatus.CHECKED} for item in items)
        return "" if some else self.tr("No line waits to be made ready.")

    def _why(self, made: Mapping[Deed, Offer]) -> str:
        payment, hand_over = made[Deed.TAKE_PAYMENT], made[Deed.HAND_OVER]
        if payment.shown and payment.why_off:
            return payment.why_off
        if hand_over.shown and hand_over.why_off:
            return self.tr("Hand over is off: %1").replace("%1", hand_over.why_off)
        return ""
