"""What the checker judges: the log, what commands were answered, and what each desk wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from tests.faults.history import AnyEvent

Rows = Mapping[str, Mapping[UUID, tuple[int, str]]]
"""Kind to identifier to (version, print)."""


class Entry(Struct, frozen=True):
    """One entry of the clinic's log, as its owner reads it."""

    seq: int
    device_id: UUID | None
    op_id: UUID | None
    entity: str
    entity_id: UUID
    version: int
    change: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class Result(Struct, frozen=True):
    """What the server stored as the answer to a command; below 400 it took effect, up to `seq`."""

    device_id: UUID
    op_id: UUID
    status: int
    seq: int | None


class Snapshot(Struct, frozen=True):
    """The rows that a member is given when everything is over."""

    member_id: UUID
    seq: int
    rows: Rows


class DeskHistory(Struct, frozen=True):
    """A desk: whose it is, and its history. `unsettled`: why it did not come to rest, if so."""

    name: str
    member_id: UUID
    events: list[AnyEvent]
    unsettled: str = ""


class Evidence(Struct, frozen=True):
    """Everything of one run.

    Attributes:
        head: What the clinic's head says. audit: What the check of the hash chain found.
        faults: Sentences about programs that failed: tracebacks in their journals.
    """

    head: int
    entries: list[Entry]
    results: list[Result]
    desks: list[DeskHistory]
    snapshots: list[Snapshot]
    audit: list[str] = []
    faults: list[str] = []


class Finding(Struct, frozen=True):
    """Something that must not be.

    Attributes:
        rule: Its short name, the same for all of its kind. where: The desk, or `server`.
        what: One sentence.
    """

    rule: str
    where: str
    what: str
