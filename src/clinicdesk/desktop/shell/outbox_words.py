"""What the outbox says of a command: how it stands, why it waits, what is lost without it."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QObject

from clinicdesk.contract.codes import code_of, prescription_code
from clinicdesk.contract.commands import (
    AdjustStock,
    CancelPrescription,
    DeclineItem,
    HandOver,
    OfPrescription,
    OfSupplyOrder,
    ReceiveStock,
    ReviseDraft,
    SetPrice,
    SetReorder,
    TakePayment,
    WriteDraft,
    WriteSupplier,
)
from clinicdesk.core.conflict import DraftConflict, conflict_of
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState
from clinicdesk.core.waiting import Cause, Waiting
from clinicdesk.desktop.command_words import command_words
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.models.medicine_names import medicine_title
from clinicdesk.desktop.wording import money, time_text
from clinicdesk.desktop.workspaces.shared.conflict_words import refused_sentence


class Group(IntEnum):
    """The parts of the outbox, in their order."""

    NEEDS_YOU = 0
    WAITING = 1
    SENDING = 2
    SENT = 3


def group_of(entry: OutboxEntry) -> Group:
    """Where an entry stands."""
    match entry.state:
        case OutboxState.REFUSED:
            return Group.NEEDS_YOU
        case OutboxState.WAITING:
            return Group.WAITING
        case OutboxState.SENDING:
            return Group.SENDING
        case OutboxState.DONE:
            return Group.SENT


def group_word(group: Group) -> str:
    """Its heading."""
    match group:
        case Group.NEEDS_YOU:
            return QCoreApplication.translate("Outbox", "Needs you")
        case Group.WAITING:
            return QCoreApplication.translate("Outbox", "Waiting")
        case Group.SENDING:
            return QCoreApplication.translate("Outbox", "Being sent")
        case Group.SENT:
            return QCoreApplication.translate("Outbox", "Sent just now")


def status_word(entry: OutboxEntry, waiting: Waiting | None) -> tuple[str, Tone]:
    """One or two words for an entry's row, and their tone."""
    match entry.state:
        case OutboxState.SENDING:
            return QCoreApplication.translate("Outbox", "Sending"), Tone.INFO
        case OutboxState.DONE:
            return QCoreApplication.translate("Outbox", "Done"), Tone.SUCCESS
        case OutboxState.REFUSED:
            return QCoreApplication.translate("Outbox", "Refused"), Tone.DANGER
        case OutboxState.WAITING:
            cause = Cause.ITS_TURN if waiting is None else waiting.cause
            return _waiting_word(cause), Tone.NEUTRAL


def _waiting_word(cause: Cause) -> str:
    match cause:
        case Cause.BEHIND:
            return QCoreApplication.translate("Outbox", "Behind another")
        case Cause.BUSY:
            return QCoreApplication.translate("Outbox", "Server busy")
        case Cause.FAULT:
            return QCoreApplication.translate("Outbox", "Server fault")
        case _:
            return QCoreApplication.translate("Outbox", "Waiting")


def waiting_sentence(waiting: Waiting, zone: ZoneInfo) -> str:
    """Why an entry waits and when it goes on, for a person."""
    match waiting.cause:
        case Cause.BEHIND:
            return QCoreApplication.translate(
                "Outbox", "It goes when your earlier change to the same thing is through."
            )
        case Cause.SIGNED_OUT:
            return QCoreApplication.translate(
                "Outbox", "Your sign-in has ended. It goes once you sign in again."
            )
        case Cause.NOT_ACCEPTED:
            return QCoreApplication.translate(
                "Outbox", "The server does not take this desk at present. It is kept here."
            )
        case Cause.OFFLINE if waiting.since is not None:
            text = QCoreApplication.translate(
                "Outbox", "Offline since %1. It goes by itself when the server is back."
            )
            return text.replace("%1", time_text(waiting.since, zone))
        case Cause.NO_DATABASE if waiting.since is not None:
            text = QCoreApplication.translate(
                "Outbox",
                "The server is there, but its database is not: nothing gets through since %1. It "
                "goes by itself when the database is back.",
            )
            return text.replace("%1", time_text(waiting.since, zone))
        case Cause.OFFLINE | Cause.NO_DATABASE:
            return QCoreApplication.translate(
                "Outbox", "The server did not answer. It is tried again by itself."
            )
        case Cause.BUSY:
            return QCoreApplication.translate(
                "Outbox", "The server is busy. It is tried again by itself."
            )
        case Cause.FAULT:
            return QCoreApplication.translate(
                "Outbox", "The server had a fault with it. It is tried again by itself."
            )
        case Cause.ITS_TURN:
            return QCoreApplication.translate("Outbox", "It goes with the next ones.")


