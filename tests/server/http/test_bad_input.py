"""Whatever is sent, the answer is a problem that says what is wrong, and never a fault."""

from __future__ import annotations

import contextlib
import re
import socket
import uuid
from typing import Any
from urllib.parse import urlsplit

import msgspec
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clinicdesk.contract.commands import ROUTES, FulfillItems, WriteDraft, path_of
from clinicdesk.contract.problems import (
    CONTENT_TYPE,
    InvalidField,
    Malformed,
    NoSuchRoute,
    TooLarge,
    Unavailable,
    WrongCredentials,
    WrongProtocol,
    decode_problem,
)
from clinicdesk.contract.session import SESSION
from clinicdesk.contract.version import PROTOCOL_HEADER
from tests.running_server import JSON, RunningServer, sign_in_request
from tests.server.http.hands import Hands

NO_JSON = [
    b"",
    b"{",
    b"nothing of the kind",
    b"\xff\xfe{}",
    b'{"a": "\\ud800"}',
    b'{"a": NaN}',
    b"[" * 100_000,
]
NOT_AN_OBJECT = [b"null", b"[]", b"5", b'"text"', b"[[[[]]]]"]


def change(**fields: Any) -> Any:
    return lambda body: {**body, **fields}


def in_line(**fields: Any) -> Any:
    return lambda body: {**body, "items": [{**body["items"][0], **fields}]}


WRONG_FIELDS = [
    (change(patient_id="not-a-uuid"), "patient_id"),
    (change(patient_id=5), "patient_id"),
    (change(patient_id=None), "patient_id"),
    (change(note="x" * 2001), "note"),
    (change(note="nul\0here"), "note"),
    (change(note=[]), "note"),
    (change(items="none"), "items"),
    (change(items=[5]), "items[0]"),
    (in_line(quantity=0), "items[0].quantity"),
    (in_line(quantity=-1), "items[0].quantity"),
    (in_line(quantity="10"), "items[0].quantity"),
    (in_line(quantity=10.5), "items[0].quantity"),
    (in_line(quantity=10**30), "items[0].quantity"),
    (in_line(quantity=10_001), "items[0].quantity"),
    (in_line(days=2**63), "items[0].days"),
    (in_line(days=0), "items[0].days"),
    (in_line(dose=""), "items[0].dose"),
    (in_line(dose="½\0"), "items[0].dose"),
    (in_line(frequency="SOMETIMES"), "items[0].frequency"),
    (in_line(route="by post"), "items[0].route"),
    (in_line(instructions="x" * 201), "items[0].instructions"),
    (in_line(medicine_id=str(uuid.uuid4())), "items[0].medicine_id"),
    (in_line(id=True), "items[0].id"),
    (change(pharmacy_id=str(uuid.uuid4())), "pharmacy_id"),
]


ANSWER = {"key": "allergy:penicillins", "reason": "asked the prescriber"}
WRONG_IN_A_BAG: list[tuple[dict[str, Any], str]] = [
    ({"item_ids": []}, "item_ids"),
    ({"item_ids": None}, "item_ids"),
    ({"item_ids": ["x"]}, "item_ids[0]"),
    ({"item_ids": [str(uuid.uuid4())]}, "item_ids[0]"),
    ({"item_ids": [str(uuid.uuid4()) for _ in range(31)]}, "item_ids"),
    ({"hand_reason": None}, "hand_reason"),
    ({"hand_reason": ""}, "hand_reason"),
    ({"hand_reason": "x" * 301}, "hand_reason"),
    ({"hand_reason": "nul\0"}, "hand_reason"),
    ({"bin": ""}, "bin"),
    ({"bin": "x" * 21}, "bin"),
    ({"bin": 7}, "bin"),
    ({"overrides": None}, "overrides"),
    ({"overrides": {}}, "overrides"),
    ({"overrides": [5]}, "overrides[0]"),
    ({"overrides": [{**ANSWER, "key": ""}]}, "overrides[0].key"),
    ({"overrides": [{**ANSWER, "key": "nul\0"}]}, "overrides[0].key"),
    ({"overrides": [ANSWER, {**ANSWER, "reason": "x"}]}, "overrides[1].reason"),
    ({"overrides": [{"reason": "why"}]}, "overrides[0].key"),
    ({"overrides": [{**ANSWER, "key": str(place)} for place in range(101)]}, "overrides"),
]


WRONG_PARAMETERS: list[tuple[str, dict[str, str], str]] = [
    ("/api/prescriptions", {"limit": "0"}, "limit"),
    ("/api/prescriptions", {"limit": "201"}, "limit"),
    ("/api/prescriptions", {"limit": "many"}, "limit"),
    ("/api/prescriptions", {"limit": "9" * 40}, "limit"),
    ("/api/prescriptions", {"status": "LOST"}, "status"),
    ("/api/prescriptions", {"after": "somewhere"}, "after"),
    ("/api/prescriptions", {"after": "2026-01-01~x"}, "after"),
    ("/api/prescriptions", {"after": "x" * 200}, "after"),
    ("/api/patients", {}, "q"),
    ("/api/patients", {"q": "x" * 200}, "q"),
    ("/api/patients", {"q": "rao", "limit": "-1"}, "limit"),
    (f"/api/formularies/{uuid.uuid4()}/medicines", {"after": "newest"}, "after"),
    (f"/api/formularies/{uuid.uuid4()}/medicines", {"limit": "5001"}, "limit"),
    ("/api/formularies/x/medicines", {}, "formulary_id"),
]


