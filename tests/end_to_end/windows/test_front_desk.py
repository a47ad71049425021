"""The windows of reception and administration: everybody's name, nobody's medicines."""

from __future__ import annotations

import pytest

from clinicdesk.demo.hands import Hands
from clinicdesk.demo.workers import Therapist
from tests.end_to_end.windows.backstage import Clinic
from tests.end_to_end.windows.stage import Opened, somebody
from tests.server.http.hands import ADMIN, RECEPTION

pytestmark = pytest.mark.display


@pytest.mark.parametrize("login", [RECEPTION, ADMIN])
def test_a_window_that_is_not_clinical_shows_patients_and_no_clinical_text(
    clinic: Clinic, hands: Hands, opened: Opened, login: str
) -> None:
    name, number, medicines, substances = clinical_text_of_somebody(clinic)
    visitor = Therapist(opened.open(somebody(login)), hands)  # finds patients the same way
    desk = visitor.desk
    desk.wait_until("the live feed", lambda: visitor.is_live)

    visitor.find(number, name)

    desk.wait_until("the patient's page", lambda: desk.text("patient_name") == name)
    desk.wait_until("the prescriptions", lambda: desk.rows("prescription_history"))
    shown = "\n".join(desk.ask("texts")["texts"]).lower()
    assert number.lower() in shown
    clinical = {"allerg", *(text.lower() for text in (*medicines, *substances))}
    assert sorted(word for word in clinical if word in shown) == []


def clinical_text_of_somebody(clinic: Clinic) -> tuple[str, str, list[str], list[str]]:
    """Name, number, medicines and allergies of a patient who has some of each."""
    ((patient_id, name, number),) = clinic.ask(
        "select p.id, p.name, p.number from patient p "
        "join prescription_item i on i.patient_id = p.id and i.signed_at is not null "
        "join allergy a on a.patient_id = p.id "
        "join clinic c on c.clinic_id = p.clinic_id and c.name like 'Roshni%%' "
        "order by p.number limit 1"
    )
    medicines = clinic.ask(
        "select distinct generic_name from prescription_item where patient_id = %(id)s",
        id=patient_id,
    )
    substances = clinic.ask(
        "select distinct substance from allergy where patient_id = %(id)s", id=patient_id
    )
    return name, number, [row[0] for row in medicines], [row[0] for row in substances]
