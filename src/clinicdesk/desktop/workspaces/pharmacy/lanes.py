"""The lanes of the queue: where a prescription stands, and since when it has been there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Final

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.entities import Prescription, PrescriptionStatus


class Lane(StrEnum):
    """The lanes, in the order of the work."""

    UNPAID = "unpaid"
    DISPENSE = "dispense"
    READY = "ready"
    DONE = "done"
    REFUND = "refund"  # beside the others: money is owed back, whatever the status
    CANCELLED = "cancelled"


OPEN_LANES: Final = (Lane.UNPAID, Lane.DISPENSE, Lane.READY)
"""Where something is still to be done for the patient."""

_LANE_OF: Final = {
    PrescriptionStatus.DRAFT: Lane.UNPAID,
    PrescriptionStatus.PAID: Lane.DISPENSE,
    PrescriptionStatus.FULFILLED: Lane.READY,
    PrescriptionStatus.COMPLETED: Lane.DONE,
    PrescriptionStatus.CANCELLED: Lane.CANCELLED,
}
_RANK: Final = {status: rank for rank, status in enumerate(_LANE_OF)}


def lane_of(prescription: Prescription) -> Lane | None:
    """The lane of its status; None for a draft, which is its prescriber's alone."""
    return None if prescription.signed_at is None else _LANE_OF[prescription.status]


def in_lane(lane: Lane) -> Callable[[Prescription], bool]:
    """Asks whether a prescription stands in a lane of some status; quick, for very many rows."""
    status = next(status for status, of_status in _LANE_OF.items() if of_status is lane)
    return lambda row: row.status is status and row.signed_at is not None


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
        case Lane.DONE:
            return QCoreApplication.translate("Lane", "Done")
        case Lane.REFUND:
            return QCoreApplication.translate("Lane", "Refund due")
        case Lane.CANCELLED:
            return QCoreApplication.translate("Lane", "Cancelled")


def order_word(lane: Lane) -> str:
    """In which order a lane is shown."""
    if lane is Lane.DISPENSE:
        return QCoreApplication.translate("Lane", "longest wait first")
    return QCoreApplication.translate("Lane", "newest first")


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
        case Lane.DONE:
            return (
                QCoreApplication.translate("Lane", "Nothing handed over yet"),
                QCoreApplication.translate("Lane", "Here is what patients have taken home."),
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
