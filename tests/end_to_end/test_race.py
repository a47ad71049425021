"""Two people do the same thing at the same moment."""

from __future__ import annotations

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.contract.problems import IllegalState, Stale
from clinicdesk.core.outbox import PendingState
from tests.end_to_end.desks import (
    Office,
    equals_a_fresh_snapshot,
    make_ready,
    sent,
    stands_at,
    submitted,
    write_and_sign,
)
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.truth import Truth


async def test_of_two_pharmacists_who_hand_over_one_wins_and_the_other_is_told_who(
    office: Office, proxy: Proxy, truth: Truth
) -> None:
    tara, pia, paul = [await office.open(login) for login in ("tara", "pia", "paul")]
    prescription_id = await write_and_sign(tara)
    await make_ready(pia, prescription_id)
    for desk in (pia, paul):
        await stands_at(desk, prescription_id, PrescriptionStatus.FULFILLED)
        await sent(desk)
    proxy.hold()
    ops = [
        submitted(await desk.dispensing.hand_over(prescription_id, f"to {desk.member.name}"))
        for desk in (pia, paul)
    ]

    proxy.resume()
    await sent(pia)
    await sent(paul)

    assert sorted([await truth.times_done(op_id) for op_id in ops]) == [0, 1]
    winner, loser = (pia, paul) if await truth.times_done(ops[0]) else (paul, pia)
    assert winner.outbox.refused() == []
    (entry,) = loser.outbox.refused()
    assert isinstance(entry.refusal, Stale | IllegalState)
    assert entry.refusal.by == winner.member.name
    assert winner.member.name in entry.refusal.detail
    assert entry.refusal.state == PrescriptionStatus.COMPLETED
    assert loser.outbox.pending(prescription_id) is PendingState.REFUSED
    for desk in (pia, paul):
        await stands_at(desk, prescription_id, PrescriptionStatus.COMPLETED)
        shown = desk.replica.prescriptions.get(prescription_id)
        assert shown is not None
        assert shown.collected_by == f"to {winner.member.name}"
        await equals_a_fresh_snapshot(desk)


async def test_what_was_built_upon_a_refused_command_is_refused_as_well(
    office: Office, proxy: Proxy
) -> None:
    tara, pia, paul = [await office.open(login) for login in ("tara", "pia", "paul")]
    prescription_id = await write_and_sign(tara)
    for desk in (pia, paul):
        await stands_at(desk, prescription_id, PrescriptionStatus.DRAFT)
        await sent(desk)
    lines = [item.id for item in paul.replica.items.of(prescription_id)]
    proxy.hold()
    submitted(await paul.dispensing.take_payment(prescription_id))
    submitted(await paul.dispensing.fulfill(prescription_id, lines, hand_reason="no scanner here"))
    submitted(await pia.dispensing.cancel(prescription_id, "the patient left"))

    proxy.resume()
    await sent(pia)
    await sent(paul)

    refused = paul.outbox.refused() or pia.outbox.refused()
    assert len(refused) in (1, 2)
    assert all(isinstance(entry.refusal, Stale | IllegalState) for entry in refused)
    for desk in (tara, pia, paul):
        await equals_a_fresh_snapshot(desk)
