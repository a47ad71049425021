"""A route for each command of the contract.

The body is the command without what its path carries already. `Idempotency-Key` is its identity,
`If-Match` the version that was acted upon.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias
from uuid import UUID

import msgspec
from litestar import HttpMethod, Response, route
from litestar.params import HeaderParameter, JSONBody

from clinicdesk.contract.commands import (
    ROUTES,
    AcknowledgeOrder,
    AcknowledgeSupplyOrder,
    AdjustStock,
    CancelItem,
    CancelPrescription,
    CancelSupplyOrder,
    CheckItem,
    CloseSupplyOrder,
    Command,
    DeclineItem,
    DeliverOrder,
    DispatchOrder,
    DispenseRepeat,
    Done,
    FulfillItems,
    HandOver,
    HoldItems,
    NoteCounselling,
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
    name_of,
)
from clinicdesk.contract.problems import (
    CONTENT_TYPE,
    InvalidField,
    KeyMissing,
    PreconditionMissing,
)
from clinicdesk.server.domain import pharmacy, prescribing, pricing, stock, supply
from clinicdesk.server.http.authentication import SignedInAs
from clinicdesk.server.http.bodies import JSON, StrictBody, path_id
from clinicdesk.server.http.idempotency import Answer, Attempt, Once, fingerprint
from clinicdesk.server.http.problems import AnyRequest, Refused, documented

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from litestar.handlers import HTTPRouteHandler

    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.database import Database
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.prescribing.sealing import Sealer
    from clinicdesk.server.telemetry import Metrics

    Rule: TypeAlias = Callable[[Transaction, MemberActor, Any, int], Awaitable[Done | Refusal]]

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(name="Idempotency-Key", description="The command's identity: a UUID."),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The version acted upon, in quotation marks."),
]

RULES: Final[Mapping[type[Command], Rule]] = {
    WriteDraft: prescribing.write_draft,
    ReviseDraft: prescribing.revise_draft,
    SignAndSend: prescribing.sign_and_send,
    CancelPrescription: pharmacy.cancel_prescription,
    TakePayment: pharmacy.take_payment,
    PayOutRefund: pharmacy.pay_out_refund,
    PickItems: pharmacy.pick_items,
    CheckItem: pharmacy.check_item,
    UncheckItem: pharmacy.uncheck_item,
    OweItem: pharmacy.owe_item,
    HoldItems: pharmacy.hold_items,
    ReleaseItems: pharmacy.release_items,
    SubstituteItem: pharmacy.substitute_item,
    DeclineItem: pharmacy.decline_item,
    CancelItem: pharmacy.cancel_item,
    FulfillItems: pharmacy.fulfill_items,
    ReturnToStock: pharmacy.return_to_stock,
    RestartItems: pharmacy.restart_items,
    HandOver: pharmacy.hand_over,
    NoteCounselling: pharmacy.note_counselling,
    TellPatient: pharmacy.tell_patient,
    DispenseRepeat: pharmacy.dispense_repeat,
    AcknowledgeOrder: pharmacy.acknowledge_order,
    RejectOrder: pharmacy.reject_order,
    RerouteOrder: pharmacy.reroute_order,
    DispatchOrder: pharmacy.dispatch_order,
    DeliverOrder: pharmacy.deliver_order,
    ReceiveStock: supply.receive_stock,
    AdjustStock: supply.adjust_stock,
    SetReorder: stock.set_reorder,
    SetPrice: pricing.set_price,
    WriteSupplier: stock.write_supplier,
    WriteSupplyOrder: supply.write_supply_order,
    ReviseSupplyOrder: supply.revise_supply_order,
    SubmitSupplyOrder: supply.submit_supply_order,
    AcknowledgeSupplyOrder: supply.acknowledge_supply_order,
    ReceiveGoods: supply.receive_goods,
    CloseSupplyOrder: supply.close_supply_order,
    CancelSupplyOrder: supply.cancel_supply_order,
}
"""What carries each command out."""

SEALED: Final[frozenset[type[Command]]] = frozenset({SignAndSend, DispenseRepeat})
"""Those that sign a prescription: their rules take what seals it."""

REPLAYED_HEADER: Final = "Idempotency-Replayed"

_IN_PATH: Final = re.compile(r"\{(\w+)\}")
_VERSION: Final = re.compile(r'"(\d{1,9})"')


class Seals:
    """Has the commands that sign a prescription seal it, with a key that the desks have."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def rule(self, command_type: type[Command], actor: MemberActor) -> Rule:
        """What carries the command out. Raises DatabaseDown."""
        rule = RULES[command_type]
        if command_type not in SEALED:
            return rule
        await self._sealer.publish(self._database, actor.member.clinic_id)
        sealing: Any = rule  # takes `seal` by name
        return partial(sealing, seal=self._sealer.seal)


