"""How far a therapist's prescription has come, as lanes of one list."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.entities import Prescription, PrescriptionStatus


class Lane(StrEnum):
    """One lane, in the order of the way."""

    DRAFTS = "drafts"
    SENT = "sent"
    SENT_BACK = "sent_back"  # by its pharmacy: the prescriber decides
    PAID = "paid"
    READY = "ready"
    DONE = "done"
    CANCELLED = "cancelled"


_LANES = {
    PrescriptionStatus.PAID: Lane.PAID,
    PrescriptionStatus.FULFILLED: Lane.READY,
    PrescriptionStatus.COMPLETED: Lane.DONE,
    PrescriptionStatus.CANCELLED: Lane.CANCELLED,
}


def lane_of(prescription: Prescription, *, sent_back: bool) -> Lane:
    """Where it stands."""
    if sent_back:
        return Lane.SENT_BACK
    lane = _LANES.get(prescription.status)
    if lane is not None:
        return lane
    return Lane.DRAFTS if prescription.signed_at is None else Lane.SENT


def lane_word(lane: Lane) -> str:
    """What the lane is called."""
    match lane:
        case Lane.DRAFTS:
            return QCoreApplication.translate("TherapyLane", "Drafts")
        case Lane.SENT:
            return QCoreApplication.translate("TherapyLane", "Sent")
        case Lane.SENT_BACK:
            return QCoreApplication.translate("TherapyLane", "Sent back")
        case Lane.PAID:
            return QCoreApplication.translate("TherapyLane", "Paid")
        case Lane.READY:
            return QCoreApplication.translate("TherapyLane", "Ready")
        case Lane.DONE:
            return QCoreApplication.translate("TherapyLane", "Done")
        case Lane.CANCELLED:
            return QCoreApplication.translate("TherapyLane", "Cancelled")


def empty_words(lane: Lane) -> str:
    """Why nothing is in the lane."""
    match lane:
        case Lane.DRAFTS:
            return QCoreApplication.translate("TherapyLane", "No drafts: everything is signed.")
        case Lane.SENT:
            return QCoreApplication.translate("TherapyLane", "Nothing waits to be paid for.")
        case Lane.SENT_BACK:
            return QCoreApplication.translate("TherapyLane", "No pharmacy has sent anything back.")
        case Lane.PAID:
            return QCoreApplication.translate("TherapyLane", "Nothing is being dispensed.")
        case Lane.READY:
            return QCoreApplication.translate("TherapyLane", "Nothing waits to be collected.")
        case Lane.DONE:
            return QCoreApplication.translate("TherapyLane", "Nothing was handed over yet.")
        case Lane.CANCELLED:
            return QCoreApplication.translate("TherapyLane", "Nothing was cancelled.")
