"""What a notice says: on the screen of the operating system, and in the drawer."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.entities import OrderResponse
from clinicdesk.core.notices import Notice, NoticeKind
from clinicdesk.core.replica import Replica
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import Look


def notice_title(notice: Notice) -> str:
    """The thing it is about: "Prescription RX-7F3K2"."""
    text = QCoreApplication.translate("Notices", "Prescription %1")
    return text.replace("%1", notice.code).strip()


def notice_words(notice: Notice, replica: Replica) -> str:
    """What happened, with nothing that says who the patient is: "Paid at Lifeline Pharmacy"."""
    prescription = replica.prescriptions.get(notice.entity_id)
    # Where it happened: by now the prescription may be elsewhere.
    pharmacy = replica.pharmacies.get(notice.pharmacy_id)
    prescriber = replica.practitioners.get(
        None if prescription is None else prescription.practitioner_id
    )
    member = replica.members.get(None if prescription is None else prescription.updated_by)
    at = "" if pharmacy is None else pharmacy.name
    who = "" if member is None else member.name
    by = "" if prescriber is None else prescriber.name
    match notice.kind:
        case NoticeKind.PRESCRIPTION_ARRIVED if by:
            text = QCoreApplication.translate("Notices", "New from %1")
            return text.replace("%1", by)
        case NoticeKind.PRESCRIPTION_PAID if at:
            return QCoreApplication.translate("Notices", "Paid at %1").replace("%1", at)
        case NoticeKind.PRESCRIPTION_FULFILLED if at:
            text = (
                QCoreApplication.translate("Notices", "Ready to deliver from %1")
                if notice.brought
                else QCoreApplication.translate("Notices", "Ready to hand over at %1")
            )
            return text.replace("%1", at)
        case NoticeKind.PRESCRIPTION_COMPLETED if at and notice.brought:
            return QCoreApplication.translate("Notices", "Delivered by %1").replace("%1", at)
        case NoticeKind.PRESCRIPTION_COMPLETED if at:
            return QCoreApplication.translate("Notices", "Handed over at %1").replace("%1", at)
        case NoticeKind.ITEM_SUBSTITUTED if at:
            text = QCoreApplication.translate("Notices", "Another product is supplied at %1")
            return text.replace("%1", at)
        case NoticeKind.ITEM_RESTORED if at:
            text = QCoreApplication.translate("Notices", "Supplied as written, after all, at %1")
            return text.replace("%1", at)
        case NoticeKind.ITEM_HELD if at:
            return QCoreApplication.translate("Notices", "A line is on hold at %1").replace(
                "%1", at
            )
        case NoticeKind.ITEM_DECLINED if at:
            text = QCoreApplication.translate("Notices", "A line was declined at %1")
            return text.replace("%1", at)
        case NoticeKind.ITEM_CANCELLED if at:
            text = QCoreApplication.translate("Notices", "A line was cancelled at %1")
            return text.replace("%1", at)
        case NoticeKind.FINDING_ANSWERED if at:
            text = QCoreApplication.translate("Notices", "Dispensed with a reason at %1")
            return text.replace("%1", at)
        case NoticeKind.ORDER_SENT_BACK:
            return _sent_back_words(notice)
        case NoticeKind.PRESCRIPTION_CANCELLED if who:
            return QCoreApplication.translate("Notices", "Cancelled by %1").replace("%1", who)
        case _:
            return notice_look(notice).word


def _sent_back_words(notice: Notice) -> str:
    match notice.status:
        case OrderResponse.OUT_OF_STOCK:
            return QCoreApplication.translate("Notices", "Sent back: out of stock")
        case OrderResponse.QUOTE:
            return QCoreApplication.translate("Notices", "Sent back with another price")
        case _:
            return QCoreApplication.translate("Notices", "Sent back: it cannot be supplied")


def notice_look(notice: Notice) -> Look:
    """Icon, short word and tone of what happened."""
    match notice.kind:
        case NoticeKind.PRESCRIPTION_ARRIVED:
            word = QCoreApplication.translate("Notices", "New prescription")
            return Look("inbox", word, Tone.ACCENT)
        case NoticeKind.PRESCRIPTION_PAID:
            return Look("badge-check", QCoreApplication.translate("Notices", "Paid"), Tone.INFO)
        case NoticeKind.PRESCRIPTION_FULFILLED if notice.brought:
            word = QCoreApplication.translate("Notices", "Ready to deliver")
            return Look("truck", word, Tone.ACCENT)
        case NoticeKind.PRESCRIPTION_FULFILLED:
            word = QCoreApplication.translate("Notices", "Ready to hand over")
            return Look("package-check", word, Tone.ACCENT)
        case NoticeKind.PRESCRIPTION_COMPLETED if notice.brought:
            word = QCoreApplication.translate("Notices", "Delivered")
            return Look("check-check", word, Tone.SUCCESS)
        case NoticeKind.PRESCRIPTION_COMPLETED:
            word = QCoreApplication.translate("Notices", "Handed over")
            return Look("check-check", word, Tone.SUCCESS)
        case NoticeKind.PRESCRIPTION_CANCELLED:
            return Look("ban", QCoreApplication.translate("Notices", "Cancelled"), Tone.DANGER)
        case NoticeKind.ITEM_HELD:
            word = QCoreApplication.translate("Notices", "A line is on hold")
            return Look("pause", word, Tone.WARNING)
        case NoticeKind.ITEM_DECLINED:
            word = QCoreApplication.translate("Notices", "A line was declined")
            return Look("package-x", word, Tone.WARNING)
        case NoticeKind.ITEM_CANCELLED:
            word = QCoreApplication.translate("Notices", "A line was cancelled")
            return Look("package-x", word, Tone.WARNING)
        case NoticeKind.ITEM_SUBSTITUTED:
            word = QCoreApplication.translate("Notices", "Another product is supplied")
            return Look("arrow-left-right", word, Tone.INFO)
        case NoticeKind.ITEM_RESTORED:
            word = QCoreApplication.translate("Notices", "Supplied as written, after all")
            return Look("undo-2", word, Tone.INFO)
        case NoticeKind.REPEAT_OPENED:
            word = QCoreApplication.translate("Notices", "A repeat waits for payment")
            return Look("wallet", word, Tone.ACCENT)
        case NoticeKind.ORDER_SENT_BACK:
            word = QCoreApplication.translate("Notices", "Sent back by the pharmacy")
            return Look("undo-2", word, Tone.WARNING)
        case NoticeKind.ORDER_REROUTED:
            word = QCoreApplication.translate("Notices", "New order, paid already")
            return Look("inbox", word, Tone.ACCENT)
        case NoticeKind.FINDING_ANSWERED:
            word = QCoreApplication.translate("Notices", "Dispensed with a reason")
            return Look("shield-alert", word, Tone.WARNING)
        case NoticeKind.OWING_CAME:
            word = QCoreApplication.translate("Notices", "What was owing has come")
            return Look("package", word, Tone.SUCCESS)
        case _:
            return Look("info", QCoreApplication.translate("Notices", "Changed"), Tone.NEUTRAL)
