"""The job from desk to desk, and what each desk sees of it."""

from __future__ import annotations

from clinicdesk.contract.entities import PrescriptionStatus
from tests.end_to_end.clinic import AMOXICILLIN, STAFF, a_line
from tests.end_to_end.desks import (
    Office,
    equals_a_fresh_snapshot,
    make_ready,
    stands_at,
    submitted,
    write_and_sign,
)


async def test_a_prescription_goes_from_desk_to_desk_until_it_is_handed_over(
    office: Office,
) -> None:
    desks = {login: await office.open(login) for login in STAFF}
    tara, pia = desks["tara"], desks["pia"]

    prescription_id = await write_and_sign(tara, a_line(), a_line(AMOXICILLIN))
    await make_ready(pia, prescription_id)
    await stands_at(pia, prescription_id, PrescriptionStatus.FULFILLED)
    submitted(await pia.dispensing.hand_over(prescription_id, "her daughter"))

    for login in ("tara", "pia", "paul", "ada", "rita"):
        await stands_at(desks[login], prescription_id, PrescriptionStatus.COMPLETED)
    for login in ("tom", "quin"):
        assert prescription_id not in desks[login].replica.prescriptions
    for desk in desks.values():
        await equals_a_fresh_snapshot(desk)
        assert desk.outbox.entries() == []


async def test_the_prescriber_hears_of_each_step_and_the_pharmacist_of_the_prescription(
    office: Office,
) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")

    prescription_id = await write_and_sign(tara)
    await make_ready(pia, prescription_id)
    await stands_at(tara, prescription_id, PrescriptionStatus.FULFILLED)

    assert [notice.kind for notice in pia.notices.all()] == ["prescription_arrived"]
    assert {notice.kind for notice in tara.notices.all()} == {
        "prescription_paid",
        "prescription_fulfilled",
    }
