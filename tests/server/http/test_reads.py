"""What a desk asks for: its working set, lists, search, the formulary, the server's own state."""

from __future__ import annotations

import uuid
from urllib.parse import quote

import msgspec
import pytest

from clinicdesk.contract.problems import InvalidField, NotFound, decode_problem
from clinicdesk.contract.reading import PrescriptionDetail, PrescriptionPage
from clinicdesk.contract.snapshot import MedicinePage
from clinicdesk.server.http.reads import PatientsFound
from tests.running_server import Desk, Owner, RunningServer
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


def test_a_list_of_prescriptions_goes_on_page_by_page_without_gap_or_doubling(
    hands: Hands, owner: Owner
) -> None:
    desk = hands.server.sign_in(ADMIN)
    clinic = desk.session.member.clinic_id
    everything = {
        str(found) for (found,) in owner("select id from prescription where clinic_id = %s", clinic)
    }
    seen: list[str] = []
    times = []
    after: dict[str, str] = {}
    while True:
        answer = desk.get("/api/prescriptions", limit=7, **after)
        page = msgspec.json.decode(answer.content, type=PrescriptionPage)
        seen += [str(found.id) for found in page.prescriptions]
        times += [found.created_at for found in page.prescriptions]
        if page.next_after is None:
            break
        after = {"after": page.next_after}
    assert len(seen) == len(set(seen))
    assert set(seen) == everything
    assert times == sorted(times, reverse=True)


def test_a_list_by_status_has_that_status_alone(hands: Hands) -> None:
    hands.bring_to("paid")
    answer = hands.pharmacist.get("/api/prescriptions", status="PAID")
    page = msgspec.json.decode(answer.content, type=PrescriptionPage)
    assert {found.status for found in page.prescriptions} == {"PAID"}


def test_a_list_of_one_patient_has_theirs_alone_also_what_was_settled_long_ago(
    hands: Hands, owner: Owner
) -> None:
    done = hands.bring_to("completed").prescription
    age(owner, done.id)
    answer = hands.prescriber.get("/api/prescriptions", patient_id=str(done.patient_id))
    page = msgspec.json.decode(answer.content, type=PrescriptionPage)
    assert done.id in {found.id for found in page.prescriptions}
    assert {found.patient_id for found in page.prescriptions} == {done.patient_id}
    assert str(done.id) not in {
        row["id"] for row in rows(snapshot(hands.prescriber), "prescription")
    }


def test_the_front_desk_sees_that_there_is_a_prescription_and_no_clinical_text(
    hands: Hands,
) -> None:
    signed = hands.bring_to("signed").prescription
    reception = hands.server.sign_in(RECEPTION)
    seen = hands.look(signed.id, reception)
    assert seen.prescription.code == signed.code
    assert seen.prescription.note is None
    assert seen.items == []
    listed = msgspec.json.decode(reception.get("/api/prescriptions").content, type=PrescriptionPage)
    assert {found.note for found in listed.prescriptions} == {None}
    assert hands.look(signed.id, hands.pharmacist).prescription.note == "a note"


def test_patients_are_found_by_what_is_typed_and_only_by_those_who_may_see_them(
    hands: Hands,
) -> None:
    patient = hands.patients[0]

    def found(desk: object, typed: str) -> set[uuid.UUID]:
        answer = desk.get("/api/patients", q=typed)  # type: ignore[attr-defined]
        page = msgspec.json.decode(answer.content, type=PatientsFound)
        return {one.id for one in page.patients}

    for typed in (patient.name, patient.number, patient.birth_date.isoformat()):
        assert patient.id in found(hands.prescriber, typed), typed
    stranger = hands.server.sign_in(OTHER_PHARMACIST)
    theirs = {row["id"] for row in rows(snapshot(stranger), "patient")}
    assert {str(one) for one in found(stranger, patient.name)} <= theirs


