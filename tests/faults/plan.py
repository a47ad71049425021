"""Which troubles come, to whom and when: drawn from a seed, so that a run can be asked for again.

The programs' own timing is not drawn, so another run of one seed meets other moments of theirs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct


class Kind(StrEnum):
    """A trouble."""

    CUT = "connections cut"
    RESET = "connections reset"
    DEAD = "cable dead for a while"
    SILENT_UP = "silent towards the server"
    SILENT_DOWN = "silent towards the desk"
    DELAY = "delayed"
    PIECES = "bytes in small pieces"
    SLOW = "slow reading"
    LOST = "answer of a command lost"
    LOST_REFRESH = "answer of a refresh lost"
    LOST_SNAPSHOT = "answer of a snapshot lost"
    MOVE = "moved to another server"
    DESK_KILLED = "desks killed (kill -9)"
    DESK_ASLEEP = "desks asleep (SIGSTOP)"
    SERVER_KILLED = "server killed (kill -9)"
    SERVER_STOPPED = "server restarted (SIGTERM)"
    SERVER_ASLEEP = "server asleep (SIGSTOP)"
    SERVER_CLOCK = "server restarted with another clock"
    SESSIONS_ENDED = "database sessions ended"
    POSTMASTER_KILLED = "postmaster killed (kill -9)"
    CLUSTER_KILLED = "postgres and its sessions killed"
    CLOCK = "desk's clock set wrong"
    RIGHTS = "rights changed"
    DISK_FULL = "disk full"
    BUS_KILLED = "message bus killed"


def all_but(names: str) -> frozenset[Kind]:
    """Every kind that is not among these names (`DESK_KILLED,CUT`); none where there is no name."""
    named = {Kind[name] for name in names.split(",") if name}
    return frozenset(set(Kind) - named) if named else frozenset()


_WEIGHTS: Final = {
    Kind.CUT: 26, Kind.RESET: 26, Kind.DEAD: 6, Kind.SILENT_UP: 5, Kind.SILENT_DOWN: 5,
    Kind.DELAY: 6, Kind.PIECES: 6, Kind.SLOW: 4, Kind.LOST: 16, Kind.LOST_REFRESH: 2,
    Kind.LOST_SNAPSHOT: 3, Kind.MOVE: 8, Kind.DESK_KILLED: 6, Kind.DESK_ASLEEP: 3,
    Kind.SERVER_KILLED: 2.5, Kind.SERVER_STOPPED: 1, Kind.SERVER_ASLEEP: 1.5,
    Kind.SERVER_CLOCK: 0.7, Kind.SESSIONS_ENDED: 2, Kind.POSTMASTER_KILLED: 0.8,
    Kind.CLUSTER_KILLED: 0.8, Kind.CLOCK: 3, Kind.RIGHTS: 3, Kind.DISK_FULL: 1.5,
    Kind.BUS_KILLED: 1.5,
}  # fmt: skip
_LASTING: Final = {
    Kind.DEAD: (0.2, 3.0), Kind.SILENT_UP: (0.5, 6.0), Kind.SILENT_DOWN: (0.5, 6.0),
    Kind.DELAY: (1.0, 5.0), Kind.PIECES: (1.0, 5.0), Kind.SLOW: (1.0, 4.0),
    Kind.DESK_KILLED: (0.0, 1.0), Kind.DESK_ASLEEP: (0.5, 7.0), Kind.SERVER_KILLED: (0.0, 2.0),
    Kind.SERVER_ASLEEP: (0.5, 4.0), Kind.SERVER_CLOCK: (0.0, 0.5),
    Kind.POSTMASTER_KILLED: (0.0, 1.0), Kind.CLUSTER_KILLED: (0.0, 1.0),
    Kind.DISK_FULL: (1.0, 5.0), Kind.BUS_KILLED: (0.5, 4.0),
}  # fmt: skip


class Trouble(Struct, frozen=True):
    """One fault.

    Attributes:
        after_s: Since the one before. lasts_s: 0: it is over at once.
        whom: A number to choose among whatever there is. chance: To draw the rest from.
    """

    kind: Kind
    after_s: float
    lasts_s: float
    whom: int
    chance: float


def draw(seed: int, per_s: float, without: frozenset[Kind]) -> Iterator[Trouble]:
    """Troubles without end, about so many in a second."""
    chance = random.Random(f"troubles {seed}")
    kinds = [kind for kind in _WEIGHTS if kind not in without]
    weights = [_WEIGHTS[kind] for kind in kinds]
    while True:
        kind = chance.choices(kinds, weights)[0]
        yield Trouble(
            kind=kind,
            after_s=chance.uniform(0, 2) / per_s,
            lasts_s=chance.uniform(*_LASTING.get(kind, (0.0, 0.0))),
            whom=chance.randrange(1_000_000),
            chance=chance.random(),
        )
