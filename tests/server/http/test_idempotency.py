"""A command takes effect once, however often it is sent."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import msgspec
import psycopg

from clinicdesk.contract.entities import Patient
from clinicdesk.contract.problems import (
    KeyMissing,
    KeyReused,
    NotFound,
    PreconditionMissing,
    Stale,
    StillRunning,
    Unavailable,
    decode_problem,
)
from clinicdesk.server.http.commands import REPLAYED_HEADER
from tests.running_server import Owner
from tests.server.http.hands import COLLEAGUE, Hands, done, rows, snapshot


def test_a_command_that_is_sent_again_is_answered_alike_and_does_nothing_twice(
    hands: Hands, owner: Owner
) -> None:
    written, op_id = hands.write(), uuid.uuid4()
    first = hands.prescriber.send(written, op_id=op_id)
    logged = owner("select count(*) from clinic_log")
    again = hands.prescriber.send(written, op_id=op_id)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert first.status_code == 201
    assert REPLAYED_HEADER not in first.headers
    assert again.headers[REPLAYED_HEADER] == "true"
    assert owner("select count(*) from clinic_log") == logged
    assert done(first.content).op_id == op_id


def test_a_lost_answer_is_got_by_sending_again_even_after_others_went_on(hands: Hands) -> None:
    signed = hands.bring_to("signed").prescription
    payment, op_id = hands.pay(signed.id), uuid.uuid4()
    lost = hands.pharmacist.send(payment, signed.version, op_id=op_id)
    hands.prescriber.done(hands.cancel(signed.id), done(lost.content).version)
    again = hands.pharmacist.send(payment, signed.version, op_id=op_id)
    assert again.content == lost.content


def test_a_refusal_is_remembered_too(hands: Hands) -> None:
    signed = hands.bring_to("signed").prescription
    op_id = uuid.uuid4()
    first = hands.pharmacist.send(hands.hand_over(signed.id), signed.version + 5, op_id=op_id)
    assert isinstance(decode_problem(first.content), Stale)
    hands.pharmacist.done(hands.pay(signed.id), signed.version)
    again = hands.pharmacist.send(hands.hand_over(signed.id), signed.version + 5, op_id=op_id)
    assert again.content == first.content
    assert again.headers[REPLAYED_HEADER] == "true"
    assert again.headers["content-type"] == "application/problem+json"


def test_the_same_identity_for_something_else_is_refused(hands: Hands) -> None:
    written, op_id = hands.write(), uuid.uuid4()
    hands.prescriber.send(written, op_id=op_id)
    other_body = hands.prescriber.send(hands.write(), op_id=op_id)
    other_route = hands.prescriber.send(hands.sign(written.prescription_id), 1, op_id=op_id)
    assert other_body.status_code == other_route.status_code == 422
    assert isinstance(decode_problem(other_body.content), KeyReused)
    assert isinstance(decode_problem(other_route.content), KeyReused)
    sign = uuid.uuid4()
    hands.prescriber.send(hands.sign(written.prescription_id), 1, op_id=sign)
    other_version = hands.prescriber.send(hands.sign(written.prescription_id), 2, op_id=sign)
    assert isinstance(decode_problem(other_version.content), KeyReused)


def test_the_same_identity_at_another_desk_is_another_command(hands: Hands) -> None:
    ready = hands.bring_to("fulfilled").prescription
    op_id = uuid.uuid4()
    command = hands.hand_over(ready.id)
    assert hands.pharmacist.send(command, ready.version, op_id=op_id).is_success
    colleague = hands.server.sign_in(COLLEAGUE)
    answer = colleague.send(command, ready.version, op_id=op_id)
    assert isinstance(decode_problem(answer.content), Stale)
    assert REPLAYED_HEADER not in answer.headers


def test_the_next_person_at_the_same_desk_does_not_get_the_answer_of_the_one_before(
    hands: Hands,
) -> None:
    ready = hands.bring_to("fulfilled").prescription
    op_id = uuid.uuid4()
    hands.pharmacist.send(hands.hand_over(ready.id), ready.version, op_id=op_id)
    desk = hands.pharmacist
    next_person = hands.server.sign_in(COLLEAGUE, device_id=desk.device_id, key=desk.key)
    answer = next_person.send(hands.hand_over(ready.id), ready.version, op_id=op_id)
    assert isinstance(decode_problem(answer.content), KeyReused)


def test_one_desk_in_two_clinics_has_an_identity_for_each(hands: Hands, owner: Owner) -> None:
    op_id = uuid.uuid4()
    assert hands.prescriber.send(hands.write(), op_id=op_id).is_success
    ((login,),) = owner(
        "select a.login from account a join member m on m.account_id = a.id "
        "join clinic c on c.clinic_id = m.clinic_id "
        "where c.name <> 'Roshni Clinic' and m.role = 'therapist' limit 1"
    )
    desk = hands.prescriber
    elsewhere = hands.server.sign_in(login, device_id=desk.device_id, key=desk.key)
    patient = msgspec.convert(rows(snapshot(elsewhere), "patient")[0], Patient)
    theirs = hands.write(patient_id=patient.id, pharmacy_id=None, items=[])
    answer = elsewhere.send(theirs, op_id=op_id)
    assert answer.status_code == 201, answer.text
    assert hands.look(theirs.prescription_id, elsewhere).prescription.patient_id == patient.id


def test_the_same_command_many_times_at_once_takes_effect_once(hands: Hands, owner: Owner) -> None:
    signed = hands.bring_to("signed").prescription
    payment, op_id = hands.pay(signed.id, amount=1), uuid.uuid4()
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: hands.pharmacist.send(payment, signed.version, op_id=op_id), range(24)
            )
        )
    effective = {answer.content for answer in answers if answer.is_success}
    assert len(effective) == 1
    for answer in answers:
        assert answer.is_success or isinstance(decode_problem(answer.content), StillRunning)
    assert owner("select count(*) from payment where id = %s", payment.payment_id) == [(1,)]


def test_a_command_that_is_still_being_carried_out_is_not_begun_again(hands: Hands) -> None:
    signed = hands.bring_to("signed").prescription
    payment, op_id = hands.pay(signed.id), uuid.uuid4()
    with psycopg.connect(hands.server.database_url) as somebody, ThreadPoolExecutor(1) as pool:
        somebody.execute("select from prescription where id = %s for update", [signed.id])
        waiting = pool.submit(hands.pharmacist.send, payment, signed.version, op_id=op_id)
        while not somebody.execute("select from pg_locks where not granted").fetchall():
            pass
        answer = hands.pharmacist.send(payment, signed.version, op_id=op_id)
        somebody.rollback()
        assert waiting.result().is_success
    assert isinstance(decode_problem(answer.content), StillRunning)
    assert hands.pharmacist.send(payment, signed.version, op_id=op_id).is_success


def test_a_clinic_whose_log_somebody_holds_leaves_the_server_to_the_others(
    hands: Hands, owner: Owner
) -> None:
    commands = [hands.write() for _ in range(14)]
    ((login,),) = owner(
        "select a.login from account a join member m on m.account_id = a.id "
        "join clinic c on c.clinic_id = m.clinic_id "
        "where c.name <> 'Roshni Clinic' and m.role = 'reception' limit 1"
    )
    elsewhere = hands.server.sign_in(login)
    with psycopg.connect(hands.server.database_url) as somebody, ThreadPoolExecutor(14) as pool:
        somebody.execute("select from clinic_head for update")
        waiting = [pool.submit(hands.prescriber.send, command) for command in commands]
        while len(somebody.execute("select from pg_locks where not granted").fetchall()) < 5:
            pass
        assert elsewhere.get("/api/prescriptions").is_success
        assert hands.pharmacist.get("/api/prescriptions").is_success
        held = waiting[0].result()
        assert isinstance(decode_problem(held.content), Unavailable)
        somebody.rollback()
        assert all(each.result().status_code in (201, 503) for each in waiting)
    assert hands.prescriber.send(commands[0]).status_code == 201


def test_a_command_without_an_identity_or_a_version_is_not_carried_out(hands: Hands) -> None:
    signed = hands.bring_to("signed").prescription
    bearer = {"Authorization": f"Bearer {hands.pharmacist.access_token}"}
    path, body = f"/api/prescriptions/{signed.id}/cancel", b'{"reason": "not needed"}'
    client = hands.server.client
    json = {**bearer, "Content-Type": "application/json"}
    no_key = client.post(path, content=body, headers=json)
    assert no_key.status_code == 400
    assert isinstance(decode_problem(no_key.content), KeyMissing)
    keyed = {**json, "Idempotency-Key": str(uuid.uuid4())}
    no_version = client.post(path, content=body, headers=keyed)
    assert no_version.status_code == 428
    assert isinstance(decode_problem(no_version.content), PreconditionMissing)
    for wrong in ("3", '"x"', "*", 'W/"1"', '"-1"', '"' + "9" * 40 + '"'):
        answer = client.post(path, content=body, headers={**keyed, "If-Match": wrong})
        assert answer.status_code == 422, wrong
    for wrong in ("x", "12345", "{}", "f" * 500):
        answer = client.post(path, content=body, headers={**json, "Idempotency-Key": wrong})
        assert answer.status_code == 422, wrong
        assert '"field":"Idempotency-Key"' in answer.text


def test_the_answer_names_the_log_at_which_a_desk_has_seen_it(hands: Hands, owner: Owner) -> None:
    outcome = hands.prescriber.done(hands.write())
    found = owner("select max(seq) from clinic_log where op_id = %s", outcome.op_id)
    assert found == [(outcome.seq,)]
    actor = owner(
        "select distinct actor_id, device_id from clinic_log where op_id = %s", outcome.op_id
    )
    assert actor == [(hands.prescriber.session.member.id, hands.prescriber.device_id)]


def test_a_database_that_goes_away_in_the_middle_leaves_a_command_that_can_be_sent_again(
    hands: Hands, owner: Owner
) -> None:
    written, op_id = hands.write(), uuid.uuid4()
    owner(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    answer = hands.prescriber.send(written, op_id=op_id)
    assert answer.status_code in (201, 503)
    again = hands.prescriber.send(written, op_id=op_id)
    assert again.status_code == 201
    assert msgspec.json.decode(again.content)["version"] == 1


def test_a_command_on_what_is_not_there_is_remembered_as_well(hands: Hands) -> None:
    command, op_id = hands.cancel(uuid.uuid4()), uuid.uuid4()
    for _ in range(2):
        answer = hands.prescriber.send(command, 1, op_id=op_id)
        assert isinstance(decode_problem(answer.content), NotFound)


def test_each_answer_names_the_history_of_the_log_that_it_is_given_in(
    hands: Hands, owner: Owner
) -> None:
    written, op_id = hands.write(), uuid.uuid4()
    first = done(hands.prescriber.send(written, op_id=op_id).content)
    assert first.epoch == snapshot(hands.prescriber).head.epoch
    owner(
        "update server_meta set value = (value::int + 1)::text where key = 'restores' returning 1"
    )
    again = done(hands.prescriber.send(written, op_id=op_id).content)
    assert again.epoch == snapshot(hands.prescriber).head.epoch != first.epoch
    assert (again.version, again.seq) == (first.version, first.seq)
