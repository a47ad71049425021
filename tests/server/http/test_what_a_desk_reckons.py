"""What a desk shows of its pending commands is what the server makes of them.

Walks of commands, lawful and not, on prescriptions of one clinic: after each that the server has
carried out, its rows are those that the desk had reckoned; of each that it refused for the state of
things, the desk had shown nothing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from clinicdesk.contract.access import COMMANDS
from clinicdesk.contract.commands import (
    CheckItem,
    OfPrescription,
    RejectOrder,
    RerouteOrder,
    SubstituteItem,
    TakePayment,
    name_of,
)
from clinicdesk.contract.entities import (
    Medicine,
    Member,
    OrderResponse,
    PaymentStatus,
    PrescriptionItem,
    Price,
    Role,
    Row,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION, PRESCRIPTION_ITEM
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.session import PRICE_PAGE
from clinicdesk.contract.snapshot import PricePage
from clinicdesk.core.live.link import Link, LinkStatus
from clinicdesk.core.may import why_not
from clinicdesk.core.overlay import PARTS, Pending, PrescriptionRows, flat_prescription, project
from tests.running_server import Desk, Owner, RunningServer
from tests.server.http.hands import Hands, medicines, rows, snapshot

STEPS = 24
WALKS = range(6)

NAMES = (
    "take_payment", "pay_out_refund", "pick_items", "check_item", "uncheck_item", "owe_item",
    "hold_items", "release_items", "substitute_item", "decline_item", "cancel_item",
    "fulfill_items", "return_to_stock", "restart_items", "hand_over", "note_counselling",
    "dispense_repeat", "acknowledge_order", "reject_order", "reroute_order", "dispatch_order",
    "deliver_order", "tell_patient",
)  # fmt: skip


_OTHER_BRANDS = """
insert into medicine select (jsonb_populate_record(m, jsonb_build_object(
  'id', gen_random_uuid(), 'code', gen_random_uuid(), 'gtin', null,
  'brand', m.brand || other.mark, 'price_minor', m.price_minor + other.dearer))).*