def test_the_formulary_comes_in_pages_and_then_only_what_changed(
    hands: Hands, owner: Owner
) -> None:
    formulary_id, revision = hands.formulary["id"], hands.formulary["revision"]
    assert len(hands.medicines) == hands.formulary["medicine_count"]
    path = f"/api/formularies/{formulary_id}/medicines"

    def page(after: str) -> MedicinePage:
        answer = hands.prescriber.get(path, after=after)
        return msgspec.json.decode(answer.content, type=MedicinePage)

    assert page(str(revision)).medicines == []
    changed = hands.medicines[5]
    owner("update formulary set revision = revision + 1 where id = %s", formulary_id)
    owner("update medicine set price_minor = 1, revision = revision + 1 where id = %s", changed.id)
    newer = page(str(revision))
    assert [medicine.id for medicine in newer.medicines] == [changed.id]
    assert newer.revision == revision + 1
    assert newer.next_after is None


def test_another_clinic_s_formulary_is_not_there(hands: Hands, owner: Owner) -> None:
    other = owner("select id from formulary where id <> %s", uuid.UUID(hands.formulary["id"]))
    answer = hands.prescriber.get(f"/api/formularies/{other[0][0]}/medicines")
    assert isinstance(decode_problem(answer.content), NotFound)


def test_the_server_says_how_it_is_without_a_token(server: RunningServer) -> None:
    assert server.client.get("/healthz").text == "alive\n"
    assert server.client.get("/readyz").text == "ready\n"
    server.sign_in(PRESCRIBER)
    measured = server.client.get("/metrics").text
    assert 'clinicdesk_request_seconds_count{method="POST",route="/api/session"' in measured


def test_the_openapi_document_describes_every_command(server: RunningServer) -> None:
    document = server.client.get("/schema").json()
    assert document["openapi"].startswith("3.1")
    fulfil = document["paths"]["/api/prescriptions/{prescription_id}/fulfill"]["post"]
    names = {parameter["name"] for parameter in fulfil["parameters"]}
    assert {"prescription_id", "Idempotency-Key", "If-Match"} <= names
    reference = fulfil["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    body = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert set(body["properties"]) == {"item_ids", "bin", "hand_reason", "overrides"}
    assert body["required"] == ["item_ids"]
    assert "412" in fulfil["responses"]


def by_code(desk: Desk, code: str) -> tuple[int, bytes]:
    answer = desk.get(f"/api/prescriptions/by-code/{quote(code, safe='')}")
    return answer.status_code, answer.content


def test_a_whole_code_finds_its_prescription_with_all_that_hangs_on_it(hands: Hands) -> None:
    done = hands.bring_to("completed")
    code = done.prescription.code
    for typed in (code, code.lower(), f" rx {code[3:]}", code.replace("1", "I").replace("0", "o")):
        status, content = by_code(hands.pharmacist, typed)
        assert status == 200
        assert msgspec.json.decode(content, type=PrescriptionDetail) == hands.look(
            done.prescription.id, hands.pharmacist
        )


def test_a_code_that_is_not_theirs_is_as_one_that_there_is_not(hands: Hands) -> None:
    code = hands.bring_to("completed").prescription.code
    draft = hands.bring_to("draft").prescription.code
    for login, asked in ((OTHER_PHARMACIST, code), (PHARMACIST, draft), (PHARMACIST, "RX-00000")):
        status, content = by_code(hands.server.sign_in(login), asked)
        problem = decode_problem(content)
        assert status == 404
        assert isinstance(problem, NotFound)
        assert problem.detail == (
            f"There is no prescription with the code {asked} that you may see. Compare its "
            "letters with the print, or find it by the patient."
        )


@pytest.mark.parametrize(
    "code",
    [
        "7F3K2",
        "RX-7F3",
        "RX-7F3K2 or",
        "PO-7F3K2",
        "RX-7F%K2",
        "RX-\0\0\0\0\0",
        "x" * 3000,
        "RX-७F3K2",
    ],
)
def test_what_is_no_code_is_refused_as_that(hands: Hands, code: str) -> None:
    status, content = by_code(hands.pharmacist, code)
    problem = decode_problem(content)
    assert status == 422, content
    assert isinstance(problem, InvalidField)
    assert problem.field == "code"
    assert "RX" in problem.detail
