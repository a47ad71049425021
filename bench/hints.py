"""Several servers on one database: how soon a desk at one hears of a commit at another.

By NOTIFY, by NATS, and by neither (the poll of heads, once a second). Then the rate of commits with
and without hints, in turns, so that whatever else the machine does falls on all of them alike.
Bounded: less than a minute.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from statistics import median
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.figures import heading, line, machine
from bench.http_calls import Calls
from bench.server_people import Prescriber, prescriber, sign_in
from bench.server_place import Place, Scale, filled_place, server_on
from clinicdesk.contract.access import access_digest, scopes_of
from clinicdesk.contract.entities import Role
from clinicdesk.contract.frames import Ack, Cursor, Ev, Hello, decode_server_frame, encode_frame
from clinicdesk.contract.session import LIVE
from clinicdesk.contract.version import SUBPROTOCOL
from clinicdesk.core.identity import new_id

SCALE: Final = Scale(patients=500, prescriptions=50, rounds=200, commands=0)
POLLED: Final = 20
"""Commits that are awaited without a bus: each takes half a second."""
CLIENTS: Final = 8
ROUNDS: Final = 10
ROUND_S: Final = 0.5
_PATIENCE_S: Final = 20.0


class Pair(Struct, frozen=True):
    """Two servers that tell each other in one way."""

    how: str
    here: str
    there: str


class Desk:
    """A socket that notes when each sequence number arrived, in epoch seconds.

    Attributes:
        reached: The last sequence number. frames, bytes: of the log, as they came.
    """

    def __init__(self, wire: ClientConnection, seq: int) -> None:
        self._wire = wire
        self._news = asyncio.Event()
        self.reached = seq
        self.frames = self.bytes = 0
        self.arrived: list[tuple[int, float]] = []

    async def follow(self) -> None:
        """Take frames until cancelled."""
        async for message in self._wire:
            now = time.time()
            frame = decode_server_frame(message)
            if isinstance(frame, Ev):
                self.reached = frame.to
                self.frames += 1
                self.bytes += len(message)
                self.arrived.append((frame.to, now))
                self._news.set()
                await self._wire.send(encode_frame(Ack(clinic=frame.clinic, to=frame.to)).decode())

    async def until(self, seq: int) -> None:
        """Wait for a sequence number."""
        async with asyncio.timeout(_PATIENCE_S):
            while self.reached < seq:
                self._news.clear()
                await self._news.wait()

    def when(self, seq: int) -> float:
        """When the frame came that reached it."""
        return next(at for to, at in self.arrived if to >= seq)


def main() -> None:
    """Print the figures."""
    asyncio.run(_measure())


async def _measure() -> None:
    heading(f"Two servers on one database ({machine()})")
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(filled_place(SCALE))
        ways: dict[str, dict[str, str]] = {
            "NOTIFY": {}, "no bus": {"CLINICDESK_NOTIFY_URL": "off"},
        }  # fmt: skip
        if (nats := stack.enter_context(_nats())) is None:
            print("nats-server is not installed; NATS is left out")
        else:
            ways["NATS"] = {"CLINICDESK_NATS_URL": nats}
        found = await asyncio.gather(
            *(_pair(stack, place, how, told) for how, told in ways.items())
        )
        pairs = {pair.how: pair for pair in found}
        # First the rates: where nobody has followed the clinic yet, a hint costs what a hint costs.
        await _rates(place, list(pairs.values()))
        for pair in pairs.values():
            await _delays(place, pair)


async def _pair(stack: AsyncExitStack, place: Place, how: str, told: dict[str, str]) -> Pair:
    here, there = [
        await asyncio.to_thread(stack.enter_context, server_on(place, **told)) for _ in range(2)
    ]
    return Pair(how, here, there)


async def _delays(place: Place, pair: Pair) -> None:
    """One commit at a time."""
    count = POLLED if pair.how == "no bus" else SCALE.rounds
    async with (
        _writers(place, pair.here, 1) as (writer,),
        desk_at(place, pair.there, Role.THERAPIST) as desk,
    ):
        seqs = []
        for _ in range(count):
            seqs.append((await writer.write(new_id())).seq)
            await desk.until(seqs[-1])
            if pair.how == "no bus":
                await asyncio.sleep(random.uniform(0.0, 0.3))  # else each falls just after a poll
        committed = await _commit_times(place, seqs)
        late = [(desk.when(seq) - committed[seq]) * 1e3 for seq in seqs]
    print(line(f"{pair.how}: commit at one server to frame at the other's desk", late), flush=True)


async def _rates(place: Place, pairs: list[Pair]) -> None:
    rates: dict[str, list[float]] = {pair.how: [] for pair in pairs}
    async with AsyncExitStack() as stack:
        people = {
            pair.how: await stack.enter_async_context(_writers(place, pair.here, CLIENTS))
            for pair in pairs
        }
        for _ in range(ROUNDS):
            for pair in random.sample(pairs, len(pairs)):
                rates[pair.how].append(await _rate(pair.here, people[pair.how]))
    for how, found in rates.items():
        ratios = [rate / silent for rate, silent in zip(found, rates["no bus"], strict=True)]
        print(
            f"commits per second, {CLIENTS} clients, {how:<8}{median(found):8,.0f}"
            f"   {median(ratios):.2f} of the same round's without a bus   n={len(found)}",
            flush=True,
        )


async def _rate(server: str, writers: list[Prescriber]) -> float:
    """Commits per second at the server."""
    done = 0

    async def write(writer: Prescriber) -> None:
        nonlocal done
        # A connection of its own: an idle one is closed by the server after some seconds.
        calls = await Calls.connect(server)
        calls.token = writer.calls.token
        connected = replace(writer, calls=calls)
        while time.perf_counter() < end:
            await connected.write(new_id())
            done += 1
        await calls.close()

    begun = time.perf_counter()
    end = begun + ROUND_S
    await asyncio.gather(*(write(writer) for writer in writers))
    return done / (time.perf_counter() - begun)


@asynccontextmanager
async def _writers(place: Place, server: str, count: int) -> AsyncIterator[list[Prescriber]]:
    writers = [await prescriber(place, server, number) for number in range(count)]
    try:
        yield writers
    finally:
        for writer in writers:
            await writer.calls.close()


@asynccontextmanager
async def desk_at(place: Place, server: str, role: Role) -> AsyncIterator[Desk]:
    """A socket that follows the clinic from now on."""
    calls = await Calls.connect(server)
    signed_in = await sign_in(calls, place.logins[role])
    await calls.close()
    async with place.database.as_owner() as tx:
        seq = await tx.value(
            "select seq from clinic_head where clinic_id = %(clinic)s", {"clinic": place.clinic_id}
        )
    cursor = Cursor(
        clinic=place.clinic_id, epoch=await place.database.epoch(), seq=seq,
        access=access_digest(scopes_of(signed_in.member)),
    )  # fmt: skip
    url = server.replace("http", "ws", 1) + LIVE
    async with connect(url, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None) as wire:
        hello = Hello(
            token=signed_in.access_token, device_id=signed_in.session_id, cursors=[cursor]
        )
        await wire.send(encode_frame(hello).decode())
        desk = Desk(wire, seq)
        following = asyncio.create_task(desk.follow())
        try:
            yield desk
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def _commit_times(place: Place, seqs: list[int]) -> dict[int, float]:
    async with place.database.as_owner() as tx:
        rows = await tx.all(
            "select seq, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 "
            "from clinic_log where clinic_id = %(clinic)s and seq = any(%(seqs)s)",
            {"clinic": place.clinic_id, "seqs": seqs},
        )
    return dict(rows)


@contextmanager
def _nats() -> Iterator[str | None]:
    """A NATS server of our own; None where there is none on this machine."""
    program = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
    if program is None:
        yield None
        return
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [program, "-a", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL
    )
    try:
        yield f"nats://127.0.0.1:{port}"  # the servers try until it answers
    finally:
        process.terminate()
        process.wait()