from medicine m, (values (' Plus', 700), (' Basic', -300)) as other (mark, dearer)
where m.price_minor > 300
"""
"""Each medicine is to be had as a dearer and as a cheaper product too."""


class Prices:
    """The medicines of a clinic at the prices of its pharmacies today."""

    def __init__(self, hands: Hands) -> None:
        self._medicines = hands.medicines
        self._lists = {
            UUID(row["pharmacy_id"]): _prices(hands.pharmacist, UUID(row["id"]))
            for row in rows(snapshot(hands.pharmacist), "price_list")
        }

    def at(self, pharmacy_id: UUID | None) -> dict[UUID, Medicine]:
        listed = {} if pharmacy_id is None else self._lists.get(pharmacy_id, {})
        return {
            m.id: replace(m, price_minor=listed.get(m.id, m.price_minor)) for m in self._medicines
        }

    def others_like(self, medicine_id: UUID) -> list[UUID]:
        (of,) = (m for m in self._medicines if m.id == medicine_id)
        same = (of.generic_name, of.strength, of.form)
        found = (m for m in self._medicines if (m.generic_name, m.strength, m.form) == same)
        return [m.id for m in found if not m.discontinued]


def _prices(desk: Desk, price_list_id: UUID) -> dict[UUID, int]:
    found: list[Price] = []
    after: str | None = "0"
    while after is not None:
        answer = desk.get(PRICE_PAGE.format(price_list_id=price_list_id), after=after)
        page = msgspec.json.decode(answer.content, type=PricePage)
        found += page.prices
        after = page.next_after
    today = date.today()
    held = [p for p in found if not p.withdrawn and p.effective_from <= today]
    held = [p for p in held if p.effective_until is None or p.effective_until >= today]
    held.sort(key=lambda p: p.effective_from)
    return {p.medicine_id: p.price_minor for p in held}


@pytest.mark.parametrize("seed", WALKS)
def test_whatever_is_done_at_the_counter(server: RunningServer, owner: Owner, seed: int) -> None:
    hands, chance = Hands(server), random.Random(seed)
    written = hands.write(3, repeats=2)
    owner(_OTHER_BRANDS)
    hands.medicines = medicines(hands.prescriber, UUID(hands.formulary["id"]))
    prices = Prices(hands)
    hands.prescriber.done(written)
    prescription_id = written.prescription_id
    draft = hands.look(prescription_id)
    assert _agree(hands, prices, draft, hands.sign(prescription_id))
    signed = hands.look(prescription_id)
    assert _agree(hands, prices, signed, hands.pay(prescription_id))
    carried_out = 0
    for _step in range(STEPS):
        before = hands.look(prescription_id)
        command = _some_command(hands, prices, before, chance)
        carried_out += _agree(hands, prices, before, command)
    assert carried_out >= 3, "the walk did something"
    before = hands.look(prescription_id)
    _agree(hands, prices, before, hands.any_command("cancel_prescription", before))


def _agree(
    hands: Hands, prices: Prices, before: PrescriptionDetail, command: OfPrescription
) -> bool:
    """Give the command at both ends; whether the server carried it out."""
    desk = _desk_for(hands, command)
    pharmacy_id = before.prescription.pharmacy_id
    if isinstance(command, RerouteOrder):
        pharmacy_id = command.pharmacy_id
    known = prices.at(pharmacy_id)
    now = datetime.now(tz=before.prescription.created_at.tzinfo)
    pending = Pending(command, desk.session.member, now, known, "INR")  # type: ignore[arg-type]
    was = _rows(before)
    reckoned = project(pending, was)
    answer = desk.send(command, before.prescription.version)
    after = _rows(hands.look(before.prescription.id))
    said = f"{name_of(command)}: {answer.text}"
    why = _why_not(command, was, desk.session.member, now.date())
    if answer.is_success:
        assert why is None, f"the button was off: {why} {said}"
        assert _told(reckoned) == _told(after, of=reckoned), said
    elif answer.status_code == 409:
        assert why is not None or _is_of_a_field(answer.text), f"the button was on: {said}"
        assert _told(reckoned) == _told(was) or _is_for_the_server_alone(answer.text), said
    return answer.is_success


def _why_not(
    command: OfPrescription, rows: PrescriptionRows, member: Member, today: date
) -> str | None:
    """What the desk says before it gives the command, of each line that it names."""
    link = Link(lambda: datetime.now(UTC))
    link.become(LinkStatus.LIVE)
    lines = [*getattr(command, "item_ids", ()), getattr(command, "item_id", None)]
    named = [line for line in lines if line is not None] or [None]
    whys = [why_not(type(command), rows, member, link, line, today) for line in named]
    return next((why for why in whys if why is not None), None)


def _is_of_a_field(refusal: str) -> bool:
    """Whether it is about what the command says, which its use case looks at when it is given."""
    return '"field":""' not in refusal and '"field"' in refusal


def _is_for_the_server_alone(refusal: str) -> bool:
    """Shelves and findings, and that there is no such product: the use cases look at those."""
    words = ("in stock", "reason to go on", "Do not dispense it", "is not what line")
    return any(each in refusal for each in words)


def _desk_for(hands: Hands, command: OfPrescription) -> Desk:
    prescribes = Role.PHARMACIST not in COMMANDS[name_of(command)]
    return hands.prescriber if prescribes else hands.pharmacist


def _some_command(
    hands: Hands, prices: Prices, of: PrescriptionDetail, chance: random.Random
) -> OfPrescription:
    item = chance.choice(of.items)
    name = chance.choice(_lawful(of, item) if chance.random() < 0.75 else NAMES)
    alike = [i.id for i in of.items if i.status is item.status]
    some = chance.sample(alike, chance.randint(1, len(alike)))
    command: Any = hands.any_command(name, of)
    match command:
        case CheckItem():
            wanted = max(1, item.quantity - item.supplied - item.prepared)
            return hands.check(
                of,
                of.items.index(item),
                quantity=chance.choice([wanted, wanted, chance.randint(1, wanted)]),
            )
        case TakePayment():
            due = of.prescription.total_minor - of.prescription.paid_minor
            return replace(command, amount_minor=max(0, due))
        case SubstituteItem():
            other = chance.choice(prices.others_like(item.medicine_id))
            return replace(command, item_id=item.id, medicine_id=other)
        case RejectOrder() if chance.random() < 0.5:
            quote = of.prescription.total_minor + 1_000
            return replace(command, response=OrderResponse.QUOTE, quoted_minor=quote)
        case RerouteOrder():  # back by the quote, or else nowhere: the walk stays at this pharmacy
            assert hands.pharmacy_id is not None
            return replace(command, pharmacy_id=hands.pharmacy_id)
    refunds = [p.id for p in of.payments if p.status is PaymentStatus.PENDING]
    if name == "pay_out_refund" and refunds:
        command = replace(command, payment_id=chance.choice(refunds))
    if "item_id" in command.__struct_fields__:
        command = replace(command, item_id=item.id)
    if "item_ids" in command.__struct_fields__:
        command = replace(command, item_ids=some)
    assert isinstance(command, OfPrescription)
    return command


def _lawful(of: PrescriptionDetail, item: PrescriptionItem) -> list[str]:
    """The commands that the lifecycles allow now, on the line where they are about lines."""
    of_items = {transition.command for transition in PRESCRIPTION_ITEM.transitions}
    lines = of_items - {"reject_order"}  # it leaves off what was begun, and asks for nothing begun
    here = PRESCRIPTION_ITEM.commands_in(item.status, signed=True)
    there = PRESCRIPTION.commands_in(of.prescription.status, signed=True)
    found = [name for name in there if name in NAMES and (name in here or name not in lines)]
    # What is done to lines brings a walk on; the rest of what is lawful is soon said.
    return found + [name for name in found if name in lines] * 3


def _rows(of: PrescriptionDetail) -> PrescriptionRows:
    parts: Mapping[str, Any] = {
        part: {row.id: row for row in getattr(of, part)} for part in PARTS.values()
    }
    return PrescriptionRows(of.prescription, **parts)


def _told(rows: PrescriptionRows, of: PrescriptionRows | None = None) -> dict[Any, dict[str, Any]]:
    """What rows say, but for when and in which version; `of`: only the dispenses that it has.

    What was taken by hand comes from batches that the server chooses, so a desk waits for those.
    """
    shown = rows if of is None else _with_dispenses(rows, of)
    flat = flat_prescription(shown)
    return {key: _plain(row) for key, row in flat.items() if key[0] in _COMPARED}


def _with_dispenses(rows: PrescriptionRows, of: PrescriptionRows) -> PrescriptionRows:
    known = {key: row for key, row in rows.dispenses.items() if key in of.dispenses}
    return msgspec.structs.replace(rows, dispenses=known)


def _plain(row: Row) -> dict[str, Any]:
    fields = msgspec.structs.asdict(row)
    return {
        name: value is not None if isinstance(value, date) else value
        for name, value in fields.items()
        if name not in _SERVER_ALONE
    }


_COMPARED = frozenset(PARTS) - {"safety_finding", "patient_notice"} | {"prescription"}
_SERVER_ALONE = frozenset(
    {"version", "updated_at", "updated_by", "seal", "batch_id", "batch_number", "expiry"}
)
