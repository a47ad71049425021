"""Two counters of one pharmacy reach for the same box."""

from __future__ import annotations

import asyncio
from uuid import UUID

from clinicdesk.contract.entities import ItemStatus
from clinicdesk.core.desk import Desk
from tests.end_to_end.clinic import MAIN, PARACETAMOL, PATIENTS
from tests.end_to_end.desks import Office, sent, submitted, write_and_sign
from tests.end_to_end.polling import until
from tests.end_to_end.shelves import in_database, stocked
from tests.end_to_end.truth import Truth


async def test_the_last_box_goes_to_one_and_the_other_is_told_why(
    office: Office, truth: Truth
) -> None:
    tara, pia, paul = [await office.open(login) for login in ("tara", "pia", "paul")]
    await stocked(pia, PARACETAMOL, packs=1)
    await until(lambda: paul.stock.on_hand(MAIN, PARACETAMOL) == 10)
    one = await write_and_sign(tara, patient=PATIENTS[0])
    other = await write_and_sign(tara, patient=PATIENTS[1])
    for desk, prescription_id in ((pia, one), (paul, other)):
        await until(lambda d=desk, p=prescription_id: d.replica.items.of(p))  # type: ignore[misc]
        submitted(await desk.dispensing.take_payment(prescription_id))
        await sent(desk)

    await asyncio.gather(check(pia, one), check(paul, other))
    await until(lambda: pia.outbox.unsent + paul.outbox.unsent == 0)
    refused = [*pia.outbox.refused(), *paul.outbox.refused()]
    assert len(refused) == 1
    refusal = refused[0].refusal
    assert refusal is not None
    assert "stock" in refusal.detail
    assert await in_database(truth, MAIN) == 0
    assert await truth.value("select min(on_hand) from batch") == 0
    prepared = await truth.value("select sum(prepared) from prescription_item")
    assert prepared == 10
    winner, loser = (pia, paul) if paul.outbox.refused() else (paul, pia)
    (held,) = winner.replica.items.of(one if winner is pia else other)
    assert held.status is ItemStatus.CHECKED
    await until(lambda: loser.stock.on_hand(MAIN, PARACETAMOL) == 0)


async def check(desk: Desk, prescription_id: UUID) -> None:
    (item,) = desk.replica.items.of(prescription_id)
    submitted(await desk.dispensing.check(prescription_id, item.id, PARACETAMOL))
