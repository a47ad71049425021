"""What the server says of the code on a prescription's print."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clinicdesk.contract.entities import SealKey
from clinicdesk.contract.problems import InvalidField, NotFound, Refusal, decode_problem
from clinicdesk.contract.scanning import SCAN, ScanAnswer, Verdict
from clinicdesk.contract.seal import Seal, parse, signed_words, text_of
from clinicdesk.contract.validity import DAYS
from clinicdesk.core.sealed import key_named, verdict_on
from tests.running_server import JSON, Desk, Owner
from tests.server.http.hands import OTHER_PHARMACIST, Hands, rows, snapshot


def scan(desk: Desk, prescription_id: uuid.UUID, code: Any) -> ScanAnswer | Refusal:
    answer = desk.client.post(
        SCAN.format(prescription_id=prescription_id),
        content=msgspec.json.encode({"code": code}),
        headers={**JSON, "Authorization": f"Bearer {desk.access_token}"},
    )
    if answer.is_success:
        return msgspec.json.decode(answer.content, type=ScanAnswer)
    assert answer.is_client_error, answer.text
    return decode_problem(answer.content)


def verdict(desk: Desk, prescription_id: uuid.UUID, code: Any) -> Verdict:
    said = scan(desk, prescription_id, code)
    assert isinstance(said, ScanAnswer)
    assert said.prescription_id == prescription_id
    return said.verdict


def seal_of(hands: Hands, state: str = "signed") -> tuple[uuid.UUID, str]:
    prescription = hands.bring_to(state).prescription
    assert prescription.seal is not None
    return prescription.id, prescription.seal


def with_(seal: Seal, signature: bytes, **changes: Any) -> str:
    return text_of(msgspec.structs.replace(seal, **changes), signature)


def test_signing_seals_and_the_desks_have_the_key(hands: Hands) -> None:
    signed = hands.bring_to("signed").prescription
    assert signed.seal is not None
    seal, signature = parse(signed.seal)
    assert (seal.rx, seal.rev, seal.exp) == (signed.id, signed.version - 1, signed.valid_until)
    assert signed.valid_until is not None
    assert abs(signed.valid_until - date.today() - timedelta(days=DAYS)) <= timedelta(days=1)
    keys = [msgspec.convert(row, SealKey) for row in rows(snapshot(hands.pharmacist), "seal_key")]
    key = key_named(seal.kid, keys)
    assert key is not None
    assert verdict_on(signed.seal, seal, signature, key, []) is None


def test_one_key_seals_all_prescriptions_of_a_clinic(hands: Hands, owner: Owner) -> None:
    kids = {parse(seal_of(hands)[1])[0].kid for _ in range(3)}
    assert len(kids) == 1
    assert owner("select count(*) from seal_key") == [(1,)]


def test_the_private_half_is_in_no_table(hands: Hands, owner: Owner) -> None:
    seal_of(hands)
    ((columns,),) = owner(
        "select array_agg(column_name::text) from information_schema.columns "
        "where table_name = 'seal_key'"
    )
    assert {"kid", "public_key"} <= set(columns)
    assert not [name for name in columns if "private" in name or "secret" in name]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("signed", Verdict.OPEN),
        ("paid", Verdict.OPEN),
        ("fulfilled", Verdict.OPEN),
        ("completed", Verdict.DISPENSED),
    ],
)
def test_a_genuine_seal_says_how_its_prescription_stands(
    hands: Hands, state: str, expected: Verdict
) -> None:
    assert verdict(hands.pharmacist, *seal_of(hands, state)) is expected


def test_a_photocopy_finds_nothing_left_to_dispense(hands: Hands) -> None:
    said = scan(hands.pharmacist, *seal_of(hands, "completed"))
    assert isinstance(said, ScanAnswer)
    assert "Nothing is left to dispense" in said.detail


def test_a_cancelled_prescription_says_so(hands: Hands) -> None:
    prescription_id, seal = seal_of(hands)
    version = hands.look(prescription_id).prescription.version
    hands.prescriber.done(hands.cancel(prescription_id), version)
    assert verdict(hands.pharmacist, prescription_id, seal) is Verdict.CANCELLED


def test_after_its_last_day_it_has_expired(hands: Hands, owner: Owner) -> None:
    prescription_id, seal = seal_of(hands, "paid")
    owner(
        "set session_replication_role = replica; "
        f"update prescription set valid_until = '2026-01-31' where id = '{prescription_id}'"
    )
    said = scan(hands.pharmacist, prescription_id, seal)
    assert isinstance(said, ScanAnswer)
    assert said.verdict is Verdict.EXPIRED
    assert "31 Jan 2026" in said.detail


def test_caps_lock_at_the_scanner_changes_nothing(hands: Hands) -> None:
    prescription_id, seal = seal_of(hands)
    assert verdict(hands.pharmacist, prescription_id, seal.lower()) is Verdict.OPEN


def test_another_pharmacy_learns_only_that_it_is_genuine(hands: Hands) -> None:
    other = hands.server.sign_in(OTHER_PHARMACIST)
    assert verdict(other, *seal_of(hands)) is Verdict.ELSEWHERE


def test_a_seal_that_was_changed_is_altered(hands: Hands) -> None:
    prescription_id, text = seal_of(hands)
    seal, signature = parse(text)
    later = with_(seal, signature, exp=date(2099, 1, 1))
    assert verdict(hands.pharmacist, prescription_id, later) is Verdict.ALTERED


def test_a_seal_by_somebody_else_is_forged(hands: Hands) -> None:
    prescription_id, text = seal_of(hands)
    seal = msgspec.structs.replace(parse(text)[0], nonce=bytes(8))
    forged = text_of(seal, Ed25519PrivateKey.generate().sign(signed_words(seal)))
    assert verdict(hands.pharmacist, prescription_id, forged) is Verdict.FORGED


def test_of_a_forged_seal_it_is_not_told_whether_there_is_such_a_prescription(hands: Hands) -> None:
    _, text = seal_of(hands)
    seal = msgspec.structs.replace(parse(text)[0], rx=uuid.uuid4(), nonce=bytes(8))
    forged = text_of(seal, bytes(64))
    assert verdict(hands.pharmacist, seal.rx, forged) is Verdict.FORGED


def test_a_seal_with_a_key_that_is_not_the_clinic_s_is_foreign(hands: Hands) -> None:
    prescription_id, text = seal_of(hands)
    seal, signature = parse(text)
    foreign = with_(seal, signature, kid=seal.kid[::-1].replace(seal.kid[0], "0"))
    assert verdict(hands.pharmacist, prescription_id, foreign) is Verdict.FOREIGN


def test_a_key_that_was_withdrawn_is_not_believed(hands: Hands, owner: Owner) -> None:
    prescription_id, text = seal_of(hands)
    owner("update seal_key set active = false")
    assert verdict(hands.pharmacist, prescription_id, text) is Verdict.WITHDRAWN


def test_a_genuine_seal_that_is_not_the_present_one_is_replaced(hands: Hands, owner: Owner) -> None:
    prescription_id, text = seal_of(hands)
    _, another = seal_of(hands)
    owner(
        "set session_replication_role = replica; "
        f"update prescription set seal = '{another}' where id = '{prescription_id}'"
    )
    assert verdict(hands.pharmacist, prescription_id, text) is Verdict.REPLACED


def test_the_code_that_people_read_aloud_does_as_well(hands: Hands) -> None:
    prescription = hands.bring_to("paid").prescription
    assert verdict(hands.pharmacist, prescription.id, prescription.code.lower()) is Verdict.OPEN
    assert isinstance(scan(hands.pharmacist, prescription.id, "RX-00000"), NotFound)
    assert isinstance(scan(hands.pharmacist, uuid.uuid4(), prescription.code), NotFound)


@pytest.mark.parametrize(
    "code",
    ["", "   ", "x" * 601, None, 7, "CD1.half", "CD1..", "nul\x00", "04006381333931", "RX-7F3",
     "RX-७F3K2"],
)  # fmt: skip
def test_a_code_that_is_none_is_refused_with_the_field(hands: Hands, code: Any) -> None:
    prescription = hands.bring_to("signed").prescription
    refused = scan(hands.pharmacist, prescription.id, code)
    assert isinstance(refused, InvalidField)
    assert refused.field == "code"


def test_a_seal_of_another_prescription_is_refused(hands: Hands) -> None:
    _, text = seal_of(hands)
    other, _ = seal_of(hands)
    assert isinstance(scan(hands.pharmacist, other, text), InvalidField)


def test_scans_are_counted_by_their_verdict(hands: Hands) -> None:
    verdict(hands.pharmacist, *seal_of(hands))
    metrics = hands.server.client.get("/metrics").text
    assert 'clinicdesk_scans_total{verdict="open"} 1.0' in metrics
