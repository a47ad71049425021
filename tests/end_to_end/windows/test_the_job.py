"""The whole job in two windows, as two people do it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import pytest

from clinicdesk.contract.codes import prescription_code
from clinicdesk.demo.verdict import check_outcome
from clinicdesk.demo.witness import Witness
from clinicdesk.demo.workers import Worker
from tests.end_to_end.windows.stage import Stage

pytestmark = pytest.mark.display


def shows(worker: Worker, of: str, prescription: UUID, word: str) -> bool:
    """Whether a list says this of a prescription."""
    row = worker.row(of, prescription_code(prescription))
    return row is not None and word in str(row["text"])


def test_a_prescription_goes_from_the_search_to_the_patients_hands_and_both_see_each_step(
    stage: Stage, witness: Witness
) -> None:
    therapist, pharmacist = stage.therapist, stage.pharmacist
    patient = stage.next_patient()

    def therapist_sees(word: str) -> None:
        therapist.desk.wait_until(
            word, partial(shows, therapist, "prescription_history", prescription, word)
        )

    def is_told(worker: Worker, since: int) -> None:
        code = prescription_code(prescription)
        worker.desk.wait_until("a notification", lambda: witness.find(code, since_ns=since))

    therapist.find(patient.number, patient.name)
    therapist.begin()
    therapist.add_line("cetirizine 10")
    therapist.add_line("paracetamol 500 mg tab")
    therapist.save()
    therapist.desk.wait_until(
        "the draft saved", lambda: "saved" in therapist.desk.text("kept_label")
    )
    signed = therapist.sign()
    prescription = therapist.submitted(signed)
    is_told(pharmacist, signed)
    therapist_sees("Unpaid")

    pharmacist.open(prescription)
    pharmacist.ask_for_payment("5000")
    paid = pharmacist.confirm()
    is_told(therapist, paid)
    therapist_sees("Paid")
    pharmacist.fulfil()
    therapist_sees("Ready")
    pharmacist.ask_who_collects()
    handed_over = pharmacist.confirm()
    is_told(therapist, handed_over)
    therapist_sees("Handed over")

    therapist.turn_to()
    therapist.begin()
    therapist.add_line("cetirizine 10")
    second = therapist.submitted(therapist.sign())
    pharmacist.open(second)
    therapist.cancel(second, "Written twice")
    pharmacist.desk.wait_until(
        "the cancellation", lambda: "Cancelled" in pharmacist.desk.text("prescription_status")
    )
    therapist.desk.wait_until("everything sent", lambda: therapist.is_live)

    check_outcome(stage.clinic.url, prescription, second)
    assert set(stage.clinic.doings(prescription)) == {1}
