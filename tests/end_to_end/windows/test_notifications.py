"""What the notification daemon shows, and where its View leads."""

from __future__ import annotations

import pytest

from clinicdesk.contract.codes import prescription_code
from clinicdesk.demo.hands import Hands
from clinicdesk.demo.witness import Witness
from tests.end_to_end.windows.stage import Stage

pytestmark = pytest.mark.display


@pytest.mark.parametrize("minimised", [False, True], ids=["beside", "minimised"])
def test_view_on_the_pharmacists_notification_opens_the_prescription(
    stage: Stage, hands: Hands, witness: Witness, minimised: bool
) -> None:
    pharmacist, therapist = stage.pharmacist, stage.therapist
    if minimised:
        hands.minimise(pharmacist.desk.ask("window")["id"])
        pharmacist.desk.wait_until("the icon", lambda: pharmacist.desk.ask("window")["minimised"])
    therapist.turn_to()

    prescription = stage.clinic.colleagues.bring_to("signed").prescription
    pharmacist.desk.wait_until("the notification", lambda: witness.find(prescription.code))
    hands.press_view_on_notification()

    pharmacist.desk.wait_until("the prescription", lambda: pharmacist.shows(prescription.id))
    pharmacist.desk.wait_until("the front", lambda: pharmacist.desk.ask("window")["active"])
    assert not pharmacist.desk.ask("window")["minimised"]


def test_view_on_the_therapists_notification_opens_the_prescription(
    stage: Stage, hands: Hands, witness: Witness
) -> None:
    therapist = stage.therapist
    stage.pharmacist.turn_to()

    colleagues = stage.clinic.colleagues
    prescription = colleagues.bring_to("signed").prescription
    stage.pharmacist.desk.wait_until("theirs", lambda: witness.find(prescription.code))
    hands.clear_notifications()
    colleagues.pharmacist.done(colleagues.pay(prescription.id), prescription.version)
    therapist.desk.wait_until("the notification", lambda: witness.find(prescription.code, "aid"))
    hands.press_view_on_notification()

    therapist.desk.wait_until(
        "the prescription",
        lambda: prescription_code(prescription.id) in therapist.desk.text("prescription_code"),
    )


def test_a_notification_names_no_patient_and_no_medicine(stage: Stage, witness: Witness) -> None:
    there = stage.clinic.colleagues.bring_to("completed")
    patient = next(
        p for p in stage.clinic.colleagues.patients if p.id == there.prescription.patient_id
    )

    stage.therapist.desk.wait_until("it", lambda: witness.find(there.prescription.code, "anded"))

    texts = "\n".join(witness.find(there.prescription.code).texts)  # type: ignore[union-attr]
    secrets = (*patient.name.split(), patient.number, *(i.generic_name for i in there.items))
    assert [secret for secret in secrets if secret in texts] == []
