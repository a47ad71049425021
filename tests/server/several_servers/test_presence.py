"""Who is present at one server is seen at the desks of another."""

from __future__ import annotations

import asyncio

import pytest

from clinicdesk.contract.frames import Signal, SignalKind, Signalled
from clinicdesk.contract.threads import thread_of
from tests.end_to_end.clinic import MAIN, an_id
from tests.end_to_end.raw import Follower
from tests.server.several_servers.fleet import Fleet, joined
from tests.server.several_servers.nats_process import NatsProcess
from tests.server.several_servers.visitors import Visitors, cursor_of

COUNTER = thread_of("pharmacy", MAIN)
PATIENCE_S = 20


@pytest.mark.parametrize("bus", ["notify", "nats"])
async def test_two_at_one_counter_see_each_other_across_servers(
    fleet: Fleet, visitors: Visitors, nats: NatsProcess, bus: str
) -> None:
    environment = {"CLINICDESK_NATS_URL": nats.url} if bus == "nats" else {}
    here, there = await fleet.start(2, **environment)
    await joined(fleet.servers, bus)
    pia, paul = await visitors.sign_in(here, "pia"), await visitors.sign_in(there, "paul")

    async with (
        Follower(pia, await cursor_of(pia)) as pias,
        Follower(paul, await cursor_of(paul)) as pauls,
    ):
        await pias.signal(Signal(thread=COUNTER, what=SignalKind.PRESENT))
        await pauls.signal(Signal(thread=COUNTER, what=SignalKind.PRESENT))

        for follower, other in ((pauls, "pia"), (pias, "paul")):
            seen = await asyncio.wait_for(_next_signal(follower), PATIENCE_S)
            assert (seen.thread, seen.by) == (COUNTER, an_id(f"member {other}"))
            assert seen.what is SignalKind.PRESENT

        await pias.signal(Signal(thread=COUNTER, what=SignalKind.GONE))
        seen = await asyncio.wait_for(_next_signal(pauls), PATIENCE_S)
        assert (seen.by, seen.what) == (an_id("member pia"), SignalKind.GONE)


async def _next_signal(follower: Follower) -> Signalled:
    while True:
        frame = await follower.next_frame()
        if isinstance(frame, Signalled):
            return frame
