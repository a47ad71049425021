"""A kind of rows in memory, as screens see it, with word of each change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from clinicdesk.contract.entities import Row
from clinicdesk.core.listeners import Listeners, Unsubscribe

T = TypeVar("T", bound=Row)


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """What became different in a collection at one moment.

    Attributes:
        added, removed: Rows. updated: Pairs (old, new) of one identifier.
        reset: Everything may be different: read `values()` again; the lists are empty.
    """

    added: list[T] = field(default_factory=list)
    updated: list[tuple[T, T]] = field(default_factory=list)
    removed: list[T] = field(default_factory=list)
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Prepared(Generic[T]):
    """All rows of a kind, with what a collection derives from them."""

    server: dict[UUID, T]
    shown: dict[UUID, T]
    groups: dict[UUID, list[UUID]]


class Collection(Generic[T]):
    """The effective rows of a kind: the server's, with this desk's own pending commands applied.

    Reading is for everybody; the methods named `stage_...` and `announce` are the replica's. A
    change is staged in as many collections as it touches before any of them announces it, so that
    a subscriber of one always finds the others in step.

    Attributes:
        kind: The entity's name on the wire.
        revision: Another number after each change that was staged.
    """

    def __init__(self, kind: str, group_of: Callable[[T], UUID] | None = None) -> None:
        self.kind = kind
        self.revision = 0
        self._group_of = group_of
        self._server: dict[UUID, T] = {}
        self._shown: dict[UUID, T] = {}
        self._groups: dict[UUID, list[UUID]] = {}
        self._before: dict[UUID, T | None] = {}
        self._listeners: Listeners[Change[T]] = Listeners()

    def __len__(self) -> int:
        return len(self._shown)

    def __contains__(self, row_id: object) -> bool:
        return row_id in self._shown

    def get(self, row_id: UUID | None) -> T | None:
        """The row; None when this desk does not hold it, or when there is no identifier."""
        return None if row_id is None else self._shown.get(row_id)

    def values(self) -> list[T]:
        """All rows, in no particular order."""
        return list(self._shown.values())

    def of(self, group: UUID) -> list[T]:
        """The rows of one parent: lines and payments of a prescription, allergies and prescriptions
        of a patient."""
        return [self._shown[row_id] for row_id in self._groups.get(group, ())]

    def server_row(self, row_id: UUID) -> T | None:
        """The row as the server last said it, without pending commands."""
        return self._server.get(row_id)

    def server_values(self) -> list[T]:
        """All rows as the server last said them."""
        return list(self._server.values())

    def subscribe(self, callback: Callable[[Change[T]], None]) -> Unsubscribe:
        """Call `callback` on the event loop after each change, until the answer is called."""
        return self._listeners.add(callback)

    def stage_server(self, row_id: UUID, row: T | None) -> None:
        """Take the server's row, or its absence."""
        if row is None:
            self._server.pop(row_id, None)
        else:
            self._server[row_id] = row
        self.stage_shown(row_id, row)

    def stage_shown(self, row_id: UUID, row: T | None) -> None:
        """Show `row`, whatever the server said; None hides it."""
        self.revision += 1
        old = self._shown.get(row_id)
        self._before.setdefault(row_id, old)
        if old is not None:
            self._ungroup(row_id, old)
        if row is None:
            self._shown.pop(row_id, None)
        else:
            self._shown[row_id] = row
            self._group(row_id, row)

    def announce(self) -> None:
        """Tell the subscribers what the staging since the last call came to, if anything."""
        if not self._before:
            return  # most of the many collections, most of the time
        before, self._before = self._before, {}
        change: Change[T] = Change()
        for row_id, old in before.items():
            new = self._shown.get(row_id)
            if old is None and new is not None:
                change.added.append(new)
            elif old is not None and new is None:
                change.removed.append(old)
            elif old is not None and new is not None and old != new:
                change.updated.append((old, new))
        if change.added or change.updated or change.removed:
            self._listeners.tell(change)

    def prepare(self, rows: dict[UUID, T]) -> Prepared[T]:
        """Get ready to take `rows` as all that the server has; may run on another thread."""
        groups: dict[UUID, list[UUID]] = {}
        if self._group_of is not None:
            for row_id, row in rows.items():
                groups.setdefault(self._group_of(row), []).append(row_id)
        return Prepared(rows, dict(rows), groups)

    def stage_all(self, prepared: Prepared[T]) -> None:
        """Take what was prepared; `announce_reset` follows."""
        self.revision += 1
        self._server = prepared.server
        self._shown = prepared.shown
        self._groups = prepared.groups
        self._before = {}

    def announce_reset(self) -> None:
        """Tell the subscribers to read everything again."""
        self._before = {}
        self._listeners.tell(Change(reset=True))

    def _group(self, row_id: UUID, row: T) -> None:
        if self._group_of is not None:
            self._groups.setdefault(self._group_of(row), []).append(row_id)

    def _ungroup(self, row_id: UUID, row: T) -> None:
        if self._group_of is None:
            return
        group = self._group_of(row)
        members = self._groups.get(group)
        if members is not None:
            members.remove(row_id)
            if not members:
                del self._groups[group]
