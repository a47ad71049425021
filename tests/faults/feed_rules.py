"""Events: no desk missed, doubled or reordered one, and none reached who may not have it.

A desk's history is held against what its member may see of the log (`sight`). A frame or an answer
that was in the air when the desk was killed may be missing in its history; what its store holds
when it is opened again may not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from clinicdesk.contract.access import View, access_digest
from tests.faults.evidence import DeskHistory, Evidence, Finding, Rows
from tests.faults.history import Began, Change, Ended, Looked, Place, Sum, Swapped, Took
from tests.faults.sight import Log, Sight

_AT_MOST = 5
"""Of one desk and rule: the first ones tell what went wrong, the rest follows from them."""


def feed_findings(evidence: Evidence) -> Iterator[Finding]:
    """What was wrong with what desks were told, and with what they hold."""
    log = Log(evidence.entries)
    given: dict[UUID, Rows] = {}
    for snapshot in evidence.snapshots:
        given[snapshot.member_id] = snapshot.rows
        sight = Sight(log, snapshot.member_id)
        sight.look_anew(snapshot.seq)
        yield from _differences("snapshot", "server", snapshot.rows, sight.rows())
    for desk in evidence.desks:
        told: Counter[str] = Counter()
        for finding in _Reading(desk, log, given.get(desk.member_id)).findings():
            told[finding.rule] += 1
            if told[finding.rule] <= _AT_MOST:
                yield finding


class _Reading:
    """One desk's history, read along the log."""

    def __init__(self, desk: DeskHistory, log: Log, given: Rows | None) -> None:
        self._desk = desk
        self._log = log
        self._given = given
        self._sight = Sight(log, desk.member_id)
        self._place: Place | None = None
        self._versions: dict[tuple[str, UUID], int] = {}

    def findings(self) -> Iterator[Finding]:
        for event in self._desk.events:
            match event:
                case Began():
                    yield from self._began(event)
                case Took():
                    yield from self._took(event)
                case Swapped():
                    yield from self._swapped(event)
                case Looked():
                    yield from self._sums("replica", event.place, event.held)
                case Ended():
                    yield from self._ended(event)
        if self._desk.unsettled:
            yield self._found("stuck", f"It did not come to rest: {self._desk.unsettled}.")

    def _began(self, event: Began) -> Iterator[Finding]:
        if event.place is None:
            if self._place is not None:
                yield self._found("store", f"Its store forgot everything at {self._place.seq}.")
            self._place = None
            return
        if self._place is None or event.place.epoch != self._place.epoch:
            self._sight.look_anew(event.place.seq)  # killed before it wrote of its first snapshot
        elif event.place.seq < self._sight.seq:
            yield self._found(
                "store", f"Its store fell from {self._sight.seq} to {event.place.seq}."
            )
            self._sight.look_anew(event.place.seq)
        else:
            self._sight.advance(event.place.seq)
        self._place = event.place
        anew = Sight(self._log, self._desk.member_id)
        anew.look_anew(event.place.seq)
        if anew.sums(event.place.access) == event.held:
            self._sight = anew  # perhaps of a snapshot after which it was killed before it wrote
        yield from self._sums("store", event.place, event.held)

    def _took(self, event: Took) -> Iterator[Finding]:
        if self._place is None or event.after != self._sight.seq:
            yield self._found("gap", f"A frame from {event.after} came at {self._sight.seq}.")
            self._sight.look_anew(event.after)
        scopes = self._sight.scopes
        yield from self._changes(event, self._sight.advance(event.to.seq), scopes)
        yield from self._count_versions(event)
        self._place = event.to

    def _changes(self, event: Took, due: list[Change], scopes: frozenset[str]) -> Iterator[Finding]:
        if event.changes == due:
            return
        wanted = {change.seq: change for change in due}
        taken = Counter(change.seq for change in event.changes)
        for seq in wanted.keys() - taken.keys():
            yield self._found("missed", f"It was not told of {seq}.")
        for seq, times in taken.items():
            if times > 1:
                yield self._found("doubled", f"It was told of {seq} {times} times.")
        for change in event.changes:
            if change.seq not in wanted:
                yield self._unwanted(change, event, scopes)
            elif change != wanted[change.seq]:
                yield self._altered(change, wanted[change.seq])
        seqs = [change.seq for change in event.changes]
        if seqs != sorted(seqs):
            yield self._found("reordered", f"It was told of {seqs} in that order.")

    def _unwanted(self, change: Change, event: Took, scopes: frozenset[str]) -> Finding:
        if not event.after < change.seq <= event.to.seq:
            return self._found(
                "doubled", f"{change.seq} came in a frame of ({event.after}, {event.to.seq}]."
            )
        seen = self._log.entry(change.seq)
        if seen is None or seen.views(scopes) == (None, None) or change.body is not None:
            return self._found("forbidden", f"It was told of {change.seq}, which it may not see.")
        return self._found("altered", f"{change.seq} took away what it did not hold.")

    def _altered(self, change: Change, due: Change) -> Finding:
        if change.body is not None and due.body is None:
            return self._found("forbidden", f"It was shown {change.seq} after its right had ended.")
        seen = self._log.entry(change.seq)
        if due.body is not None and seen is not None and change.body == seen.print_in(View.FULL):
            return self._found("forbidden", f"It was shown all of {change.seq}, not its view.")
        return self._found("altered", f"{change.seq} is not what the log has: {change}, {due}.")

    def _count_versions(self, event: Took) -> Iterator[Finding]:
        for change in event.changes:
            key = (change.kind, change.id)
            if change.v <= self._versions.get(key, 0):
                yield self._found(
                    "backwards", f"{change.seq} brought version {change.v} of {key} again."
                )
            self._versions[key] = change.v

    def _swapped(self, event: Swapped) -> Iterator[Finding]:
        same_log = self._place is not None and self._place.epoch == event.to.epoch
        if same_log and event.to.seq < self._sight.seq:
            yield self._found(
                "backwards", f"A snapshot of {event.to.seq} came at {self._sight.seq}."
            )
        self._versions = {}
        self._sight.look_anew(event.to.seq)
        self._place = event.to
        if event.to.access != access_digest(self._sight.scopes):
            yield self._found("rights", f"The snapshot of {event.to.seq} names other rights.")
        yield from self._sums("snapshot", event.to, event.held)

    def _ended(self, event: Ended) -> Iterator[Finding]:
        if event.place is None:
            yield self._found("stuck", f"It ended without any rows: {event.status}.")
            return
        if event.place.seq != self._sight.seq:
            yield self._found(
                "gap", f"It ended at {event.place.seq}, and was told up to {self._sight.seq}."
            )
            self._sight.look_anew(event.place.seq)
        if event.place.access != access_digest(self._sight.scopes):
            yield self._found("rights", f"It ended at {event.place.seq} with other rights.")
        yield from _differences("replica", self._desk.name, event.rows, self._sight.rows())
        if self._given is not None:
            yield from _differences("replica", self._desk.name, event.rows, self._given)

    def _sums(self, rule: str, place: Place, held: dict[str, Sum]) -> Iterator[Finding]:
        wanted = self._sight.sums(place.access)
        if wanted is None:
            yield self._found("rights", f"At {place.seq} it names rights that it does not have.")
            return
        for kind, due in wanted.items():
            if held.get(kind, (0, "")) != due:
                yield self._found(
                    rule, f"At {self._sight.seq} it holds {held.get(kind)} of {kind}, not {due}."
                )

    def _found(self, rule: str, what: str) -> Finding:
        return Finding(rule, self._desk.name, what)


def _differences(rule: str, where: str, held: Rows, due: Rows) -> Iterator[Finding]:
    for kind in sorted(held.keys() | due.keys()):
        here, there = held.get(kind, {}), due.get(kind, {})
        for row_id in here.keys() | there.keys():
            if here.get(row_id) != there.get(row_id):
                yield Finding(
                    rule, where,
                    f"{kind} {row_id} is {here.get(row_id)}, and should be {there.get(row_id)}.",
                )  # fmt: skip
