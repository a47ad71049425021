"""What a member may see of the log, entry by entry, by the contract's table of rights.

The checker's own reckoning: nothing of the server, nothing of the desk.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.access import (
    View,
    access_digest,
    audience_of,
    body_of,
    scopes_of,
    view_for,
)
from clinicdesk.contract.digest import digest_of
from clinicdesk.contract.entities import ENTITIES, Member
from clinicdesk.core.replica import NO_RIGHTS
from tests.faults.evidence import Entry
from tests.faults.history import Change, Sum, print_of

Key = tuple[str, UUID]


class Seen:
    """One entry with who sees it, before and after; what is costly is made once for all desks."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.key: Key = (entry.entity, entry.entity_id)
        self._prints: dict[View, str] = {}
        self._views: dict[frozenset[str], tuple[View | None, View | None]] = {}

    @property
    def seq(self) -> int:
        return self.entry.seq

    def views(self, scopes: frozenset[str]) -> tuple[View | None, View | None]:
        """What somebody with `scopes` saw of the row before, and sees after."""
        found = self._views.get(scopes)
        if found is None:
            found = view_for(scopes, self._before), view_for(scopes, self._after)
            self._views[scopes] = found
        return found

    def print_in(self, view: View) -> str:
        """The print of the row as it travels in `view`."""
        found = self._prints.get(view)
        if found is None:
            assert self.entry.new is not None
            body = body_of(self.entry.entity, view, self.entry.new)
            row = msgspec.convert(body, ENTITIES[self.entry.entity], strict=False)
            found = self._prints[view] = print_of(row)
        return found

    @cached_property
    def _before(self) -> Mapping[str, View]:
        return audience_of(self.entry.entity, self.entry.old) if self.entry.old else {}

    @cached_property
    def _after(self) -> Mapping[str, View]:
        return audience_of(self.entry.entity, self.entry.new) if self.entry.new else {}


class Log:
    """The entries of kinds that desks hold, by seq and by row, and everybody's rights over time."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._seen: list[Seen] = [Seen(e) for e in entries if e.entity in ENTITIES]
        self._at = [each.seq for each in self._seen]
        self._by_row: dict[Key, list[Seen]] = defaultdict(list)
        self._rights: dict[UUID, list[tuple[int, frozenset[str]]]] = defaultdict(list)
        for each in self._seen:
            self._by_row[each.key].append(each)
            if each.entry.entity == "member":
                scopes = _scopes(each.entry.new)
                self._rights[each.entry.entity_id].append((each.seq, scopes))

    def between(self, after: int, to: int) -> list[Seen]:
        """The entries of `(after, to]`."""
        return self._seen[bisect_right(self._at, after) : bisect_right(self._at, to)]

    def entry(self, seq: int) -> Seen | None:
        """The entry of this number, when it is of a kind that desks hold."""
        found = self.between(seq - 1, seq)
        return found[0] if found else None

    def scopes(self, member_id: UUID, seq: int) -> frozenset[str]:
        """The member's scopes once everything up to `seq` had happened."""
        changes = self._rights.get(member_id, [])
        place = bisect_right(changes, seq, key=lambda change: change[0])
        return changes[place - 1][1] if place else frozenset()

    def state(self, seq: int, scopes: frozenset[str]) -> dict[Key, Seen]:
        """The newest entry of each row that somebody with `scopes` sees after `seq`."""
        found: dict[Key, Seen] = {}
        for key, entries in self._by_row.items():
            place = bisect_right(entries, seq, key=lambda each: each.seq)
            if place and entries[place - 1].views(scopes)[1] is not None:
                found[key] = entries[place - 1]
        return found


class _Before(Struct, frozen=True):
    """What was seen just before the rights changed with the entry `seq`."""

    seq: int
    scopes: frozenset[str]
    held: dict[Key, Seen]


class Sight:
    """The rows that a desk of one member should hold, moved along the log."""

    def __init__(self, log: Log, member_id: UUID) -> None:
        self._log = log
        self._member_id = member_id
        self._scopes: frozenset[str] = frozenset()
        self._held: dict[Key, Seen] = {}
        self._before: _Before | None = None
        self.seq = 0

    @property
    def scopes(self) -> frozenset[str]:
        return self._scopes

    def look_anew(self, seq: int) -> None:
        """As a snapshot at `seq` shows it."""
        self._scopes = self._log.scopes(self._member_id, seq)
        self._held = self._log.state(seq, self._scopes)
        self._before = None
        self.seq = seq

    def advance(self, to: int) -> list[Change]:
        """Move on; the changes that a desk takes on the way."""
        changes: list[Change] = []
        for seen in self._log.between(self.seq, to):
            change = self._take(seen)
            if change is not None:
                changes.append(change)
            if seen.key == ("member", self._member_id):
                self._change_rights(seen)
        if self._before is not None and self._before.seq != to:
            self._before = None
        self.seq = to
        return changes

    def sums(self, access: str) -> dict[str, Sum] | None:
        """Check sums by kind, also of kinds without rows, of a desk whose rights have this name.

        The frame with a change of one's own rights comes before the word about it. A desk in
        between has everything that its old rights show. None: no rights of that name hold here.
        """
        if access in (access_digest(self._scopes), NO_RIGHTS):
            return _sums(self._held)
        if self._before is not None and access == access_digest(self._before.scopes):
            return _sums(self._before.held)
        return None

    def rows(self) -> dict[str, dict[UUID, tuple[int, str]]]:
        """Everything, with prints."""
        rows: dict[str, dict[UUID, tuple[int, str]]] = {kind: {} for kind in ENTITIES}
        for (kind, row_id), seen in self._held.items():
            view = seen.views(self._scopes)[1]
            assert view is not None
            rows[kind][row_id] = (seen.entry.version, seen.print_in(view))
        return rows

    def _take(self, seen: Seen) -> Change | None:
        before, after = seen.views(self._scopes)
        entry = seen.entry
        if after is not None:
            self._held[seen.key] = seen
            return Change(entry.seq, *seen.key, entry.version, seen.print_in(after))
        if before is not None and self._held.pop(seen.key, None) is not None:
            return Change(entry.seq, *seen.key, entry.version, None)
        return None

    def _change_rights(self, seen: Seen) -> None:
        """What only the old rights showed is dropped; what new ones show, a snapshot brings."""
        scopes = _scopes(seen.entry.new)
        if scopes == self._scopes:
            return
        self._before = _Before(seen.seq, self._scopes, self._held)
        self._scopes = scopes
        self._held = {
            key: held for key, held in self._held.items() if held.views(self._scopes)[1] is not None
        }


def _sums(held: Mapping[Key, Seen]) -> dict[str, Sum]:
    rows: dict[str, list[tuple[UUID, int]]] = {kind: [] for kind in ENTITIES}
    for (kind, row_id), seen in held.items():
        rows[kind].append((row_id, seen.entry.version))
    return {kind: digest_of(of) for kind, of in rows.items()}


def _scopes(row: dict[str, Any] | None) -> frozenset[str]:
    if row is None:
        return frozenset()
    fields = {name: row[name] for name in Member.__struct_fields__}
    return scopes_of(msgspec.convert(fields, Member, strict=False))
