"""The working set as it is given: whole, of one moment, without what is settled, and in bounds."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
import zstandard
from prometheus_client import REGISTRY

from clinicdesk.contract.access import View, access_digest, audience_of, scopes_of, view_for
from clinicdesk.contract.entities import ENTITIES, Member, Payment, Prescription
from clinicdesk.contract.session import SNAPSHOT
from clinicdesk.contract.snapshot import LINE_ROWS, whole_snapshot
from clinicdesk.contract.working_set import is_settled
from tests.running_server import Owner, RunningServer
from tests.server.http.hands import (
    ADMIN,
    OTHER_PHARMACIST,
    PHARMACIST,
    PRESCRIBER,
    RECEPTION,
    Hands,
    age,
    rows,
    snapshot,
)

EVERYBODY = [PRESCRIBER, PHARMACIST, OTHER_PHARMACIST, RECEPTION, ADMIN]
Rows = dict[str, dict[str, Any]]

UNREAD_AT_THE_FRONT_DESK = frozenset(
    {"note", "cancel_reason", "counselling", "seal", "response_note"}
)


def test_a_snapshot_is_what_the_contract_lets_each_role_see_and_not_settled(
    hands: Hands, owner: Owner
) -> None:
    gone = [hands.bring_to(state).prescription.id for state in ("completed", "cancelled")]
    kept = [hands.bring_to("fulfilled").prescription.id, _owed_a_refund(hands)]
    for prescription_id in gone + kept:
        age(owner, prescription_id)
    again, too_late = (hands.bring_to("completed").prescription.id for _ in range(2))
    for prescription_id, last_day in ((again, "current_date"), (too_late, "current_date - 1")):
        _leave_a_repeat(owner, prescription_id, last_day)
        age(owner, prescription_id)
    kept.append(again)
    gone.append(too_late)
    mine = {UUID(row["id"]) for row in rows(snapshot(hands.prescriber), "prescription")}
    assert mine.isdisjoint(gone)
    assert mine.issuperset(kept)
    for login in EVERYBODY:
        desk = hands.server.sign_in(login)
        held = snapshot(desk)
        member = desk.session.member
        assert held.head.clinic == member.clinic_id
        assert held.head.access == access_digest(scopes_of(member))
        expected = _kept(_seen(owner, member), held.head.settled_before)
        for entity in ENTITIES:
            assert {row["id"]: row for row in rows(held, entity)} == expected[entity], login
            assert held.head.counts[entity] == len(expected[entity])


def test_a_snapshot_is_at_the_log_s_head_and_of_its_history(hands: Hands) -> None:
    outcome = hands.prescriber.done(hands.write())
    head = snapshot(hands.prescriber).head
    assert head.seq == outcome.seq
    assert len(head.epoch) == 16
    assert head.epoch == snapshot(hands.pharmacist).head.epoch


def test_a_snapshot_travels_in_the_coding_that_is_asked_for(hands: Hands) -> None:
    bearer = {"Authorization": f"Bearer {hands.prescriber.access_token}"}
    undo = {
        "zstd": lambda raw: zstandard.ZstdDecompressor().decompressobj().decompress(raw),
        "gzip": gzip.decompress,
        "identity": bytes,
    }
    for coding, plain in undo.items():
        headers = {**bearer, "Accept-Encoding": coding}
        with hands.server.client.stream("GET", SNAPSHOT, headers=headers) as answer:
            raw = b"".join(answer.iter_raw())
            assert answer.headers.get("Content-Encoding", "identity") == coding
            assert answer.headers["Content-Type"] == "application/x-ndjson"
            assert answer.headers["Vary"] == "Accept-Encoding"
        assert whole_snapshot(plain(raw)).rows["patient"]


def test_many_rows_come_in_lines_of_bounded_length_in_the_order_of_their_identifiers(
    hands: Hands, owner: Owner
) -> None:
    count = 2 * LINE_ROWS
    owner(
        "insert into service (id, clinic_id, name, description, specialization, duration_minutes,"
        " price_minor, currency, capacity, active) "
        "select gen_random_uuid(), %s, 'Service ' || n, '', 'gp', 30, 100, 'INR', 1, true "
        "from generate_series(1, %s) n",
        hands.prescriber.session.member.clinic_id,
        count,
    )
    content = hands.prescriber.get(SNAPSHOT).content
    found = [msgspec.json.decode(row)["id"] for row in whole_snapshot(content).rows["service"]]
    assert len(found) >= count
    assert found == sorted(found)
    lines = [msgspec.json.decode(line) for line in content.splitlines()]
    assert max(len(line.get("rows", ())) for line in lines[:-1]) == LINE_ROWS


@pytest.mark.parametrize("cut_at", ["head", "rows", "end"])
def test_a_snapshot_that_lost_its_end_is_not_taken_for_one(hands: Hands, cut_at: str) -> None:
    content = hands.prescriber.get(SNAPSHOT).content
    at = {"head": 1, "rows": len(content) // 2, "end": len(content) - 20}[cut_at]
    with pytest.raises((ValueError, msgspec.DecodeError)):
        whole_snapshot(content[:at])


@pytest.mark.parametrize(
    ("asked", "counted"),
    [({}, "first"), ({"reason": "digest"}, "digest"), ({"reason": "boredom"}, "other")],
)
def test_the_server_counts_why_desks_come_for_their_rows(
    hands: Hands, asked: dict[str, str], counted: str
) -> None:
    def count() -> float:
        return REGISTRY.get_sample_value("clinicdesk_snapshots_total", {"reason": counted}) or 0

    before = count()
    assert hands.prescriber.get(SNAPSHOT, **asked).status_code == 200
    assert count() == before + 1


def test_somebody_whose_membership_has_ended_is_given_nothing(
    server: RunningServer, owner: Owner
) -> None:
    desk = server.sign_in(PHARMACIST)
    owner("update member set active = false where id = %s", desk.session.member.id)
    answer = desk.get(SNAPSHOT)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def _owed_a_refund(hands: Hands) -> UUID:
    """A prescription that was paid, then cancelled, and whose money is still here."""
    detail = hands.bring_to("paid")
    head = detail.prescription
    hands.pharmacist.done(hands.cancel(head.id), head.version)
    return head.id


def _seen(owner: Owner, member: Member) -> dict[str, Rows]:
    """Every row that the contract lets a member see, as they see it."""
    scopes = scopes_of(member)
    seen: dict[str, Rows] = {}
    for entity, kind in ENTITIES.items():
        seen[entity] = {}
        for (text,) in owner(
            f"select to_jsonb(t)::text from {entity} t where clinic_id = %s", member.clinic_id
        ):
            row = msgspec.json.decode(text)
            view = view_for(scopes, audience_of(entity, row))
            if view is not None:
                hidden = UNREAD_AT_THE_FRONT_DESK if view is View.DESK else frozenset()
                seen[entity][row["id"]] = {
                    name: None if name in hidden else row[name] for name in kind.__struct_fields__
                }
    return seen


def _leave_a_repeat(owner: Owner, prescription_id: UUID, last_day: str) -> None:
    owner(
        "set session_replication_role = replica; "
        f"update prescription set repeats = 2, repeats_used = 1, valid_until = {last_day} "
        f"where id = '{prescription_id}'"
    )


def _kept(seen: Mapping[str, Rows], before: datetime) -> dict[str, Rows]:
    """Those of them that a desk keeps, by the contract's own rule."""
    payments = [msgspec.convert(row, Payment) for row in seen["payment"].values()]
    settled = {
        row["id"]
        for row in seen["prescription"].values()
        if is_settled(
            msgspec.convert(row, Prescription),
            [each for each in payments if str(each.prescription_id) == row["id"]],
            before,
        )
    }
    assert settled
    return {
        entity: {
            row_id: row
            for row_id, row in rows.items()
            if row.get("prescription_id", row_id) not in settled
        }
        for entity, rows in seen.items()
    }
