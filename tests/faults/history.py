"""What each process writes down while it is troubled, one JSON line at a time.

A line is appended with a single write, so a process that is killed leaves whole lines only. What
was in the air when it died is not in its history, and the checker knows that.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.entities import Row

Sum = tuple[int, str]
"""How many rows and their check sum, as `contract.digest.digest_of` makes them."""


class Place(Struct, frozen=True, array_like=True):
    """Where a desk stands in the clinic's log, and the name of the rights it stands there with."""

    epoch: str
    seq: int
    access: str


class Change(Struct, frozen=True, array_like=True):
    """One row's change as a desk took it. `body` is the row's print; None: it was taken away."""

    seq: int
    kind: str
    id: UUID
    v: int
    body: str | None


class Event(Struct, frozen=True, tag_field="e"):
    """What every line has: the time, in seconds of the epoch."""

    at: float


class Began(Event, frozen=True, tag="began"):
    """The desk was opened with what its store holds. `outbox` names what is unanswered in it."""

    pid: int
    place: Place | None
    held: dict[str, Sum]
    outbox: list[UUID]


class Given(Event, frozen=True, tag="given"):
    """A person gave a command; nothing is promised yet."""

    op_id: UUID
    aggregate: UUID


class Saved(Event, frozen=True, tag="saved"):
    """The person was told that it is saved."""

    op_id: UUID


class Answered(Event, frozen=True, tag="answered"):
    """The server's answer was kept: `Done`, or the refusal's name."""

    op_id: UUID
    answer: str


class Took(Event, frozen=True, tag="took"):
    """A frame is in the store and in memory; the desk stood at `after` before."""

    after: int
    to: Place
    changes: list[Change]


class Swapped(Event, frozen=True, tag="swapped"):
    """A snapshot took the place of everything."""

    to: Place
    held: dict[str, Sum]


class Looked(Event, frozen=True, tag="looked"):
    """What the desk holds once it stands somewhere with other rights than before."""

    place: Place
    held: dict[str, Sum]


class Failed(Event, frozen=True, tag="failed"):
    """A person was told that something could not be done, by the name of what was raised."""

    what: str


class Ended(Event, frozen=True, tag="ended"):
    """After all troubles: how the desk stands, each row it holds, and what its outbox still has.

    `rows` is kind to identifier to (version, print). `outbox` is op_id to state.
    """

    status: str
    place: Place | None
    rows: dict[str, dict[UUID, tuple[int, str]]]
    outbox: dict[UUID, str]


AnyEvent = Began | Given | Saved | Answered | Took | Swapped | Looked | Failed | Ended

_DECODER: Final = msgspec.json.Decoder(AnyEvent)
_Line = TypeVar("_Line")


class Book:
    """A history being written; a process that is started again goes on in the same file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, line: Struct | Mapping[str, Any]) -> None:
        os.write(self._file, msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        os.close(self._file)


def read_history(path: Path) -> list[AnyEvent]:
    """A desk's whole history, over all the lives of its process."""
    return [_DECODER.decode(line) for line in path.read_bytes().splitlines()]


def print_of(row: Row) -> str:
    """A row's print: two rows have the same one when all of their fields are equal."""
    return sha256(msgspec.json.encode(row)).hexdigest()[:16]


def rows_by_kind(
    rows: Mapping[str, Iterable[Row]],
) -> dict[str, dict[UUID, tuple[int, str]]]:
    """Versions and prints of rows, as `Ended` has them."""
    return {kind: {row.id: (row.version, print_of(row)) for row in of} for kind, of in rows.items()}


def now() -> float:
    return time.time()
