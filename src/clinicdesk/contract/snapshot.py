"""The whole working set of one member at one sequence number, and the formulary's pages.

A snapshot travels as lines of JSON: one `head`, `rows` of one kind after the other, one `end`. A
reader that has not seen the end has not seen the snapshot.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from clinicdesk.contract.entities import Medicine, Price, SafetyRule

SNAPSHOT_MEDIA_TYPE: Final = "application/x-ndjson"
LINE_ROWS: Final = 500
"""Rows of a line at most: some hundred kilobytes, quickly written and quickly read."""


class SnapshotHead(Struct, frozen=True, kw_only=True, tag_field="t", tag="head"):
    """What the rows are a snapshot of.

    Attributes:
        settled_before: Families settled before this moment are left out (`working_set`).
        counts: How many rows of each kind follow.
    """

    clinic: UUID
    epoch: str
    seq: int
    access: str
    settled_before: datetime
    counts: dict[str, int]


class SnapshotRows(Struct, frozen=True, kw_only=True, tag_field="t", tag="rows"):
    """Bodies in the member's view, as `ev` items carry them; each kind in order of identifiers."""

    kind: str
    rows: list[Raw]


class SnapshotEnd(Struct, frozen=True, kw_only=True, tag_field="t", tag="end"):
    """Everything was sent: `rows` in all."""

    rows: int


SnapshotLine = SnapshotHead | SnapshotRows | SnapshotEnd

_LINE = msgspec.json.Decoder(SnapshotLine)


def decode_snapshot_line(line: bytes) -> SnapshotLine:
    """One line without its end. Raises `msgspec.DecodeError`."""
    decoded: SnapshotLine = _LINE.decode(line)
    return decoded


class WholeSnapshot(Struct, frozen=True):
    """A snapshot that was read to its end: what tools and tests look at."""

    head: SnapshotHead
    rows: dict[str, list[Raw]]


def whole_snapshot(content: bytes) -> WholeSnapshot:
    """All lines of a snapshot that is here as a whole.

    Raises:
        ValueError: It is cut off, or its lines stand in another order.
        msgspec.DecodeError: A line is not of this contract.
    """
    first, *between, last = map(decode_snapshot_line, content.splitlines())
    rows: dict[str, list[Raw]] = {}
    for line in between:
        if isinstance(line, SnapshotRows):
            rows.setdefault(line.kind, []).extend(line.rows)
    sent = sum(map(len, rows.values()))
    if not (isinstance(first, SnapshotHead) and last == SnapshotEnd(rows=sent)):
        raise ValueError("the snapshot is not whole")
    return WholeSnapshot(first, rows)


class MedicinePage(Struct, frozen=True, kw_only=True):
    """Medicines changed after the revision asked for, in the order (revision, id).

    Attributes:
        revision: The formulary's revision when the page was read.
        next_after: Give it as `after` for the next page; None on the last. A desk that holds all of
            a revision gives that revision's number.
    """

    formulary_id: UUID
    revision: int
    medicines: list[Medicine]
    next_after: str | None


class PricePage(Struct, frozen=True, kw_only=True):
    """Prices changed after the revision asked for; as `MedicinePage`."""

    price_list_id: UUID
    revision: int
    prices: list[Price]
    next_after: str | None


class RulePage(Struct, frozen=True, kw_only=True):
    """Safety rules changed after the revision asked for; as `MedicinePage`."""

    rule_set_id: UUID
    revision: int
    rules: list[SafetyRule]
    next_after: str | None
