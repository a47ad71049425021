"""What a person can do, as values. Each is sent with an identity and takes effect exactly once.

A command names its aggregate: commands of one aggregate keep their order, others do not wait for
them. `ROUTES` says under which method and path each travels; identifiers that the path carries are
not repeated in the body.

Map: `command` (what each has), `prescribing`, `dispensing`, `stock`.
"""

from __future__ import annotations

from typing import Final

from clinicdesk.contract.commands.command import (
    MAX_ITEMS,
    Command,
    Days,
    Done,
    OfPrescription,
    Quantity,
    Route,
    name_of,
)
from clinicdesk.contract.commands.dispensing import (
    AcknowledgeOrder,
    CancelItem,
    CheckItem,
    DeclineItem,
    DeliverOrder,
    DispatchOrder,
    DispenseRepeat,
    FulfillItems,
    HandOver,
    HoldItems,
    NoteCounselling,
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
from clinicdesk.contract.commands.prescribing import (
    CancelPrescription,
    Dose,
    DraftItem,
    Items,
    Override,
    Overrides,
    RerouteOrder,
    ReviseDraft,
    SignAndSend,
    WriteDraft,
)
from clinicdesk.contract.commands.stock import (
    AcknowledgeSupplyOrder,
    AdjustStock,
    CancelSupplyOrder,
    CloseSupplyOrder,
    OfSupplyOrder,
    ReceivedGoods,
    ReceiveGoods,
    ReceiveStock,
    ReviseSupplyOrder,
    SetPrice,
    SetReorder,
    SubmitSupplyOrder,
    SupplyLine,
    WriteSupplier,
    WriteSupplyOrder,
)

AnyCommand = (
    WriteDraft
    | ReviseDraft
    | SignAndSend
    | CancelPrescription
    | RerouteOrder
    | TakePayment
    | PayOutRefund
    | PickItems
    | CheckItem
    | UncheckItem
    | OweItem
    | HoldItems
    | ReleaseItems
    | SubstituteItem
    | DeclineItem
    | CancelItem
    | FulfillItems
    | ReturnToStock
    | RestartItems
    | HandOver
    | NoteCounselling
    | TellPatient
    | DispenseRepeat
    | AcknowledgeOrder
    | RejectOrder
    | DispatchOrder
    | DeliverOrder
    | ReceiveStock
    | AdjustStock
    | SetReorder
    | SetPrice
    | WriteSupplier
    | WriteSupplyOrder
    | ReviseSupplyOrder
    | SubmitSupplyOrder
    | AcknowledgeSupplyOrder
    | ReceiveGoods
    | CloseSupplyOrder
    | CancelSupplyOrder
)

_ONE: Final = "/api/prescriptions/{prescription_id}"
_ITEM: Final = _ONE + "/items/{item_id}"

ROUTES: Final[dict[type[Command], Route]] = {
    WriteDraft: Route("POST", "/api/prescriptions", creates=True),
    ReviseDraft: Route("PUT", _ONE),
    SignAndSend: Route("POST", _ONE + "/sign"),
    CancelPrescription: Route("POST", _ONE + "/cancel"),
    RerouteOrder: Route("POST", _ONE + "/order/reroute"),
    TakePayment: Route("POST", _ONE + "/payments"),
    PayOutRefund: Route("POST", _ONE + "/refunds/{payment_id}/pay-out"),
    PickItems: Route("POST", _ONE + "/pick"),
    CheckItem: Route("POST", _ITEM + "/check"),
    UncheckItem: Route("POST", _ITEM + "/uncheck"),
    OweItem: Route("POST", _ITEM + "/owe"),
    HoldItems: Route("POST", _ONE + "/hold"),
    ReleaseItems: Route("POST", _ONE + "/release"),
    SubstituteItem: Route("POST", _ITEM + "/substitute"),
    DeclineItem: Route("POST", _ITEM + "/decline"),
    CancelItem: Route("POST", _ITEM + "/cancel"),
    FulfillItems: Route("POST", _ONE + "/fulfill"),
    ReturnToStock: Route("POST", _ONE + "/return-to-stock"),
    RestartItems: Route("POST", _ONE + "/restart"),
    HandOver: Route("POST", _ONE + "/hand-over"),
    NoteCounselling: Route("PUT", _ONE + "/counselling"),
    TellPatient: Route("POST", _ONE + "/patient-told"),
    DispenseRepeat: Route("POST", _ONE + "/repeats"),
    AcknowledgeOrder: Route("POST", _ONE + "/order/acknowledge"),
    RejectOrder: Route("POST", _ONE + "/order/reject"),
    DispatchOrder: Route("POST", _ONE + "/order/dispatch"),
    DeliverOrder: Route("POST", _ONE + "/order/deliver"),
    ReceiveStock: Route("POST", "/api/stock/batches", creates=True),
    AdjustStock: Route("POST", "/api/stock/batches/{batch_id}/adjust", relative=True),
    SetReorder: Route("PUT", "/api/stock/levels/{medicine_id}", relative=True),
    SetPrice: Route("POST", "/api/price-lists/{price_list_id}/prices", relative=True),
    WriteSupplier: Route("PUT", "/api/suppliers/{supplier_id}", relative=True),
    WriteSupplyOrder: Route("POST", "/api/supply-orders", creates=True),
    ReviseSupplyOrder: Route("PUT", "/api/supply-orders/{supply_order_id}"),
    SubmitSupplyOrder: Route("POST", "/api/supply-orders/{supply_order_id}/submit"),
    AcknowledgeSupplyOrder: Route("POST", "/api/supply-orders/{supply_order_id}/acknowledge"),
    ReceiveGoods: Route("POST", "/api/supply-orders/{supply_order_id}/receive"),
    CloseSupplyOrder: Route("POST", "/api/supply-orders/{supply_order_id}/close"),
    CancelSupplyOrder: Route("POST", "/api/supply-orders/{supply_order_id}/cancel"),
}


def path_of(command: Command) -> str:
    """The path with the command's own identifiers in it."""
    path = ROUTES[type(command)].path
    for field in command.__struct_fields__:
        path = path.replace("{" + field + "}", str(getattr(command, field)))
    return path


__all__ = [
    "MAX_ITEMS",
    "ROUTES",
    "AcknowledgeOrder",
    "AcknowledgeSupplyOrder",
    "AdjustStock",
    "AnyCommand",
    "CancelItem",
    "CancelPrescription",
    "CancelSupplyOrder",
    "CheckItem",
    "CloseSupplyOrder",
    "Command",
    "Days",
    "DeclineItem",
    "DeliverOrder",
    "DispatchOrder",
    "DispenseRepeat",
    "Done",
    "Dose",
    "DraftItem",
    "FulfillItems",
    "HandOver",
    "HoldItems",
    "Items",
    "NoteCounselling",
    "OfPrescription",
    "OfSupplyOrder",
    "Override",
    "Overrides",
    "OweItem",
    "PayOutRefund",
    "PickItems",
    "Quantity",
    "ReceiveGoods",
    "ReceiveStock",
    "ReceivedGoods",
    "RejectOrder",
    "ReleaseItems",
    "RerouteOrder",
    "RestartItems",
    "ReturnToStock",
    "ReviseDraft",
    "ReviseSupplyOrder",
    "Route",
    "SetPrice",
    "SetReorder",
    "SignAndSend",
    "SubmitSupplyOrder",
    "SubstituteItem",
    "SupplyLine",
    "TakePayment",
    "TellPatient",
    "UncheckItem",
    "WriteDraft",
    "WriteSupplier",
    "WriteSupplyOrder",
    "name_of",
    "path_of",
]