def post(hands: Hands, content: bytes, **headers: str) -> Any:
    desk = hands.prescriber
    given = {
        **JSON,
        "Authorization": f"Bearer {desk.access_token}",
        "Idempotency-Key": str(uuid.uuid4()),
        **headers,
    }
    return hands.server.client.post(ROUTES[WriteDraft].path, content=content, headers=given)


def test_a_bag_with_a_field_that_is_not_right_is_not_made_ready(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    command = hands.fulfil(paid.prescription.id, [item.id for item in paid.items])
    good = {
        "item_ids": [str(item_id) for item_id in command.item_ids],
        "hand_reason": command.hand_reason,
    }
    twice = [str(command.item_ids[0])] * 2
    for wrong, field in [*WRONG_IN_A_BAG, ({"item_ids": twice}, "item_ids[1]")]:
        answer = hands.server.client.post(
            path_of(command),
            content=msgspec.json.encode({**good, **wrong}),
            headers={
                **JSON,
                "Authorization": f"Bearer {hands.pharmacist.access_token}",
                "Idempotency-Key": str(uuid.uuid4()),
                "If-Match": f'"{paid.prescription.version}"',
            },
        )
        problem = decode_problem(answer.content)
        assert isinstance(problem, InvalidField), (wrong, answer.text)
        assert problem.field == field, (wrong, problem)
    assert hands.look(paid.prescription.id) == paid, "nothing of it was done"


def test_what_is_no_json_is_malformed(hands: Hands) -> None:
    for content in NO_JSON + NOT_AN_OBJECT:
        answer = post(hands, content)
        assert answer.status_code == 400, content[:40]
        assert answer.headers["content-type"] == CONTENT_TYPE
        assert isinstance(decode_problem(answer.content), Malformed), content[:40]


def test_a_field_that_is_not_right_is_named(hands: Hands) -> None:
    good = msgspec.to_builtins(hands.write(lines=1))
    for spoil, field in WRONG_FIELDS:
        answer = post(hands, msgspec.json.encode(spoil(good)))
        problem = decode_problem(answer.content)
        assert answer.status_code == 422, (field, answer.text)
        assert isinstance(problem, InvalidField)
        assert problem.field == field
        assert problem.detail.endswith(".")
    for field in ("prescription_id", "patient_id", "items"):
        missing = {name: value for name, value in good.items() if name != field}
        problem = decode_problem(post(hands, msgspec.json.encode(missing)).content)
        assert isinstance(problem, InvalidField)
        assert problem.field == field


def test_more_lines_than_a_prescription_has_are_refused(hands: Hands) -> None:
    body = msgspec.json.encode(hands.write(lines=31))
    problem = decode_problem(post(hands, body).content)
    assert isinstance(problem, InvalidField)
    assert problem.field == "items"


def test_unknown_fields_and_deep_nesting_in_them_do_no_harm(hands: Hands) -> None:
    body = msgspec.json.encode(hands.write())
    extended = body[:-1] + b', "newer": {"a": [1, 2]}}'
    assert post(hands, extended).status_code == 201
    nested = body[:-1] + b', "deep": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"
    assert post(hands, nested).status_code in (400, 409)


def test_a_body_of_another_kind_is_refused(hands: Hands) -> None:
    body = msgspec.json.encode(hands.write())
    for kind in ["text/plain", "application/xml", "multipart/form-data", "json"]:
        assert post(hands, body, **{"Content-Type": kind}).status_code == 400, kind
    with_charset = {"Content-Type": "application/json; charset=utf-8"}
    assert post(hands, body, **with_charset).status_code == 201


def test_a_huge_body_is_refused_with_the_limit(hands: Hands) -> None:
    answer = post(hands, b'{"note": "' + b"x" * (1 << 20) + b'"}')
    assert answer.status_code == 413
    problem = decode_problem(answer.content)
    assert isinstance(problem, TooLarge)
    assert problem.limit_bytes == 1 << 20


def test_headers_without_end_are_cut_off(server: RunningServer) -> None:
    at = urlsplit(server.url)
    with socket.create_connection((at.hostname, at.port), timeout=10) as line:
        line.sendall(b"GET /api/server HTTP/1.1\r\nHost: here\r\n")
        answer = b""
        with contextlib.suppress(ConnectionError):
            for number in range(64):
                line.sendall(b"X-%d: " % number + b"x" * (1 << 20) + b"\r\n")
            line.sendall(b"\r\n")
        with contextlib.suppress(ConnectionError):
            answer = line.recv(64)
    assert not answer or answer.startswith(b"HTTP/1.1 400 ")
    assert server.client.get("/api/server", headers={"X-Long": "x" * 30_000}).is_success


def test_whatever_a_proxy_calls_somebody_s_address_they_are_answered(
    server: RunningServer,
) -> None:
    request = sign_in_request("nobody", "wrong", uuid.uuid4(), Ed25519PrivateKey.generate())
    for address in ("x" * 500, "1.2.3.4", "", ",,", "é"):
        answer = server.client.post(
            SESSION,
            content=msgspec.json.encode(request),
            headers=[
                (b"Content-Type", b"application/json"),
                (b"X-Forwarded-For", address.encode()),
            ],
        )
        assert isinstance(decode_problem(answer.content), WrongCredentials), address


def test_addresses_and_methods_that_are_not_the_server_s(server: RunningServer) -> None:
    client = server.client
    for method, path in [
        ("GET", "/"),
        ("GET", "/api"),
        ("GET", "/api/nothing"),
        ("PATCH", "/api/session"),
        ("DELETE", "/api/server"),
        ("TRACE", "/api/server"),
        ("GET", "/api/prescriptions/../../etc/passwd"),
        ("GET", "/%00"),
    ]:
        answer = client.request(method, path)
        assert answer.status_code == 404, path
        assert isinstance(decode_problem(answer.content), NoSuchRoute), path


def test_identifiers_in_addresses_are_checked(hands: Hands) -> None:
    command = FulfillItems(prescription_id=uuid.uuid4(), item_ids=[uuid.uuid4()])
    path = path_of(command).replace(str(command.prescription_id), "12345")
    bearer = {"Authorization": f"Bearer {hands.prescriber.access_token}", **JSON}
    headers = {**bearer, "Idempotency-Key": str(uuid.uuid4()), "If-Match": '"1"'}
    body = msgspec.json.encode(command)
    problem = decode_problem(hands.server.client.post(path, content=body, headers=headers).content)
    assert isinstance(problem, InvalidField)
    assert problem.field == "prescription_id"
    for wrong in ("x", "%00", "0" * 500):
        answer = hands.prescriber.get(f"/api/prescriptions/{wrong}")
        assert isinstance(decode_problem(answer.content), InvalidField), wrong


def test_parameters_are_checked(hands: Hands) -> None:
    for path, params, field in WRONG_PARAMETERS:
        problem = decode_problem(hands.prescriber.get(path, **params).content)
        assert isinstance(problem, InvalidField), (path, params)
        assert problem.field == field


def test_a_search_takes_whatever_is_typed(hands: Hands) -> None:
    for typed in ["\0", "%", "_", "'", '"; drop table patient; --', "\\", "🙂", " "]:
        assert hands.prescriber.get("/api/patients", q=typed).is_success, typed


def test_another_protocol_is_refused_politely(server: RunningServer) -> None:
    for spoken in ("2", "0", "x", ""):
        answer = server.client.get("/api/server", headers={PROTOCOL_HEADER: spoken})
        assert answer.status_code == 426
        problem = decode_problem(answer.content)
        assert isinstance(problem, WrongProtocol)
        assert problem.server_protocol == 1
    for headers in ({}, {PROTOCOL_HEADER: "1"}):
        answer = server.client.get("/api/server", headers=headers)
        assert answer.is_success
        assert answer.headers[PROTOCOL_HEADER] == "1"


def test_without_a_database_the_server_says_so_and_comes_back_with_it(hands: Hands) -> None:
    url = urlsplit(hands.server.database_url)
    name = url.path.removeprefix("/")
    elsewhere_url = url._replace(path="/postgres").geturl()
    with psycopg.connect(elsewhere_url, autocommit=True) as elsewhere:
        elsewhere.execute(f"alter database {name} allow_connections false")
        elsewhere.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
        )
        for path in ("/readyz", "/api/prescriptions"):
            answer = hands.prescriber.get(path)
            assert answer.status_code == 503
            assert isinstance(decode_problem(answer.content), Unavailable)
            assert answer.headers["Retry-After"] == "1"
        assert hands.server.client.get("/healthz").is_success
        elsewhere.execute(f"alter database {name} allow_connections true")
    assert hands.prescriber.get("/readyz").is_success


def test_the_journal_says_who_did_what_and_nothing_of_patients(hands: Hands) -> None:
    written = hands.write(note="a note that is nobody's business")
    hands.prescriber.done(written)
    hands.prescriber.get("/api/patients", q=hands.patients[0].name)
    post(hands, b'{"note": "half a body that is nobody\'s business')
    journal = hands.server.journal.getvalue()
    line = next(
        entry
        for entry in map(msgspec.json.decode, journal.splitlines())
        if entry.get("outcome") == "done"
    )
    assert line["route"] == "/api/prescriptions"
    assert line["member_id"] == str(hands.prescriber.session.member.id)
    assert line["status"] == 201
    assert line["request_id"]
    assert line["ms"] > 0
    for secret in (
        hands.patients[0].name,
        "business",
        hands.prescriber.access_token,
        "roshni-demo",
    ):
        assert secret not in journal
    assert not re.search(r"\+91\d{10}", journal)