def refused_words(
    entry: OutboxEntry, replica: Replica, zone: ZoneInfo, now: datetime
) -> tuple[str, str]:
    """Why an entry was refused, as a title and a sentence."""
    if isinstance(conflict_of(entry, replica), DraftConflict):
        title = QCoreApplication.translate("Outbox", "There are two versions of this draft")
    else:
        title = QCoreApplication.translate("Outbox", "The server did not do this")
    return title, refused_sentence(entry, replica, zone, now)


def about_words(entry: OutboxEntry, replica: Replica) -> str:
    """What it is about: "RX-7F3K2 · Meera Deshpande", "SO-7F3K2 · Mahavir Pharma"."""
    command = entry.command
    match command:
        case OfPrescription():
            return _about_prescription(command, replica)
        case OfSupplyOrder():
            order = replica.supply_orders.get(command.supply_order_id)
            code = code_of("SO", command.supply_order_id) if order is None else order.code
            supplier = None if order is None else replica.suppliers.get(order.supplier_id)
            return code if supplier is None else f"{code} · {supplier.name}"
        case ReceiveStock():
            return command.number
        case AdjustStock():
            batch = replica.batches.get(command.batch_id)
            return "" if batch is None else batch.number
        case WriteSupplier():
            return command.name
        case SetPrice():
            return _about_price(entry, command)
        case SetReorder():
            return ""


def _about_price(entry: OutboxEntry, command: SetPrice) -> str:
    """ "Metformin 500 mg tablet · ₹ 125.00"; the medicine came with the command."""
    medicine = next((each for each in entry.medicines if each.id == command.medicine_id), None)
    if medicine is None:
        return ""
    return f"{medicine_title(medicine)} · {money(command.price_minor, medicine.currency)}"


def _about_prescription(command: OfPrescription, replica: Replica) -> str:
    prescription = replica.prescriptions.get(command.prescription_id)
    code = prescription_code(command.prescription_id) if prescription is None else prescription.code
    patient_id = None if prescription is None else prescription.patient_id
    if isinstance(command, WriteDraft):
        patient_id = command.patient_id
    patient = replica.patients.get(patient_id)
    return code if patient is None else f"{code} · {patient.name}"


class LossWords(QObject):
    """What a person is asked before a command is given up."""

    def question(self, entry: OutboxEntry) -> str:
        """The question itself."""
        text = self.tr("Discard “%1”?")
        return text.replace("%1", command_words(entry.command))

    def explanation(self, entry: OutboxEntry, built_upon: int) -> str:
        """What is lost, what goes with it, and what may have happened already."""
        said = [self._reached(entry), self._lost(entry)]
        if built_upon:
            said.append(self.tr("%n later change(s) to the same thing go with it.", "", built_upon))
        return " ".join(part for part in said if part)

    def _reached(self, entry: OutboxEntry) -> str:
        if entry.state is OutboxState.REFUSED:
            return ""
        if entry.state is OutboxState.SENDING or entry.tried:
            return self.tr(
                "It was sent and not answered: it may have taken effect, and then it will be shown "
                "here."
            )
        return self.tr("It was not sent, so nobody else has seen it.")

    def _lost(self, entry: OutboxEntry) -> str:
        match entry.command:
            case WriteDraft(items=items) | ReviseDraft(items=items):
                count = len(items)
                return self.tr("What you wrote, %n medicine(s), is lost then.", "", count)
            case TakePayment() as payment:
                text = self.tr("The %1 you took are not recorded anywhere then.")
                return text.replace("%1", money(payment.amount_minor, payment.currency))
            case HandOver() as given:
                text = self.tr("That %1 collected it is not recorded anywhere then.")
                return text.replace("%1", given.collected_by)
            case CancelPrescription() | DeclineItem():
                return self.tr("The pharmacy and the prescriber do not hear of it.")
            case _:
                return ""
