"""A window that is killed: what was typed is offered again, what was done is sent."""

from __future__ import annotations

import pytest

from clinicdesk.demo.desks import PHARMACIST, THERAPIST
from clinicdesk.demo.hands import Hands
from clinicdesk.demo.workers import Pharmacist, Therapist
from tests.end_to_end.windows.backstage import Clinic
from tests.end_to_end.windows.stage import Opened, somebody

pytestmark = pytest.mark.display

NOTE = "Label in large letters, please"
BEGUN = "azithromycin five hundred"


def test_what_a_therapist_typed_is_offered_again_after_a_kill(
    clinic: Clinic, hands: Hands, opened: Opened
) -> None:
    person, patient = somebody(THERAPIST.login), clinic.colleagues.patients[-1]
    therapist = Therapist(opened.open(person), hands)
    therapist.desk.wait_until("the live feed", lambda: therapist.is_live)
    therapist.find(patient.number, patient.name)
    therapist.begin()
    therapist.add_line("cetirizine 10")
    therapist.add_line("paracetamol 500 mg tab")
    lines = [row["text"] for row in therapist.desk.rows("lines_table")]
    therapist.type_into("note_field", NOTE)
    therapist.type_into("medicine_search", BEGUN)
    therapist.desk.wait_until("it", lambda: therapist.desk.text("medicine_search") == BEGUN)
    therapist.desk.kill()

    therapist = Therapist(opened.open(person, invited=False), hands)

    desk = therapist.desk
    desk.wait_until("the editor", lambda: desk.text("note_field") == NOTE)
    assert patient.name in desk.text("patient_name")
    assert [row["text"] for row in desk.rows("lines_table")] == lines
    # The last quarter of a second of typing is all that a kill may take.
    offered = desk.text("medicine_search")
    assert BEGUN.startswith(offered)


def test_what_a_pharmacist_did_offline_is_sent_after_a_kill(
    clinic: Clinic, hands: Hands, opened: Opened
) -> None:
    person = somebody(PHARMACIST.login)
    prescription = clinic.colleagues.bring_to("paid").prescription.id
    pharmacist = Pharmacist(opened.open(person), hands)
    pharmacist.desk.wait_until("the live feed", lambda: pharmacist.is_live)
    pharmacist.open(prescription)
    clinic.cut()
    pharmacist.desk.wait_until("the word Offline", lambda: pharmacist.is_offline)
    pharmacist.fulfil()
    pharmacist.desk.wait_until("a word of what waits", lambda: pharmacist.has_unsent)
    pharmacist.desk.kill()
    assert clinic.state(prescription) == "PAID"

    pharmacist = Pharmacist(opened.open(person, invited=False), hands)
    pharmacist.desk.wait_until("what waits", lambda: pharmacist.has_unsent)
    clinic.resume()

    pharmacist.desk.wait_until("the live feed", lambda: pharmacist.is_live)
    assert clinic.state(prescription) == "FULFILLED"
    assert set(clinic.doings(prescription)) == {1}
