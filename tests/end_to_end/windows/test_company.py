"""Two people at one prescription see each other in their windows."""

from __future__ import annotations

import pytest

from clinicdesk.contract.codes import prescription_code
from clinicdesk.demo.desks import PHARMACIST
from clinicdesk.demo.workers import Pharmacist, Worker
from tests.end_to_end.windows.stage import Opened, Stage, somebody

pytestmark = pytest.mark.display


def company(worker: Worker) -> str:
    """What stands behind the patient's name."""
    return worker.desk.text("company")


def test_prescriber_and_pharmacist_see_each_other_at_a_prescription(
    stage: Stage, opened: Opened
) -> None:
    therapist, pharmacist = stage.therapist, stage.pharmacist
    patient = stage.next_patient()
    therapist.find(patient.number, patient.name)
    therapist.begin()
    therapist.add_line("cetirizine 10")
    prescription = therapist.submitted(therapist.sign())
    pharmacist.open(prescription)
    assert company(pharmacist) == ""

    therapist.turn_to()
    therapist.show(prescription)
    pharmacist.desk.wait_until(
        "the prescriber", lambda: company(pharmacist) == "Also open: Dr Sunita Rao"
    )
    therapist.desk.wait_until(
        "the pharmacist", lambda: company(therapist) == "Also open: Vikram Patil"
    )

    pharmacist.turn_to()
    pharmacist.ask_for_payment("5000")
    therapist.desk.wait_until(
        "the writing", lambda: company(therapist) == "Vikram Patil is writing…"
    )

    other = Pharmacist(opened.open(somebody(PHARMACIST.login)), stage.hands)
    other.desk.wait_until("the live feed", lambda: other.is_live, 30.0)
    other.open(prescription)
    elsewhere = "you, on another computer"
    pharmacist.desk.wait_until("the other counter", lambda: elsewhere in company(pharmacist))
    code = prescription_code(prescription)

    def is_marked() -> bool:
        row = pharmacist.row("queue_list", code)
        return row is not None and elsewhere in str(row["text"])

    pharmacist.desk.wait_until("the mark in the queue", is_marked)

    other.desk.close()
    pharmacist.desk.wait_until("that it is gone", lambda: elsewhere not in company(pharmacist))
