"""Light desks in numbers, on sessions that they share: what a server has to carry."""

from __future__ import annotations

import asyncio
import random
import resource
from collections.abc import Callable
from itertools import cycle
from typing import Final
from uuid import uuid4

import msgspec
from msgspec import Struct

from clinicdesk.contract.frames import Cursor, Ev, ScopeChanged
from tests.end_to_end.raw import Caller
from tests.faults.light_desk import LightDesk

SESSIONS: Final = 40
_OTHER_FILES: Final = 1000


class Seat(Struct, frozen=True):
    """A session, and where its member stands."""

    token: str
    cursor: Cursor


async def seats(url: str, logins: tuple[str, ...], sessions: int = SESSIONS) -> list[Seat]:
    """Sign in so often, each login in its turn; all stand at the present head."""
    found: list[Seat] = []
    for _, login in zip(range(sessions), cycle(logins), strict=False):
        caller = await Caller.sign_in(url, login)
        head = (await caller.snapshot()).head
        cursor = Cursor(clinic=head.clinic, epoch=head.epoch, seq=head.seq, access=head.access)
        found.append(Seat(caller.signed_in.access_token, cursor))
        await caller.close()
    return found


async def followers(
    port: int,
    taken: list[Seat],
    desks: int,
    seed: int,
    over_s: float,
    told: Callable[[Ev | ScopeChanged], None] | None = None,
) -> list[LightDesk]:
    """So many desks, started one after the other within `over_s` seconds."""
    make_room(desks)
    made = []
    for number, seat in zip(range(desks), cycle(taken), strict=False):
        chance = random.Random(f"{seed} follower {number}")
        # A struct of its own: the cursor of one is not that of another.
        cursor = msgspec.structs.replace(seat.cursor)
        desk = LightDesk(port, seat.token, uuid4(), cursor, chance, told)
        desk.start()
        made.append(desk)
        await asyncio.sleep(over_s / desks)
    return made


def make_room(sockets: int) -> None:
    """Let this process, and those it starts, have so many sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sockets + _OTHER_FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
