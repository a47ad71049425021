"""Everything that is done at the counter, with its key, its icon and its words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QCoreApplication


class Deed(StrEnum):
    """What a pharmacist does with the prescription that is shown, in the order of the work."""

    TAKE_PAYMENT = "take_payment"
    ACKNOWLEDGE = "acknowledge"
    PICK = "pick"
    CHECK = "check"
    UNDO = "undo"
    OWE = "owe"
    SUBSTITUTE = "substitute"
    HOLD = "hold"
    DECLINE = "decline"
    RETURN = "return"
    READY = "ready"
    LABELS = "labels"
    HAND_OVER = "hand_over"
    PRINT = "print"
    BRING = "bring"
    SEND_BACK = "send_back"
    PAY_OUT = "pay_out"
    TELL = "tell"
    REPEAT = "repeat"
    CANCEL = "cancel"


OF_A_LINE: Final = (
    Deed.CHECK, Deed.UNDO, Deed.OWE, Deed.SUBSTITUTE, Deed.HOLD, Deed.DECLINE, Deed.RETURN,
    Deed.PICK,
)  # fmt: skip
"""Those that are done to the line that the keyboard is on, in the order of the menu."""

OF_THE_WHOLE: Final = (
    Deed.LABELS, Deed.PRINT, Deed.ACKNOWLEDGE, Deed.SEND_BACK, Deed.BRING, Deed.READY,
    Deed.PAY_OUT, Deed.TELL, Deed.REPEAT, Deed.CANCEL,
)  # fmt: skip

KEYS: Final = {
    Deed.TAKE_PAYMENT: "F8",
    Deed.ACKNOWLEDGE: "A",
    Deed.PICK: "P",
    Deed.CHECK: "Space",
    Deed.UNDO: "U",
    Deed.OWE: "O",
    Deed.SUBSTITUTE: "S",
    Deed.HOLD: "H",
    Deed.DECLINE: "D",
    Deed.RETURN: "R",
    Deed.READY: "F9",
    Deed.LABELS: "F6",
    Deed.PRINT: "Ctrl+P",
    Deed.HAND_OVER: "F10",
    Deed.BRING: "T",
    Deed.SEND_BACK: "X",
    Deed.PAY_OUT: "F7",
    Deed.TELL: "I",
    Deed.REPEAT: "N",
    Deed.CANCEL: "Ctrl+Del",
}
"""Single letters hold where the keyboard is on the queue or on the lines, not where one types."""


@dataclass(frozen=True, slots=True)
class DeedLook:
    """How a deed is offered."""

    words: str
    icon: str


def look_of(deed: Deed) -> DeedLook:
    """Its words and its icon."""
    match deed:
        case Deed.TAKE_PAYMENT:
            return DeedLook(QCoreApplication.translate("Deed", "Take payment"), "banknote")
        case Deed.ACKNOWLEDGE:
            return DeedLook(QCoreApplication.translate("Deed", "Acknowledge the order"), "check")
        case Deed.PICK:
            return DeedLook(QCoreApplication.translate("Deed", "Picking"), "package")
        case Deed.CHECK:
            return DeedLook(QCoreApplication.translate("Deed", "Check by hand"), "circle-check")
        case Deed.UNDO:
            return DeedLook(QCoreApplication.translate("Deed", "Undo the check"), "undo-2")
        case Deed.OWE:
            return DeedLook(QCoreApplication.translate("Deed", "Owe the rest"), "package")
        case Deed.SUBSTITUTE:
            return DeedLook(QCoreApplication.translate("Deed", "Substitute"), "arrow-left-right")
        case Deed.HOLD:
            return DeedLook(QCoreApplication.translate("Deed", "Hold, or go on"), "pause")
        case Deed.DECLINE:
            return DeedLook(
                QCoreApplication.translate("Deed", "Decline, or cancel the rest"), "package-x"
            )
        case Deed.RETURN:
            return DeedLook(
                QCoreApplication.translate("Deed", "Return to stock, or dispense again"), "undo-2"
            )
        case Deed.READY:
            return DeedLook(
                QCoreApplication.translate("Deed", "Ready, into a bin"), "package-check"
            )
        case Deed.LABELS:
            return DeedLook(QCoreApplication.translate("Deed", "Labels"), "printer")
        case Deed.PRINT:
            return DeedLook(
                QCoreApplication.translate("Deed", "Print the prescription"), "file-text"
            )
        case Deed.HAND_OVER:
            return DeedLook(QCoreApplication.translate("Deed", "Hand over"), "hand-helping")
        case Deed.BRING:
            return DeedLook(QCoreApplication.translate("Deed", "Dispatch, then delivered"), "truck")
        case Deed.SEND_BACK:
            return DeedLook(
                QCoreApplication.translate("Deed", "Send back to the prescriber"), "send"
            )
        case Deed.PAY_OUT:
            return DeedLook(QCoreApplication.translate("Deed", "Pay out refund"), "banknote")
        case Deed.TELL:
            return DeedLook(QCoreApplication.translate("Deed", "The patient was told"), "phone")
        case Deed.REPEAT:
            return DeedLook(QCoreApplication.translate("Deed", "Dispense the repeat"), "rotate-ccw")
        case Deed.CANCEL:
            return DeedLook(QCoreApplication.translate("Deed", "Cancel prescription"), "ban")
