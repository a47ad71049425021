"""Signing in, refreshing, signing out."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clinicdesk.contract.problems import (
    InvalidField,
    NotAllowed,
    SessionExpired,
    TooManyAttempts,
    WrongCredentials,
    decode_problem,
)
from clinicdesk.contract.session import REFRESH, SERVER_CARD, SESSION, SNAPSHOT, ServerCard
from clinicdesk.server.domain.staff.attempts import PER_ACCOUNT, PER_ACCOUNT_ANYWHERE
from tests.running_server import JSON, Owner, RunningServer, sign_in_request, unpadded


def attempt(
    server: RunningServer, login: str, password: str, *, address: str = "", **changes: object
) -> bytes:
    request = sign_in_request(login, password, uuid.uuid4(), Ed25519PrivateKey.generate())
    request = msgspec.structs.replace(request, **changes)
    # As the proxy on the server's own machine says it.
    headers = {**JSON, **({"X-Forwarded-For": address} if address else {})}
    content = msgspec.json.encode(request)
    return server.client.post(SESSION, content=content, headers=headers).content


def test_anybody_may_read_the_server_s_card(server: RunningServer) -> None:
    card = msgspec.json.decode(server.client.get(SERVER_CARD).content, type=ServerCard)
    assert card.protocol == 1
    assert abs(datetime.now(UTC) - card.server_time) < timedelta(minutes=1)


def test_signing_in_tells_who_one_is_and_where(server: RunningServer) -> None:
    session = server.sign_in("sunita.rao").session
    assert session.member.name == "Dr Sunita Rao"
    assert session.clinic.name == "Roshni Clinic"
    assert [choice.name for choice in session.clinics] == ["Roshni Clinic"]


def test_a_login_is_taken_whatever_its_case(server: RunningServer) -> None:
    assert server.sign_in("  Sunita.RAO ").session.member.name == "Dr Sunita Rao"


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(server: RunningServer) -> None:
    wrong = decode_problem(attempt(server, "sunita.rao", "not this one"))
    unknown = decode_problem(attempt(server, "nobody.at.all", "not this one"))
    assert isinstance(wrong, WrongCredentials)
    assert wrong == unknown


@pytest.mark.parametrize("login", ["sunita.rao", "nobody.at.all"])
def test_guessing_is_stopped_for_known_and_unknown_logins(
    server: RunningServer, login: str
) -> None:
    answers = [decode_problem(attempt(server, login, "guess")) for _ in range(PER_ACCOUNT + 1)]
    assert all(isinstance(answer, WrongCredentials) for answer in answers[:-1])
    assert isinstance(answers[-1], TooManyAttempts)
    assert 0 < answers[-1].retry_after_s <= 900
    # Not even the right password helps then, and others are not kept out.
    assert isinstance(decode_problem(attempt(server, login, "roshni-demo")), TooManyAttempts)
    assert server.sign_in("vikram.patil").session.member.name == "Vikram Patil"


def test_guessing_elsewhere_does_not_keep_a_person_out_of_their_clinic(
    server: RunningServer,
) -> None:
    for n in range(PER_ACCOUNT + 1):
        answer = decode_problem(attempt(server, "sunita.rao", "guess", address="203.0.113.7"))
        assert isinstance(answer, WrongCredentials if n < PER_ACCOUNT else TooManyAttempts)
    assert server.sign_in("sunita.rao").session.member.name == "Dr Sunita Rao"


def test_guessing_from_many_addresses_is_stopped_too(server: RunningServer) -> None:
    for n in range(PER_ACCOUNT_ANYWHERE):
        answer = decode_problem(attempt(server, "sunita.rao", "guess", address=f"203.0.113.{n}"))
        assert isinstance(answer, WrongCredentials)
    last = attempt(server, "sunita.rao", "roshni-demo", address="198.51.100.1")
    assert isinstance(decode_problem(last), TooManyAttempts)


def test_the_right_password_forgives_the_slips_before_it(server: RunningServer) -> None:
    for _ in range(2):
        for _ in range(PER_ACCOUNT - 1):
            attempt(server, "sunita.rao", "slip")
        server.sign_in("sunita.rao")


def test_a_clinic_that_is_not_theirs_cannot_be_chosen(server: RunningServer) -> None:
    problem = decode_problem(attempt(server, "sunita.rao", "roshni-demo", clinic_id=uuid.uuid4()))
    assert isinstance(problem, InvalidField)
    assert problem.field == "clinic_id"


def test_an_account_without_a_clinic_is_told_so(server: RunningServer, owner: Owner) -> None:
    owner("update member set active = false where name = 'Dr Sunita Rao'")
    assert isinstance(decode_problem(attempt(server, "sunita.rao", "roshni-demo")), NotAllowed)


def test_a_disabled_account_is_refused_like_a_wrong_password(
    server: RunningServer, owner: Owner
) -> None:
    owner("update account set disabled_at = now() where login = 'sunita.rao'")
    problem = decode_problem(attempt(server, "sunita.rao", "roshni-demo"))
    assert isinstance(problem, WrongCredentials)


def test_a_device_key_that_is_none_is_refused(server: RunningServer) -> None:
    problem = decode_problem(attempt(server, "sunita.rao", "roshni-demo", device_key="*" * 43))
    assert isinstance(problem, InvalidField)
    assert problem.field == "device_key"


def test_another_s_device_cannot_be_taken_over_with_a_new_key(server: RunningServer) -> None:
    theirs = server.sign_in("vikram.patil").device_id
    problem = decode_problem(attempt(server, "sunita.rao", "roshni-demo", device_id=theirs))
    assert isinstance(problem, InvalidField)
    assert problem.field == "device_id"


def test_two_people_may_share_a_desk(server: RunningServer) -> None:
    first = server.sign_in("sunita.rao")
    second = server.sign_in("vikram.patil", device_id=first.device_id, key=first.key)
    assert first.refresh().status_code == 200
    assert second.refresh().status_code == 200


def test_a_refreshed_session_goes_on(server: RunningServer) -> None:
    desk = server.sign_in("sunita.rao")
    before = desk.refresh_token
    assert desk.refresh().status_code == 200
    assert desk.refresh_token != before
    assert desk.get(SNAPSHOT).status_code == 200


def test_a_lost_answer_to_a_refresh_logs_nobody_out(server: RunningServer) -> None:
    desk = server.sign_in("sunita.rao")
    lost = desk.refresh_token
    assert desk.refresh().status_code == 200  # the answer that never arrived
    assert desk.refresh(lost).status_code == 200
    assert desk.refresh().status_code == 200
    assert desk.get(SNAPSHOT).status_code == 200


def test_a_token_that_was_used_again_ends_the_session_for_everybody(
    server: RunningServer,
) -> None:
    desk = server.sign_in("sunita.rao")
    copied = desk.refresh_token
    assert desk.refresh().status_code == 200
    assert desk.refresh().status_code == 200  # its successor has been used now
    current = desk.refresh_token
    assert isinstance(decode_problem(desk.refresh(copied).content), SessionExpired)
    assert isinstance(decode_problem(desk.refresh(current).content), SessionExpired)


def test_a_token_without_the_desk_s_key_is_worth_nothing_and_ends_the_session(
    server: RunningServer,
) -> None:
    desk = server.sign_in("sunita.rao")
    thief = unpadded(Ed25519PrivateKey.generate().sign(b"anything"))
    stolen = desk.refresh_token
    assert isinstance(decode_problem(desk.refresh(signature=thief).content), SessionExpired)
    assert isinstance(decode_problem(desk.refresh(stolen).content), SessionExpired)


def test_an_old_signature_is_not_taken(server: RunningServer) -> None:
    desk = server.sign_in("sunita.rao")
    hours_ago = datetime.now(UTC) - timedelta(hours=2)
    problem = decode_problem(desk.refresh(signed_at=hours_ago).content)
    assert isinstance(problem, InvalidField)
    assert problem.field == "signed_at"
    assert desk.refresh().status_code == 200


def test_an_unknown_token_is_a_session_that_has_ended(server: RunningServer) -> None:
    desk = server.sign_in("sunita.rao")
    assert isinstance(decode_problem(desk.refresh("x" * 43).content), SessionExpired)


def test_signing_out_ends_both_tokens_at_once(server: RunningServer) -> None:
    desk = server.sign_in("sunita.rao")
    bearer = {"Authorization": f"Bearer {desk.access_token}"}
    assert server.client.delete(SESSION, headers=bearer).status_code == 204
    assert isinstance(decode_problem(desk.get(SNAPSHOT).content), SessionExpired)
    assert isinstance(decode_problem(desk.refresh().content), SessionExpired)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer x.y.z", "Basic c3VuaXRhOnJhbw==", "Bearer " + "x" * 5000],
)
def test_a_call_without_a_good_access_token_is_asked_to_sign_in(
    server: RunningServer, authorization: str
) -> None:
    answer = server.client.get(SNAPSHOT, headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert isinstance(decode_problem(answer.content), SessionExpired)


def test_the_refresh_request_itself_is_checked(server: RunningServer) -> None:
    answer = server.client.post(REFRESH, content=b'{"refresh_token": 5}', headers=JSON)
    assert answer.status_code == 422
