"""What lies on a pharmacy's shelves: it comes, it is counted, and its ledger is never changed."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import msgspec
import psycopg
import pytest

from clinicdesk.contract.commands import Command
from clinicdesk.contract.entities import MovementKind
from clinicdesk.contract.problems import Conflict, InvalidField, NotAllowed, NotFound
from tests.running_server import Desk, Owner
from tests.server.http.hands import (
    ADMIN,
    COLLEAGUE,
    OTHER_PHARMACIST,
    RECEPTION,
    Hands,
    rows,
    snapshot,
)
from tests.server.http.stocked import LATER, LONG_AGO, SOON, Stocked


@pytest.fixture
def stocked(hands: Hands, owner: Owner) -> Stocked:
    return Stocked(hands, owner)


def test_the_first_stock_of_a_medicine_puts_up_its_shelf(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    assert stocked.on_hand(medicine) is None
    stocked.desk.done(stocked.receive(medicine, 30))
    assert stocked.on_hand(medicine) == 30
    assert stocked.batches(medicine) == [("B1", SOON, 30)]


def test_a_batch_that_is_there_already_grows_by_what_comes(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    first = stocked.receive(medicine, 30)
    stocked.desk.done(first)
    again = stocked.desk.done(stocked.receive(medicine, 12, number=" B1 ", cost_minor=1100))
    stocked.desk.done(stocked.receive(medicine, 5, expiry=LATER))
    assert stocked.batches(medicine) == [("B1", SOON, 42), ("B1", LATER, 5)]
    assert stocked.on_hand(medicine) == 47
    (cost, version), *_ = stocked.owner(
        "select cost_minor, version from batch where id = %s", first.batch_id
    )
    assert (cost, version) == (1100, again.version)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"expiry": LONG_AGO}, "expiry", "expired on 31 Jan 2020"),
        ({"expiry": SOON + timedelta(days=30 * 366)}, "expiry", "look at the expiry"),
        ({"number": "  "}, "number", "more than blanks"),
        ({"number": "B\x1d1"}, "number", "control characters"),
        ({"number": "B\u200b1"}, "number", "no label has"),
    ],
)
def test_what_may_not_come_onto_a_shelf_is_refused_by_its_field(
    stocked: Stocked, changes: dict[str, object], field: str, said: str
) -> None:
    medicine = stocked.medicines[0]
    refused = stocked.desk.refused(stocked.receive(medicine, 30, **changes))
    assert isinstance(refused, InvalidField)
    assert (refused.field, said in refused.detail) == (field, True)
    assert stocked.on_hand(medicine) is None


def test_no_shelf_holds_more_than_can_be_counted(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    stocked.desk.done(stocked.receive(medicine, 1))
    stocked.owner("update stock_level set on_hand = 999999999 where medicine_id = %s", medicine.id)
    refused = stocked.desk.refused(stocked.receive(medicine, 2))
    assert isinstance(refused, InvalidField)
    assert refused.field == "quantity"


def test_a_batch_s_identifier_is_not_used_twice(stocked: Stocked) -> None:
    medicine, other = stocked.medicines[:2]
    first = stocked.receive(medicine, 30)
    stocked.desk.done(first)
    taken = stocked.receive(other, 30, batch_id=first.batch_id)
    assert isinstance(stocked.desk.refused(taken), Conflict)
    assert stocked.on_hand(other) is None


def test_a_delivery_s_identifier_is_not_used_at_another_pharmacy(stocked: Stocked) -> None:
    """Although that one does not see the ledger in which it stands."""
    medicine = stocked.medicines[0]
    stocked.desk.done(stocked.receive(medicine, 5))
    more = stocked.receive(medicine, 5)
    stocked.desk.done(more)
    other = stocked.hands.server.sign_in(OTHER_PHARMACIST)
    there = other.session.member.pharmacy_id
    assert there is not None
    refusal = other.refused(msgspec.structs.replace(more, pharmacy_id=there))
    assert isinstance(refusal, Conflict)
    assert refusal.field == "batch_id"
    found = stocked.owner("select 1 from stock_level where pharmacy_id = %s and medicine_id = %s",
                          there, medicine.id)  # fmt: skip
    assert found == [], "nothing of it is half entered"
    assert stocked.on_hand(medicine) == 10


def test_a_medicine_that_is_not_in_the_formulary_is_not_stocked(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    unknown = stocked.receive(medicine, 30, medicine_id=uuid.uuid4())
    assert isinstance(stocked.desk.refused(unknown), NotFound)
    elsewhere = msgspec.structs.replace(stocked.reorder(medicine), medicine_id=uuid.uuid4())
    assert isinstance(stocked.desk.refused(elsewhere), NotFound)


def test_a_count_changes_the_batch_and_says_why_in_the_ledger(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    received = stocked.receive(medicine, 30)
    stocked.desk.done(received)
    stocked.desk.done(stocked.adjust(received.batch_id, -4))
    broken = stocked.adjust(
        received.batch_id, -6, kind=MovementKind.WRITTEN_OFF, reason="the bottle broke"
    )
    stocked.desk.done(broken)
    assert stocked.on_hand(medicine) == 20
    ledger = stocked.desk.get(f"/api/stock/levels/{medicine.id}/movements").json()["movements"]
    assert [(one["kind"], one["quantity"], one["reason"]) for one in ledger] == [
        ("written_off", -6, "the bottle broke"),
        ("adjusted", -4, "counted again"),
        ("received", 30, None),
    ]


def test_a_batch_is_never_counted_below_nothing(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    received = stocked.receive(medicine, 30)
    stocked.desk.done(received)
    refused = stocked.desk.refused(stocked.adjust(received.batch_id, -31))
    assert isinstance(refused, Conflict)
    assert "holds 30 units" in refused.detail
    assert stocked.on_hand(medicine) == 30


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"kind": MovementKind.WRITTEN_OFF, "quantity": 3}, "quantity"),
        ({"kind": MovementKind.DISPENSED, "quantity": -3}, "kind"),
        ({"kind": MovementKind.RECEIVED, "quantity": 3}, "kind"),
    ],
)
def test_a_count_that_makes_no_sense_is_refused_by_its_field(
    stocked: Stocked, changes: dict[str, object], field: str
) -> None:
    received = stocked.receive(stocked.medicines[0], 30)
    stocked.desk.done(received)
    change = msgspec.structs.replace(stocked.adjust(received.batch_id, 1), **changes)
    refused = stocked.desk.refused(change)
    assert isinstance(refused, InvalidField)
    assert refused.field == field


def test_the_ledger_comes_page_by_page_newest_first(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    received = stocked.receive(medicine, 30)
    stocked.desk.done(received)
    for units in range(1, 7):
        stocked.desk.done(stocked.adjust(received.batch_id, units))
    seen: list[int] = []
    after: dict[str, str] = {}
    while True:
        page = stocked.desk.get(
            f"/api/stock/levels/{medicine.id}/movements", limit=3, **after
        ).json()
        seen += [one["quantity"] for one in page["movements"]]
        if page["next_after"] is None:
            break
        after = {"after": page["next_after"]}
    assert seen == [6, 5, 4, 3, 2, 1, 30]


def test_the_ledger_of_another_pharmacy_is_not_shown(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    stocked.desk.done(stocked.receive(medicine, 30))
    path = f"/api/stock/levels/{medicine.id}/movements"
    stranger = stocked.hands.server.sign_in(OTHER_PHARMACIST)
    assert stranger.get(path).json()["movements"] == []
    assert stranger.get(path, pharmacy_id=str(stocked.pharmacy_id)).json()["movements"] == []
    admin = stocked.hands.server.sign_in(ADMIN)
    assert len(admin.get(path, pharmacy_id=str(stocked.pharmacy_id)).json()["movements"]) == 1
    assert admin.get(path).status_code == 422


def test_a_movement_is_never_changed_nor_deleted_by_nobody(stocked: Stocked) -> None:
    stocked.desk.done(stocked.receive(stocked.medicines[0], 30))
    for statement in ("update stock_movement set quantity = 1", "delete from stock_movement"):
        with pytest.raises(psycopg.Error, match="never changed"):
            stocked.owner(statement)


def test_a_reorder_level_puts_up_the_shelf_or_changes_what_is_said_of_it(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    first = stocked.desk.done(stocked.reorder(medicine))
    assert (first.version, stocked.on_hand(medicine)) == (1, 0)
    second = stocked.desk.done(stocked.reorder(medicine, reorder_level=50))
    assert second.version == 2
    (level,) = [
        row
        for row in rows(snapshot(stocked.hands.prescriber), "stock_level")
        if row["medicine_id"] == str(medicine.id)
    ]
    assert (level["reorder_level"], level["reorder_packs"], level["shelf"]) == (50, 5, "A3")


def test_only_the_pharmacist_of_the_pharmacy_keeps_its_stock(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    received = stocked.receive(medicine, 30)
    stocked.desk.done(received)
    commands: list[Command] = [
        stocked.receive(medicine, 5),
        stocked.reorder(medicine),
        stocked.adjust(received.batch_id, 5),
    ]
    sign_in = stocked.hands.server.sign_in
    for command in commands:
        for desk in (stocked.hands.prescriber, sign_in(RECEPTION), sign_in(ADMIN)):
            assert isinstance(desk.refused(command), NotAllowed)
        assert isinstance(sign_in(OTHER_PHARMACIST).refused(command), NotFound)
    sign_in(COLLEAGUE).done(stocked.adjust(received.batch_id, 5))
    assert stocked.on_hand(medicine) == 35


def test_batches_are_shown_to_their_pharmacy_and_shelves_to_everybody(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    stocked.desk.done(stocked.receive(medicine, 30))

    def seen(desk: object, kind: str) -> list[int]:
        return [
            row["on_hand"]
            for row in rows(snapshot(desk), kind)  # type: ignore[arg-type]
            if row["medicine_id"] == str(medicine.id)
        ]

    sign_in = stocked.hands.server.sign_in
    assert seen(stocked.desk, "batch") == [30]
    for other in (stocked.hands.prescriber, sign_in(OTHER_PHARMACIST), sign_in(RECEPTION)):
        assert seen(other, "batch") == []
        assert seen(other, "stock_level") == [30]


def test_a_shelf_says_to_everybody_what_of_it_expires_when(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    later = stocked.receive(medicine, 5, number="B2", expiry=LATER)
    stocked.desk.done(later)
    stocked.desk.done(stocked.receive(medicine, 30))
    stocked.desk.done(stocked.receive(medicine, 12, number="B3"))

    def lots(desk: object) -> list[tuple[str, int]]:
        (level,) = [
            row
            for row in rows(snapshot(desk), "stock_level")  # type: ignore[arg-type]
            if row["medicine_id"] == str(medicine.id)
        ]
        return [(lot["expiry"], lot["units"]) for lot in level["lots"]]

    prescriber = stocked.hands.prescriber
    assert lots(prescriber) == [(str(SOON), 42), (str(LATER), 5)]
    stocked.desk.done(stocked.adjust(later.batch_id, -5))
    assert lots(prescriber) == [(str(SOON), 42)]


def at_once(*works: Callable[[], object]) -> None:
    """Do them in threads of their own, and wait for all."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_many_hands_fill_one_new_shelf_and_every_unit_is_counted(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    sign_in = stocked.hands.server.sign_in
    desks = [stocked.desk, sign_in(COLLEAGUE), sign_in(COLLEAGUE), sign_in(COLLEAGUE)]
    at_once(
        *(
            lambda desk=desk: _until_done(desk, stocked.receive(medicine, 5))  # type: ignore[misc]
            for desk in desks
        )
    )
    assert stocked.batches(medicine) == [("B1", SOON, 20)]
    assert stocked.on_hand(medicine) == 20


def test_many_hands_take_from_one_batch_and_it_never_holds_less_than_nothing(
    stocked: Stocked,
) -> None:
    medicine = stocked.medicines[0]
    received = stocked.receive(medicine, 10)
    stocked.desk.done(received)
    sign_in = stocked.hands.server.sign_in
    desks = [stocked.desk, sign_in(COLLEAGUE), sign_in(COLLEAGUE), sign_in(COLLEAGUE)]
    statuses: list[int] = []
    at_once(
        *(
            lambda desk=desk: statuses.append(  # type: ignore[misc]
                _until_done(desk, stocked.adjust(received.batch_id, -3))
            )
            for desk in desks
        )
    )
    assert sorted(statuses) == [200, 200, 200, 409]
    assert stocked.on_hand(medicine) == 1


def _until_done(desk: Desk, command: Command) -> int:
    """As an outbox sends it: again while the server says that it is busy. The last status."""
    op_id, answer = uuid.uuid4(), None
    for _ in range(20):
        answer = desk.send(command, op_id=op_id)
        if answer.status_code != 503:
            break
    assert answer is not None
    return answer.status_code
