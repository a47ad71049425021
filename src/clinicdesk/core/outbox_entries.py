"""The commands of the outbox in memory: in the order they were given, of each thing and of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from uuid import UUID

from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState

_IN_ORDER = attrgetter("n")


class OutboxEntries:
    """One entry for each `op_id`.

    A day offline leaves hundreds: what is asked for at each key, those of one thing and those that
    were refused, is found without a walk through all of them.

    Attributes:
        revision: Another object after each change.
    """

    def __init__(self) -> None:
        self._all: dict[UUID, OutboxEntry] = {}
        self._of: dict[UUID, dict[UUID, OutboxEntry]] = {}
        self._refused: dict[UUID, OutboxEntry] = {}
        self._in_order = True
        self.revision = object()

    def __iter__(self) -> Iterator[OutboxEntry]:
        """All of them, in the order they were given."""
        return iter(self.all())

    def __contains__(self, op_id: object) -> bool:
        return op_id in self._all

    def get(self, op_id: UUID) -> OutboxEntry | None:
        """One of them."""
        return self._all.get(op_id)

    def all(self) -> list[OutboxEntry]:
        """All of them, in the order they were given."""
        if not self._in_order:
            self._all = {entry.op_id: entry for entry in sorted(self._all.values(), key=_IN_ORDER)}
            self._in_order = True
        return list(self._all.values())

    def of(self, aggregate_id: UUID) -> list[OutboxEntry]:
        """Those about one thing, in the order they were given."""
        return sorted(self._of.get(aggregate_id, {}).values(), key=_IN_ORDER)

    def refused(self) -> list[OutboxEntry]:
        """Those that were refused, in the order they were given."""
        return sorted(self._refused.values(), key=_IN_ORDER)

    def aggregates(self) -> set[UUID]:
        """The things that they are about."""
        return set(self._of)

    def put(self, entry: OutboxEntry) -> None:
        """Take it in, or in the place of what stood under its `op_id`."""
        self.revision = object()
        if entry.op_id not in self._all:
            last = next(reversed(self._all.values()), None)
            self._in_order = self._in_order and (last is None or last.n < entry.n)
        self._all[entry.op_id] = entry
        self._of.setdefault(entry.command.aggregate_id, {})[entry.op_id] = entry
        if entry.state is OutboxState.REFUSED:
            self._refused[entry.op_id] = entry
        else:
            self._refused.pop(entry.op_id, None)

    def put_all(self, entries: Iterable[OutboxEntry]) -> None:
        """Take them in."""
        for entry in entries:
            self.put(entry)

    def drop(self, op_id: UUID) -> OutboxEntry | None:
        """Let it go; answers it, None when it was not here."""
        entry = self._all.pop(op_id, None)
        if entry is None:
            return None
        self.revision = object()
        self._refused.pop(op_id, None)
        aggregate = entry.command.aggregate_id
        others = self._of[aggregate]
        del others[op_id]
        if not others:
            del self._of[aggregate]
        return entry
