"""The cable cut and the server killed at each step of the job, under two real windows."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import pytest

from tests.desktop_session import wait_until
from tests.end_to_end.windows.stage import AFTER_A_RETURN_S, Stage

pytestmark = pytest.mark.display

STEPS: Final = {
    "save the draft": "DRAFT",
    "sign": "SIGNED",
    "take the payment": "PAID",
    "fulfil": "FULFILLED",
    "hand over": "COMPLETED",
}
"""What is done, and how the prescription stands after it."""
COMES_FROM: Final = {"take the payment": "signed", "fulfil": "paid", "hand over": "fulfilled"}
NOTE: Final = "Label in large letters, please"
BEGUN: Final = "azithro"


class Job:
    """One step of the job on the stage, up to where it is pressed."""

    def __init__(self, stage: Stage, step: str) -> None:
        self._stage = stage
        self._step = step
        self._therapist, self._pharmacist = stage.therapist, stage.pharmacist
        self._prescription: UUID | None = None
        self._typed: dict[str, str] = {}
        self._write()
        if step in COMES_FROM:
            there = stage.clinic.colleagues.bring_to(COMES_FROM[step])
            self._prescription = there.prescription.id
            self._pharmacist.open(self._prescription)
            if step == "take the payment":
                self._pharmacist.ask_for_payment("5000")
            elif step == "hand over":
                self._pharmacist.ask_who_collects()

    def press(self) -> UUID:
        """Do the step; the prescription that it is about."""
        worker = self._pharmacist if self._step in COMES_FROM else self._therapist
        worker.turn_to()
        match self._step:
            case "save the draft":
                pressed = self._therapist.save()
            case "sign":
                pressed = self._therapist.sign()
                self._typed = {}
            case "fulfil":
                pressed = self._pharmacist.fulfil()
            case _:
                pressed = self._pharmacist.confirm()
        return worker.submitted(pressed)

    def assert_nothing_typed_is_lost(self) -> None:
        desk = self._therapist.desk
        assert {field: desk.text(field) for field in self._typed} == self._typed

    def _write(self) -> None:
        """The therapist is in the middle of a prescription, whatever happens at the counter."""
        patient = self._stage.next_patient()
        self._therapist.find(patient.number, patient.name)
        self._therapist.begin()
        self._therapist.add_line("cetirizine 10")
        self._therapist.type_into("note_field", NOTE)
        self._typed = {"note_field": NOTE}
        if self._step != "sign":  # which waits until the line is finished
            self._therapist.type_into("medicine_search", BEGUN)
            self._typed["medicine_search"] = BEGUN


def assert_done_once(stage: Stage, step: str, prescription: UUID) -> None:
    clinic = stage.clinic
    assert clinic.state(prescription) == STEPS[step]
    assert set(clinic.doings(prescription)) == {1}
    paid = STEPS[step] in ("PAID", "FULFILLED", "COMPLETED")
    assert len(clinic.paid(prescription)) == (1 if paid else 0)


@pytest.mark.parametrize("step", STEPS)
def test_an_answer_that_the_cut_cable_swallows_loses_and_doubles_nothing(
    stage: Stage, step: str
) -> None:
    clinic = stage.clinic
    job = Job(stage, step)
    lost = clinic.lost

    clinic.lose_answers()
    prescription = job.press()
    wait_until(lambda: clinic.lost > lost)
    clinic.cut()

    stage.wait_offline()
    job.assert_nothing_typed_is_lost()
    clinic.resume()
    stage.wait_live(AFTER_A_RETURN_S)
    assert_done_once(stage, step, prescription)
    job.assert_nothing_typed_is_lost()


@pytest.mark.parametrize("step", STEPS)
def test_what_is_done_while_the_server_lies_killed_is_sent_once_it_is_back(
    stage: Stage, step: str
) -> None:
    clinic = stage.clinic
    job = Job(stage, step)

    clinic.kill()
    stage.wait_offline()
    prescription = job.press()
    stage.therapist.desk.wait_until(
        "a word of what waits", lambda: any(worker.has_unsent for worker in stage.workers)
    )
    job.assert_nothing_typed_is_lost()
    clinic.start()

    stage.wait_live(AFTER_A_RETURN_S)
    assert_done_once(stage, step, prescription)
    job.assert_nothing_typed_is_lost()
