"""Fan-out: one clinic's changes to 2,000 live sockets of four roles, beside floors and NATS.

The server is the program's own, on its own PostgreSQL: sessions, rights, views, window and
acknowledgements are what they are. Changes are committed rows, a thousand in one transaction where
the log is to be longer than what can be delivered at once, so that the speed of fan-out is measured
and not that of commits. The readers are one process in C.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import ExitStack
from statistics import median
from typing import Final

from msgspec import Struct

from bench import fanout_nats
from bench.fanout_desks import change, connected, greet, sign_in
from bench.fanout_drain import Drain, drain
from bench.fanout_floors import Floors, floors, frame_of
from bench.fanout_server import FanoutServer, fanout_server
from bench.figures import heading, line, machine
from bench.server_place import Place, Scale, filled_place


class Extent(Struct, frozen=True):
    """How much is measured."""

    desks: int = 2000
    rounds: int = 11
    frames: int = 40  # of one change each, in each round
    saturations: int = 3
    saturating: int = 2000  # changes committed at once
    nats_messages: int = 640
    steady_s: float = 6.0


QUICK: Final = Extent()
FULL: Final = Extent(rounds=25, saturations=5, saturating=4000, nats_messages=1600, steady_s=30.0)
_CLINIC: Final = Scale(patients=200, prescriptions=20, rounds=0, commands=0)
_PER_S: Final = 10
_STALLED: Final = 10
_SMALL_BUFFER: Final = 4096
"""Bytes that the network holds for a desk that does not read: the rest stays with the server."""
_WARM: Final = 50


def main() -> None:
    """Print the figures; `BENCH_SCALE=full` measures longer."""
    asyncio.run(_measure(FULL if os.environ.get("BENCH_SCALE") == "full" else QUICK))


async def _measure(extent: Extent) -> None:
    heading(f"Fan-out to {extent.desks:,} sockets of four roles ({machine()})")
    async with filled_place(_CLINIC) as place:
        with fanout_server(place) as server, ExitStack() as stack:
            reading = await _open_desks(place, server, extent, stack)
            low = stack.enter_context(floors(extent.desks, 2 * extent.rounds * extent.frames))
            size = await _one_by_one(place, server, reading, low, extent)
            with low.aside():
                await _steady(place, server, reading, extent, f"{_PER_S} changes a second")
                await _with_stalled_readers(place, server, reading, extent)
                ours = await _saturated(place, server, reading, extent)
    theirs = fanout_nats.changes_per_s(extent.desks, size, extent.nats_messages)
    if theirs is None:
        print("nats-server is not installed")
    else:
        print(f"nats-server over WebSocket, saturated                     {theirs / 1e3:8.0f} k/s")
        print(f"changes delivered, ours : NATS                            {ours / theirs:8.2f}")


async def _open_desks(
    place: Place, server: FanoutServer, extent: Extent, stack: ExitStack
) -> Drain:
    tokens = await sign_in(place, _WARM + extent.desks)
    warm = connected(server, _WARM)
    greet(warm, tokens[:_WARM])
    for one in warm:
        one.close()
    await asyncio.sleep(0.5)
    before = server.resident_kb()
    desks = connected(server, extent.desks)
    begun = time.perf_counter()
    greet(desks, tokens[_WARM:])
    print(f"all welcomed, having said hello at once                   "
          f"{time.perf_counter() - begun:8.1f} s")  # fmt: skip
    each = (server.resident_kb() - before) / extent.desks
    print(f"memory of the server without desks                        {before / 1e3:8.0f} MB")
    print(f"memory of the server for each socket                      {each:8.1f} kB")
    steady = int(extent.steady_s * _PER_S) * 2 + 100
    frames = extent.frames * extent.rounds + extent.saturating + steady
    return stack.enter_context(drain(desks, place.clinic_id, 2 * frames * extent.desks))


async def _one_by_one(
    place: Place, server: FanoutServer, reading: Drain, low: Floors, extent: Extent
) -> int:
    """One change per frame, of changes that wait in the log; the bytes of a frame."""
    server.say("singly")
    in_c, in_python, ours = [], [], []
    effort, least_effort = [], []
    size = 0
    for _ in range(extent.rounds):
        before = reading.counted()
        await change(place, extent.frames)
        cpu = server.cpu_s()
        with low.aside():
            server.say(f"hint {place.clinic_id}")
            after = reading.wait_for(changes=before.changes + extent.frames * extent.desks)
        effort.append((server.cpu_s() - cpu) / (extent.frames * extent.desks) * 1e6)
        size = (after.size - before.size) // (after.frames - before.frames)
        ours.append(reading.rate(before, after))
        wire = frame_of(place, size)
        with reading.paused():
            own = time.process_time()
            in_python.append(low.in_python(wire, extent.frames))
            own = time.process_time() - own
            least_effort.append(own / (extent.frames * extent.desks) * 1e6)
            in_c.append(low.in_c(wire, extent.frames))
    server.say("together")
    print(
        f"one change per frame ({size} bytes): ours                   {median(ours) / 1e3:8.0f} k/s"
    )
    for name, rates in (("pre-framed, Python", in_python), ("pre-framed, C", in_c)):
        ratios = [one / other for one, other in zip(ours, rates, strict=True)]
        print(f"  floor: {name:<40}         {median(rates) / 1e3:8.0f} k/s   ours is "
              f"{median(ratios):.2f} of it ({min(ratios):.2f} to {max(ratios):.2f})")  # fmt: skip
    print(f"  processor time for a frame: the server's {median(effort):.1f} us, "
          f"the floor's in Python {median(least_effort):.1f} us")  # fmt: skip
    return size


async def _saturated(place: Place, server: FanoutServer, reading: Drain, extent: Extent) -> float:
    rates = []
    for _ in range(extent.saturations):
        before = reading.counted()
        await change(place, extent.saturating)
        begun = time.time()
        server.say(f"hint {place.clinic_id}")
        after = reading.wait_for(changes=before.changes + extent.saturating * extent.desks)
        rates.append((after.changes - before.changes) / (after.last_at - begun))
    in_a_frame = (after.changes - before.changes) / (after.frames - before.frames)
    print(f"saturated, several changes in one frame                   "
          f"{median(rates) / 1e3:8.0f} k/s   {in_a_frame:.0f} in a frame")  # fmt: skip
    return median(rates)


async def _steady(
    place: Place, server: FanoutServer, reading: Drain, extent: Extent, what: str
) -> None:
    committed: dict[int, float] = {}
    before = reading.counted()
    changes = int(extent.steady_s * _PER_S)
    for number in range(changes):
        begun = time.perf_counter()
        seq = await change(place, 1)
        committed[seq] = time.time()
        server.say(f"hint {place.clinic_id}")
        if number < changes - 1:
            await asyncio.sleep(max(0.0, 1 / _PER_S - (time.perf_counter() - begun)))
    after = reading.wait_for(changes=before.changes + changes * extent.desks)
    late = [
        (at - committed[seq]) * 1e3
        for from_, to, at in reading.arrivals(before.records, after.records)
        for seq in range(from_ + 1, to + 1)
        if seq in committed
    ]
    print(line(f"{what}: commit to read", late))
    print(f"memory of the server                                      "
          f"{server.resident_kb() / 1e3:8.0f} MB")  # fmt: skip


async def _with_stalled_readers(
    place: Place, server: FanoutServer, reading: Drain, extent: Extent
) -> None:
    """Desks that take nothing: what they cost, and whether the others notice."""
    tokens = await sign_in(place, _STALLED)
    stalled = connected(server, _STALLED, _SMALL_BUFFER)
    greet(stalled, tokens)
    before = server.resident_kb()
    counted = reading.counted()
    await change(place, extent.saturating)
    server.say(f"hint {place.clinic_id}")
    reading.wait_for(changes=counted.changes + extent.saturating * extent.desks)
    each = (server.resident_kb() - before) / _STALLED
    print(f"memory for each of {_STALLED} desks that never read                 {each:8.0f} kB")
    await _steady(place, server, reading, extent, f"the same beside {_STALLED} that never read")
    for one in stalled:
        one.close()


if __name__ == "__main__":
    main()
