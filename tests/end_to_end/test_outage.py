"""The server is killed under two desks and comes back: nobody loses anything."""

from __future__ import annotations

import asyncio

import pytest

from clinicdesk.contract.commands import CancelPrescription, HandOver, PayOutRefund, SignAndSend
from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.contract.frames import Bye, CloseCode, Cursor
from clinicdesk.core.denial import Denied
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.outbox import PendingState
from tests.end_to_end.clinic import CLINIC, MAIN, MORPHINE, PATIENTS, a_line
from tests.end_to_end.desks import (
    Office,
    equals_a_fresh_snapshot,
    live,
    make_ready,
    sent,
    stands_at,
    submitted,
    write,
    write_and_sign,
)
from tests.end_to_end.marks import Marks
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.raw import Caller, Follower
from tests.end_to_end.server import ServerProcess
from tests.end_to_end.steps import STEPS, before, give
from tests.end_to_end.truth import Truth

AT_ONCE_S = 5.0
"""Far below the 25 s of silence after which a desk would notice by the clock."""


@pytest.fixture
def server(server_process: ServerProcess) -> ServerProcess:
    return server_process


async def test_desks_say_so_at_once_go_on_and_catch_up_without_a_snapshot(
    office: Office, server: ServerProcess, truth: Truth
) -> None:
    marks = Marks()
    tara, pia = await office.open("tara", marks), await office.open("pia", marks)
    waiting = await write_and_sign(tara)
    await until(lambda: pia.replica.items.of(waiting))
    await sent(tara)
    snapshots = marks.count("snapshot")

    await server.kill()
    await until(lambda: tara.link.status is LinkStatus.OFFLINE, AT_ONCE_S)
    await until(lambda: pia.link.status is LinkStatus.OFFLINE, AT_ONCE_S)
    assert tara.link.detail

    assert tara.search.patients("Tane Patient 2")[0].patient.id == PATIENTS[2]
    assert (await tara.search.medicines("parac"))[0].generic_name == "Paracetamol"
    written = await write_and_sign(tara, patient=PATIENTS[1])
    await make_ready(pia, waiting)
    shown = tara.replica.prescriptions.get(written)
    assert shown is not None
    assert shown.signed_at is not None
    await until(lambda: tara.outbox.pending(written) is PendingState.SAVED_HERE)
    assert (tara.outbox.unsent, pia.outbox.unsent) == (2, 2)

    await server.start()
    await live(tara)
    await live(pia)
    await sent(tara)
    await sent(pia)
    await until(lambda: written in pia.replica.prescriptions)
    await stands_at(tara, waiting, PrescriptionStatus.FULFILLED)

    assert marks.count("snapshot") == snapshots
    assert await truth.value("select count(*) from prescription") == 2
    assert await truth.value("select count(*) from payment") == 1
    for desk in (tara, pia):
        await equals_a_fresh_snapshot(desk)
        assert desk.outbox.entries() == []


async def test_what_must_not_wait_for_the_server_says_why(
    office: Office, server: ServerProcess
) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")
    controlled_draft = await write(tara, a_line(MORPHINE))
    controlled = await write_and_sign(tara, a_line(MORPHINE))
    paid = await write_and_sign(tara)
    owed = await write_and_sign(tara)
    for ready in (controlled, paid, owed):
        await make_ready(pia, ready)
        await stands_at(pia, ready, PrescriptionStatus.FULFILLED)
    submitted(await pia.dispensing.cancel(owed, "the patient left"))
    await stands_at(pia, owed, PrescriptionStatus.CANCELLED)
    await stands_at(tara, paid, PrescriptionStatus.FULFILLED)
    await until(lambda: len(pia.dispensing.refunds_owed(owed)) == 1)
    await sent(pia)

    await server.kill()
    await until(lambda: tara.link.status is LinkStatus.OFFLINE, AT_ONCE_S)
    await until(lambda: pia.link.status is LinkStatus.OFFLINE, AT_ONCE_S)

    (refund,) = pia.dispensing.refunds_owed(owed)
    refused = [
        await tara.prescribing.sign_and_send(controlled_draft, MAIN),
        await tara.prescribing.cancel(paid, "a mistake of mine"),
        await pia.dispensing.hand_over(controlled, "the patient"),
        await pia.dispensing.cancel(paid, "the patient left"),
        await pia.dispensing.pay_out_refund(owed, refund),
    ]
    for denied in refused:
        assert isinstance(denied, Denied)
        assert "needs the connection to the server" in denied.sentence
    assert tara.prescribing.can(SignAndSend, controlled_draft) is not None
    assert tara.prescribing.can(CancelPrescription, paid) is not None
    assert pia.dispensing.can(PayOutRefund, owed) is not None
    assert pia.dispensing.can(HandOver, paid) is None
    assert (tara.outbox.unsent, pia.outbox.unsent) == (0, 0)


@pytest.mark.parametrize("moment", ["before it heard of it", "after it was done"])
async def test_a_server_that_is_killed_at_any_step_of_the_job_loses_and_doubles_nothing(
    office: Office, server: ServerProcess, proxy: Proxy, truth: Truth, moment: str
) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")
    for step in STEPS:
        prescription_id = await before(step, tara, pia)
        await sent(tara)
        await sent(pia)
        if moment == "after it was done":
            proxy.lose_answers()
            op_id = await give(step, tara, pia, prescription_id)
            await until(lambda op=op_id: truth.times_done(op))
            await server.kill()
        else:
            await server.kill()
            await until(lambda: not (tara.link.reachable or pia.link.reachable), AT_ONCE_S)
            op_id = await give(step, tara, pia, prescription_id)

        proxy.resume()
        await server.start()
        await live(tara)
        await live(pia)
        await sent(tara)
        await sent(pia)

        assert await truth.times_done(op_id) == 1
    for desk in (tara, pia):
        await equals_a_fresh_snapshot(desk)
        await until(lambda desk=desk: desk.outbox.entries() == [])


async def test_a_server_that_stops_says_goodbye_and_its_desks_come_back_by_themselves(
    office: Office, server: ServerProcess, proxy: Proxy
) -> None:
    tara = await office.open("tara")
    caller = await Caller.sign_in(proxy.url, "ada")
    begun = (await caller.snapshot()).head
    cursor = Cursor(clinic=CLINIC, epoch=begun.epoch, seq=begun.seq, access=begun.access)

    async with Follower(caller, cursor) as follower:
        stopping = asyncio.create_task(server.stop())
        farewell = await follower.next_frame()
        code = await follower.closed()
    await caller.close()

    assert await stopping == 0
    assert farewell == Bye(code=CloseCode.RESTART, spread_ms=2000)
    assert code == CloseCode.RESTART
    await until(lambda: tara.link.status is not LinkStatus.LIVE, AT_ONCE_S)
    written = await write(tara)

    await server.start()
    await until(lambda: tara.link.status is LinkStatus.LIVE)  # nobody told it to hurry

    await sent(tara)
    await until(lambda: tara.replica.prescriptions.server_row(written) is not None)
