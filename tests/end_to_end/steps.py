"""The job in five steps, each to be tried on its own."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.core.desk import Desk
from clinicdesk.core.identity import new_id
from tests.end_to_end.clinic import MAIN, PATIENTS, a_line
from tests.end_to_end.desks import (
    make_ready,
    stands_at,
    submitted,
    write,
    write_and_sign,
)
from tests.end_to_end.polling import until

STEPS: Final = ("write", "sign", "pay", "fulfil", "hand over")


async def before(step: str, tara: Desk, pia: Desk) -> UUID:
    """Bring a prescription to where `step` comes next; its identifier, or the one to write."""
    if step == "write":
        return new_id()
    if step == "sign":
        return await write(tara)
    prescription_id = await write_and_sign(tara)
    await until(lambda: pia.replica.items.of(prescription_id))
    if step == "fulfil":
        submitted(await pia.dispensing.take_payment(prescription_id))
        await stands_at(pia, prescription_id, PrescriptionStatus.PAID)
    if step == "hand over":
        await make_ready(pia, prescription_id)
        await stands_at(pia, prescription_id, PrescriptionStatus.FULFILLED)
    return prescription_id


async def give(step: str, tara: Desk, pia: Desk, prescription_id: UUID) -> UUID:
    """Do the step; the op_id of its command."""
    lines = [item.id for item in pia.replica.items.of(prescription_id)]
    match step:
        case "write":
            outcome = await tara.prescribing.write_draft(
                PATIENTS[0], [a_line()], prescription_id=prescription_id
            )
        case "sign":
            outcome = await tara.prescribing.sign_and_send(prescription_id, MAIN)
        case "pay":
            outcome = await pia.dispensing.take_payment(prescription_id)
        case "fulfil":
            outcome = await pia.dispensing.fulfill(
                prescription_id, lines, hand_reason="no scanner here"
            )
        case _:
            outcome = await pia.dispensing.hand_over(prescription_id, "the patient")
    return submitted(outcome)


def is_next(step: str, desk: Desk, prescription_id: UUID) -> bool:
    """Whether this desk has seen what has to come before the step."""
    prescription = desk.replica.prescriptions.server_row(prescription_id)
    if step == "write":
        return True
    if prescription is None or not desk.replica.items.of(prescription_id):
        return False
    wanted = {
        "sign": PrescriptionStatus.DRAFT,
        "pay": PrescriptionStatus.DRAFT,
        "fulfil": PrescriptionStatus.PAID,
        "hand over": PrescriptionStatus.FULFILLED,
    }
    return prescription.status is wanted[step]
