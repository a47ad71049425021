"""What a command does, in a few words: how the outbox and the banners name it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.commands import (
    AcknowledgeOrder,
    AcknowledgeSupplyOrder,
    AdjustStock,
    AnyCommand,
    CancelItem,
    CancelPrescription,
    CancelSupplyOrder,
    CheckItem,
    CloseSupplyOrder,
    DeclineItem,
    DeliverOrder,
    DispatchOrder,
    DispenseRepeat,
    FulfillItems,
    HandOver,
    HoldItems,
    NoteCounselling,
    OfPrescription,
    OweItem,
    PayOutRefund,
    PickItems,
    ReceiveGoods,
    ReceiveStock,
    RejectOrder,
    ReleaseItems,
    RerouteOrder,
    RestartItems,
    ReturnToStock,
    ReviseDraft,
    ReviseSupplyOrder,
    SetPrice,
    SetReorder,
    SignAndSend,
    SubmitSupplyOrder,
    SubstituteItem,
    TakePayment,
    TellPatient,
    UncheckItem,
    WriteDraft,
    WriteSupplier,
    WriteSupplyOrder,
)
from clinicdesk.core.replica import Replica
from clinicdesk.desktop.wording import money


def command_words(command: AnyCommand, replica: Replica | None = None) -> str:
    """What a command does: "Take payment ₹ 412.00"; "Check line 2" where `replica` knows it."""
    match command:
        case TakePayment():
            text = QCoreApplication.translate("Command", "Take payment %1")
            return text.replace("%1", money(command.amount_minor, command.currency))
        case (
            CheckItem() | UncheckItem() | OweItem() | SubstituteItem() | DeclineItem()
            | CancelItem()
        ):  # fmt: skip
            return _of_line(command, replica)
        case (
            PickItems() | HoldItems() | ReleaseItems() | FulfillItems() | ReturnToStock()
            | RestartItems()
        ):  # fmt: skip
            return _of_lines(command, replica)
        case OfPrescription():
            return _of_prescription(command)
        case _:
            return _of_stock(command)


def _of_line(
    command: CheckItem | UncheckItem | OweItem | SubstituteItem | DeclineItem | CancelItem,
    replica: Replica | None,
) -> str:
    item = None if replica is None else replica.items.get(command.item_id)
    if item is None:
        which = QCoreApplication.translate("Command", "a line")
    else:
        which = QCoreApplication.translate("Command", "line %1").replace("%1", str(item.line))
    match command:
        case CheckItem():
            text = QCoreApplication.translate("Command", "Check %1")
        case UncheckItem():
            text = QCoreApplication.translate("Command", "Undo the check of %1")
        case OweItem():
            text = QCoreApplication.translate("Command", "Owe the rest of %1")
        case SubstituteItem():
            text = QCoreApplication.translate("Command", "Substitute %1")
        case DeclineItem():
            text = QCoreApplication.translate("Command", "Decline %1")
        case _:
            text = QCoreApplication.translate("Command", "Cancel %1")
    return text.replace("%1", which)


def _of_lines(
    command: PickItems | HoldItems | ReleaseItems | FulfillItems | ReturnToStock | RestartItems,
    replica: Replica | None,
) -> str:
    match command:
        case PickItems():
            text = QCoreApplication.translate("Command", "Pick %1")
        case HoldItems():
            text = QCoreApplication.translate("Command", "Put %1 on hold")
        case ReleaseItems():
            text = QCoreApplication.translate("Command", "Release %1")
        case FulfillItems():
            text = QCoreApplication.translate("Command", "Make %1 ready")
        case ReturnToStock():
            text = QCoreApplication.translate("Command", "Return %1 to stock")
        case _:
            text = QCoreApplication.translate("Command", "Start %1 again")
    found = [] if replica is None else [replica.items.get(each) for each in command.item_ids]
    numbers = sorted(item.line for item in found if item is not None)
    if len(numbers) == 1 == len(command.item_ids):
        which = QCoreApplication.translate("Command", "line %1").replace("%1", str(numbers[0]))
    elif numbers:
        which = QCoreApplication.translate("Command", "lines %1")
        which = which.replace("%1", ", ".join(map(str, numbers)))
    elif len(command.item_ids) == 1:
        which = QCoreApplication.translate("Command", "a line")
    else:
        which = QCoreApplication.translate("Command", "%1 lines")
        which = which.replace("%1", str(len(command.item_ids)))
    return text.replace("%1", which)


def _of_prescription(command: AnyCommand) -> str:
    match command:
        case WriteDraft() | ReviseDraft():
            return QCoreApplication.translate("Command", "Save draft")
        case SignAndSend():
            return QCoreApplication.translate("Command", "Sign and send")
        case RerouteOrder():
            return QCoreApplication.translate("Command", "Send to another pharmacy")
        case HandOver():
            return QCoreApplication.translate("Command", "Hand over")
        case NoteCounselling():
            return QCoreApplication.translate("Command", "Note what to tell the patient")
        case TellPatient():
            return QCoreApplication.translate("Command", "The patient was told")
        case DispenseRepeat():
            return QCoreApplication.translate("Command", "Open the next repeat")
        case AcknowledgeOrder():
            return QCoreApplication.translate("Command", "Accept the order")
        case RejectOrder():
            return QCoreApplication.translate("Command", "Send back to the prescriber")
        case DispatchOrder():
            return QCoreApplication.translate("Command", "Send out for delivery")
        case DeliverOrder():
            return QCoreApplication.translate("Command", "Note the delivery")
        case PayOutRefund():
            return QCoreApplication.translate("Command", "Pay out refund")
        case CancelPrescription():
            return QCoreApplication.translate("Command", "Cancel prescription")
        case _:
            return _of_stock(command)


def _of_stock(command: AnyCommand) -> str:
    match command:
        case ReceiveStock():
            return QCoreApplication.translate("Command", "Receive stock")
        case AdjustStock():
            return QCoreApplication.translate("Command", "Correct stock")
        case SetReorder():
            return QCoreApplication.translate("Command", "Set when to reorder")
        case SetPrice():
            return QCoreApplication.translate("Command", "Set a price")
        case WriteSupplier():
            return QCoreApplication.translate("Command", "Save supplier")
        case WriteSupplyOrder() | ReviseSupplyOrder():
            return QCoreApplication.translate("Command", "Save order")
        case SubmitSupplyOrder():
            return QCoreApplication.translate("Command", "Submit order")
        case AcknowledgeSupplyOrder():
            return QCoreApplication.translate("Command", "Note the supplier's confirmation")
        case ReceiveGoods():
            return QCoreApplication.translate("Command", "Receive a delivery")
        case CloseSupplyOrder():
            return QCoreApplication.translate("Command", "Close order")
        case CancelSupplyOrder():
            return QCoreApplication.translate("Command", "Cancel order")
        case _:
            raise AssertionError(f"no words for {type(command).__name__}")
