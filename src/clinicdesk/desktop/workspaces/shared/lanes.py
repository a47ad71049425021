"""The lanes of a pharmacy: where a prescription can stand, and what each is called."""

from __future__ import annotations

from enum import IntEnum, StrEnum, auto
from typing import Final

from PySide6.QtCore import QCoreApplication


class Lane(StrEnum):
    """The lanes, in the order of the work; the first five have the keys 1 to 5."""

    UNPAID = "unpaid"
    DISPENSE = "dispense"
    READY = "ready"
    OWING = "owing"  # something is promised for when stock comes, and nothing else waits
    DONE = "done"  # handed over today
    SENT_BACK = "sent_back"  # to the prescriber, who sends it elsewhere
    REFUND = "refund"  # beside the others: money is owed back, whatever the status
    CANCELLED = "cancelled"


KEYED_LANES: Final = (Lane.UNPAID, Lane.DISPENSE, Lane.READY, Lane.OWING, Lane.DONE)
"""Those that are always shown, in the order of their keys."""

OPEN_LANES: Final = (Lane.UNPAID, Lane.DISPENSE, Lane.READY)
"""Where something is to be done for the patient now."""

WAITING_LANES: Final = (*OPEN_LANES, Lane.OWING, Lane.SENT_BACK)
"""Where somebody waits, for whatever."""


class Turn(IntEnum):
    """Why somebody at the counter goes on with a prescription; the first first."""

    AT_COUNTER = auto()  # somebody paid today and waits for it
    CAME = auto()  # what was owing is here: its patient was called
    TO_BRING = auto()  # to be dispensed, then delivered
    DISPATCH = auto()  # packed, and somebody has to take it along
    LEFT_OVER = auto()  # paid for before today: whoever waited has gone home
    HELD = auto()  # for its own reason: nobody goes on with it now


PRESSING: Final = frozenset({Turn.AT_COUNTER, Turn.TO_BRING, Turn.LEFT_OVER})
"""Where it is the pharmacy alone that somebody who has paid waits for."""


def lane_word(lane: Lane) -> str:
    """What a lane is called."""
    match lane:
        case Lane.UNPAID:
            return QCoreApplication.translate("Lane", "Unpaid")
        case Lane.DISPENSE:
            return QCoreApplication.translate("Lane", "To dispense")
        case Lane.READY:
            return QCoreApplication.translate("Lane", "Ready")
        case Lane.OWING:
            return QCoreApplication.translate("Lane", "Owing")
        case Lane.DONE:
            return QCoreApplication.translate("Lane", "Done today")
        case Lane.SENT_BACK:
            return QCoreApplication.translate("Lane", "Sent back")
        case Lane.REFUND:
            return QCoreApplication.translate("Lane", "Refund due")
        case Lane.CANCELLED:
            return QCoreApplication.translate("Lane", "Cancelled")


def empty_words(lane: Lane) -> tuple[str, str]:
    """What an empty lane says: a sentence, and what brings something into it."""
    match lane:
        case Lane.UNPAID:
            return (
                QCoreApplication.translate("Lane", "Nobody has to pay"),
                QCoreApplication.translate("Lane", "Signed prescriptions come here by themselves."),
            )
        case Lane.DISPENSE:
            return (
                QCoreApplication.translate("Lane", "Nothing waits to be dispensed"),
                QCoreApplication.translate("Lane", "Paid prescriptions come here by themselves."),
            )
        case Lane.READY:
            return (
                QCoreApplication.translate("Lane", "Nothing waits to be collected"),
                QCoreApplication.translate("Lane", "Here is what only has to be handed over."),
            )
        case Lane.OWING:
            return (
                QCoreApplication.translate("Lane", "Nothing is owed to anybody"),
                QCoreApplication.translate(
                    "Lane", "What a patient waits for until stock comes is listed here."
                ),
            )
        case Lane.DONE:
            return (
                QCoreApplication.translate("Lane", "Nothing handed over today"),
                QCoreApplication.translate(
                    "Lane", "Here is what patients took home; earlier ones are found by search."
                ),
            )
        case Lane.SENT_BACK:
            return (
                QCoreApplication.translate("Lane", "Nothing is sent back"),
                QCoreApplication.translate(
                    "Lane", "Orders that this pharmacy cannot supply wait here for the prescriber."
                ),
            )
        case Lane.REFUND:
            return (
                QCoreApplication.translate("Lane", "No refund is owed"),
                QCoreApplication.translate(
                    "Lane", "Money for lines declined or cancelled is listed here."
                ),
            )
        case Lane.CANCELLED:
            return (
                QCoreApplication.translate("Lane", "Nothing was cancelled"),
                QCoreApplication.translate("Lane", "Cancelled prescriptions stay here to read."),
            )