def command_routes(once: Once, metrics: Metrics, seals: Seals) -> list[HTTPRouteHandler]:
    """The routes of all commands."""
    return [_route(command_type, once, metrics, seals) for command_type in ROUTES]


def body_type(command_type: type[Command]) -> type[msgspec.Struct]:
    """The command's fields that its path does not carry."""
    in_path = set(_IN_PATH.findall(ROUTES[command_type].path))
    fields = [
        (field.name, field.type, _default(field))
        for field in msgspec.structs.fields(command_type)
        if field.name not in in_path
    ]
    return msgspec.defstruct(f"{command_type.__name__}Body", fields, frozen=True, kw_only=True)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    """What the field is where a desk of an earlier release does not send it."""
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return msgspec.field(default=field.default)


def _route(
    command_type: type[Command], once: Once, metrics: Metrics, seals: Seals
) -> HTTPRouteHandler:
    where = ROUTES[command_type]
    name = name_of(command_type)
    in_path = _IN_PATH.findall(where.path)

    async def give(
        request: AnyRequest,
        authenticated: SignedInAs,
        data: Any,
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
    ) -> Response[bytes]:
        op_id = identity(idempotency_key)
        version = 0 if not where.matches else _version(if_match)
        identifiers = {field: path_id(request.path_params, field) for field in in_path}
        command = command_type(**identifiers, **msgspec.structs.asdict(data))
        attempt = Attempt(
            actor=authenticated.actor,
            op_id=op_id,
            fingerprint=fingerprint(
                where.method, request.url.path, if_match or "", await request.body()
            ),
            created=where.creates,
        )
        rule = await seals.rule(command_type, authenticated.actor)
        answer = await once.carry_out(
            attempt, lambda tx: rule(tx, authenticated.actor, command, version)
        )
        metrics.command(name, answer.code, replayed=answer.replayed)
        request.state.outcome = answer.code
        return _response(answer)

    body = body_type(command_type)
    give.__annotations__["data"] = JSONBody[body]  # type: ignore[misc,valid-type]
    success = 201 if where.creates else 200
    handler = route(
        _IN_PATH.sub(r"{\1:str}", where.path),
        http_method=HttpMethod(where.method),
        status_code=success,
        dto=StrictBody[body],  # type: ignore[valid-type]  # one type per command, made above
        return_dto=None,
        operation_id=name,
        summary=(command_type.__doc__ or name).partition("\n")[0],
        tags=["commands"],
        responses=documented(Done, success),
        name=name,
    )
    return handler(give)


def _response(answer: Answer) -> Response[bytes]:
    return Response(
        answer.content,
        status_code=answer.status,
        media_type=JSON if answer.status < 400 else CONTENT_TYPE,
        headers={REPLAYED_HEADER: "true"} if answer.replayed else {},
    )


def identity(idempotency_key: str | None) -> UUID:
    """What a command is known by, out of its header. Raises `Refused`."""
    if idempotency_key is None:
        raise Refused(
            KeyMissing(detail="A command needs an Idempotency-Key: a UUID made by the desk.")
        )
    try:
        return UUID(idempotency_key)
    except ValueError as error:
        problem = InvalidField(detail="The Idempotency-Key is not a UUID.", field="Idempotency-Key")
        raise Refused(problem) from error


def _version(if_match: str | None) -> int:
    if if_match is None:
        raise Refused(
            PreconditionMissing(detail="The command must say in If-Match which version it is for.")
        )
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        detail = 'If-Match should be a version in quotation marks, as "3".'
        raise Refused(InvalidField(detail=detail, field="If-Match"))
    return int(found[1])
