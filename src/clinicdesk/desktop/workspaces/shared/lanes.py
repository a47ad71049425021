"""The lanes of the queue: where a prescription stands, and since when it has been there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Final

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.entities import Prescription, PrescriptionStatus


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

_RANK: Final = {status: rank for rank, status in enumerate(PrescriptionStatus)}
_MOMENT_OF: Final = {
    PrescriptionStatus.DRAFT: attrgetter("signed_at"),
    PrescriptionStatus.PAID: attrgetter("paid_at"),
    PrescriptionStatus.FULFILLED: attrgetter("fulfilled_at"),
    PrescriptionStatus.COMPLETED: attrgetter("completed_at"),
    PrescriptionStatus.CANCELLED: attrgetter("cancelled_at"),
}


def since(prescription: Prescription) -> datetime:
    """Since when it has stood where it stands."""
    moment: datetime | None = _MOMENT_OF[prescription.status](prescription)
    return moment or prescription.updated_at


def order(prescription: Prescription) -> tuple[int, float]:
    """Who is served first: of what is to be dispensed the longest wait, elsewhere the newest."""
    moment = since(prescription).timestamp()
    first_come = prescription.status is PrescriptionStatus.PAID
    return _RANK[prescription.status], moment if first_come else -moment


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
