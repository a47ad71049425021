"""Ways to break a good run, each with the rule that has to notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.entities import ENTITIES, Prescription
from tests.faults.evidence import DeskHistory, Entry, Evidence
from tests.faults.good_history import DESKS, Draw
from tests.faults.history import (
    Answered,
    AnyEvent,
    Began,
    Change,
    Ended,
    Given,
    Looked,
    Saved,
    Swapped,
    Took,
    print_of,
)

E = TypeVar("E", bound=AnyEvent)
Breaking = Callable[[Evidence, Draw], Evidence | None]
"""The broken run; None: there is nothing to break in this one."""

BREAKINGS: Final[dict[str, tuple[str, Breaking]]] = {}
"""What was done, as a sentence: to the rule and the deed."""


def notices(rule: str, deed: str) -> Callable[[Breaking], Breaking]:
    """Register a way."""

    def register(breaking: Breaking) -> Breaking:
        BREAKINGS[deed] = (rule, breaking)
        return breaking

    return register


class _At(Struct, frozen=True):
    """An event of a desk."""

    desk: int
    place: int
    event: Any


def _find(
    run: Evidence, kind: type[E], wanted: Callable[[E], object] = lambda _: True
) -> list[_At]:
    return [
        _At(d, p, event)
        for d, desk in enumerate(run.desks)
        for p, event in enumerate(desk.events)
        if isinstance(event, kind) and wanted(event)
    ]


def _pick(draw: Draw, found: list[Any]) -> Any:
    return draw(st.sampled_from(found)) if found else None


def _put(run: Evidence, at: _At, *events: AnyEvent) -> Evidence:
    """These in place of the event."""
    desks = list(run.desks)
    old = desks[at.desk].events
    desks[at.desk] = replace(
        desks[at.desk], events=[*old[: at.place], *events, *old[at.place + 1 :]]
    )
    return replace(run, desks=desks)


def _with_entries(run: Evidence, entries: list[Entry]) -> Evidence:
    return replace(run, entries=entries)


def _done(run: Evidence, draw: Draw) -> UUID:
    """A command that took effect."""
    return _pick(draw, sorted({e.op_id for e in run.entries if e.op_id is not None}))  # type: ignore[no-any-return]


# Events at a desk


@notices("missed", "an event is left out of a frame")
def _leave_out(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Took, lambda e: e.changes))
    changes = list(at.event.changes)
    changes.pop(draw(st.integers(0, len(changes) - 1)))
    return _put(run, at, replace(at.event, changes=changes))


@notices("gap", "a frame is left out")
def _leave_out_frame(run: Evidence, draw: Draw) -> Evidence | None:
    found = [
        at
        for at in _find(run, Took, lambda e: e.after < e.to.seq)
        # Right before a restart it would be one that was in the air.
        if isinstance(run.desks[at.desk].events[at.place + 1], Took | Ended)
    ]
    at = _pick(draw, found)
    return None if at is None else _put(run, at)


@notices("doubled", "an event comes twice in a frame")
def _double(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Took, lambda e: e.changes))
    twice = _pick(draw, at.event.changes)
    return _put(run, at, replace(at.event, changes=[*at.event.changes, twice]))


@notices("gap", "a frame comes twice")
def _double_frame(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Took, lambda e: e.after < e.to.seq))
    return _put(run, at, at.event, at.event)


@notices("doubled", "an event of an earlier frame comes again")
def _again(run: Evidence, draw: Draw) -> Evidence | None:
    old = _pick(draw, _find(run, Took, lambda e: e.changes))
    at = _pick(draw, [t for t in _find(run, Took) if t.desk == old.desk and t.place > old.place])
    if at is None:
        return None
    return _put(run, at, replace(at.event, changes=[old.event.changes[0], *at.event.changes]))


@notices("reordered", "two events change places")
def _swap(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Took, lambda e: len(e.changes) > 1))
    return _put(run, at, replace(at.event, changes=at.event.changes[::-1]))


@notices("forbidden", "a desk is told of what it may not see")
def _tell_more(run: Evidence, draw: Draw) -> Evidence | None:
    """Reception never sees what is not signed."""
    rita = DESKS.index("rita")
    unsigned = [
        (at, entry)
        for at in _find(run, Took)
        if at.desk == rita
        for entry in run.entries[at.event.after : at.event.to.seq]
        if entry.entity == "prescription" and entry.new and entry.new["signed_at"] is None
    ]
    found = _pick(draw, unsigned)
    if found is None:
        return None
    at, entry = found
    told = Change(entry.seq, entry.entity, entry.entity_id, entry.version, "0" * 16)
    changes = sorted([*at.event.changes, told], key=lambda change: change.seq)
    return _put(run, at, replace(at.event, changes=changes))


@notices("forbidden", "a desk is shown more of a row than its view")
def _show_more(run: Evidence, draw: Draw) -> Evidence | None:
    """Reception reads no clinical text."""
    rita = DESKS.index("rita")
    found = [
        at
        for at in _find(run, Took, lambda e: any(c.kind == "prescription" for c in e.changes))
        if at.desk == rita
    ]
    at = _pick(draw, found)
    if at is None:
        return None
    changes = [
        replace(c, body=_full(run.entries[c.seq - 1])) if c.kind == "prescription" else c
        for c in at.event.changes
    ]
    return _put(run, at, replace(at.event, changes=changes))


def _full(entry: Entry) -> str:
    return print_of(msgspec.convert(entry.new, Prescription))


@notices("altered", "an event brings another row than the log has")
def _alter(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Took, lambda e: any(c.body for c in e.changes)))
    changes = [replace(c, body="0" * 16) if c.body else c for c in at.event.changes]
    return _put(run, at, replace(at.event, changes=changes))


@notices("backwards", "an event brings an old version")
def _old_version(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Took, lambda e: e.changes))
    changes = [replace(c, v=0) for c in at.event.changes]
    return _put(run, at, replace(at.event, changes=changes))


@notices("backwards", "a snapshot is older than what is there")
def _old_snapshot(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Took))
    place = replace(at.event.to, seq=at.event.to.seq - 1)
    return _put(run, at, at.event, Swapped(0.0, place, {}))


# Rows


@notices("replica", "a desk ends without one of its rows")
def _lose_row(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Ended, lambda e: e.rows["prescription"]))
    if at is None:
        return None
    rows = dict(list(at.event.rows["prescription"].items())[1:])
    return _put(run, at, replace(at.event, rows=at.event.rows | {"prescription": rows}))


@notices("replica", "a desk ends with another content of a row")
def _spoil_row(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Ended, lambda e: e.rows["prescription"]))
    if at is None:
        return None
    rows = {key: (v, "0" * 16) for key, (v, _) in at.event.rows["prescription"].items()}
    return _put(run, at, replace(at.event, rows=at.event.rows | {"prescription": rows}))


@notices("replica", "a desk keeps a row that it may not see any more")
def _keep_row(run: Evidence, draw: Draw) -> Evidence | None:
    tara = _find(run, Ended)[DESKS.index("tara")]
    quin = _find(run, Ended)[DESKS.index("quin")]
    more = tara.event.rows["prescription"]
    if more == quin.event.rows["prescription"]:
        return None
    return _put(run, quin, replace(quin.event, rows=quin.event.rows | {"prescription": more}))


@notices("replica", "a desk holds other rows than its new rights show")
def _purge_too_little(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Looked))
    if at is None:
        return None
    sums = at.event.held | {"prescription": (99, "0" * 15)}
    return _put(run, at, replace(at.event, held=sums))


@notices("snapshot", "a snapshot lacks a row")
def _poor_snapshot(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Swapped))
    sums = dict.fromkeys(ENTITIES, (0, "0" * 15))
    return _put(run, at, replace(at.event, held=sums))


@notices("snapshot", "the last snapshot is not what the log says")
def _wrong_snapshot(run: Evidence, draw: Draw) -> Evidence | None:
    first, *others = run.snapshots
    rows = {**first.rows, "member": {}}
    return replace(run, snapshots=[replace(first, rows=rows), *others])


@notices("store", "a store opens with other rows than it had")
def _spoil_store(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Began, lambda e: e.place is not None))
    return _put(run, at, replace(at.event, held=at.event.held | {"member": (1, "1" * 15)}))


@notices("store", "a store opens at an earlier place than it had reached")
def _fall_back(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Began, lambda e: e.place is not None))
    place = replace(at.event.place, seq=at.event.place.seq - 1)
    return _put(run, at, replace(at.event, place=place))


@notices("store", "a store forgets everything")
def _forget(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Began, lambda e: e.place is not None))
    return _put(run, at, replace(at.event, place=None))


@notices("rights", "a cursor names other rights than its member had")
def _other_rights(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Ended))
    return _put(run, at, replace(at.event, place=replace(at.event.place, access="others")))


# Commands


@notices("lost", "the log does not have what was acknowledged")
def _lose_effect(run: Evidence, draw: Draw) -> Evidence | None:
    op_id = _done(run, draw)
    return _with_entries(
        run, [replace(e, op_id=None) if e.op_id == op_id else e for e in run.entries]
    )


@notices("lost", "a saved command is nowhere")
def _lose_command(run: Evidence, draw: Draw) -> Evidence | None:
    op_id = _done(run, draw)
    (at,) = _find(run, Answered, lambda e: e.op_id == op_id)
    run = _put(run, at)
    entries = [replace(e, op_id=None) if e.op_id == op_id else e for e in run.entries]
    results = [result for result in run.results if result.op_id != op_id]
    return replace(run, entries=entries, results=results)


@notices("doubled", "a command takes effect twice")
def _effect_twice(run: Evidence, draw: Draw) -> Evidence | None:
    op_id = _done(run, draw)
    (first,) = (entry for entry in run.entries if entry.op_id == op_id)
    again = replace(first, seq=run.head + 1, version=first.version + 1)
    return replace(run, head=run.head + 1, entries=[*run.entries, again])


@notices("refused", "a refused command takes effect")
def _refuse_effect(run: Evidence, draw: Draw) -> Evidence | None:
    op_id = _done(run, draw)
    results = [replace(r, status=412) if r.op_id == op_id else r for r in run.results]
    return replace(run, results=results)


@notices("refused", "a desk is told that a command was refused which took effect")
def _tell_refusal(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Answered, lambda e: e.answer == "Done"))
    return _put(run, at, replace(at.event, answer="Stale"))


@notices("answer", "a desk is told that a command was done which was refused")
def _tell_success(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Answered, lambda e: e.answer != "Done"))
    return _put(run, at, replace(at.event, answer="Done"))


@notices("answer", "a desk is answered twice, and otherwise")
def _answer_twice(run: Evidence, draw: Draw) -> Evidence | None:
    at = _pick(draw, _find(run, Answered))
    return _put(run, at, at.event, replace(at.event, answer="IllegalState"))


@notices("answer", "an answer names another place in the log")
def _wrong_place(run: Evidence, draw: Draw) -> Evidence | None:
    op_id = _done(run, draw)
    results = [replace(r, seq=0) if r.op_id == op_id else r for r in run.results]
    return replace(run, results=results)


@notices("answer", "an effect has no stored answer")
def _drop_result(run: Evidence, draw: Draw) -> Evidence | None:
    op_id = _done(run, draw)
    return replace(run, results=[r for r in run.results if r.op_id != op_id])


@notices("phantom", "an effect was given by nobody")
def _ungive(run: Evidence, draw: Draw) -> Evidence | None:
    op_id = _done(run, draw)
    (at,) = _find(run, Given, lambda e: e.op_id == op_id)
    return _put(run, at)


@notices("stuck", "a command still waits at the end")
def _leave_waiting(run: Evidence, draw: Draw) -> Evidence | None:
    saved = _pick(draw, _find(run, Saved))
    (ended,) = (at for at in _find(run, Ended) if at.desk == saved.desk)
    return _put(run, ended, replace(ended.event, outbox={saved.event.op_id: "waiting"}))


@notices("stuck", "a desk does not come to rest")
def _unsettle(run: Evidence, draw: Draw) -> Evidence | None:
    first, *others = run.desks
    unsettled = DeskHistory(first.name, first.member_id, first.events, "offline")
    return replace(run, desks=[unsettled, *others])


@notices("order", "a command overtakes an earlier one on the same prescription")
def _overtake(run: Evidence, draw: Draw) -> Evidence | None:
    """The log has them as they are; the desk says that they were given the other way round."""
    tara = run.desks[DESKS.index("tara")]
    given = [e for e in tara.events if isinstance(e, Given)]
    done = {e.op_id for e in run.entries}
    first = next(e for e in given if e.op_id in done)
    later = next(
        (e for e in given if e.aggregate == first.aggregate and e != first and e.op_id in done),
        None,
    )
    if later is None:
        return None
    other = {first.op_id: later.op_id, later.op_id: first.op_id}
    events = [
        replace(e, op_id=other.get(e.op_id, e.op_id)) if isinstance(e, Given | Saved) else e
        for e in tara.events
    ]
    desks = [replace(tara, events=events) if desk is tara else desk for desk in run.desks]
    return replace(run, desks=desks)


# The log


@notices("gap", "an entry is missing in the log")
def _lose_entry(run: Evidence, draw: Draw) -> Evidence | None:
    entries = list(run.entries)
    entries.pop(draw(st.integers(0, len(entries) - 1)))
    return _with_entries(run, entries)


@notices("gap", "the head is not where the log ends")
def _move_head(run: Evidence, draw: Draw) -> Evidence | None:
    return replace(run, head=run.head + draw(st.sampled_from([-1, 1])))


@notices("version", "a row's version does not count up")
def _jump_version(run: Evidence, draw: Draw) -> Evidence | None:
    at = draw(st.integers(0, len(run.entries) - 1))
    entries = list(run.entries)
    entries[at] = replace(entries[at], version=entries[at].version + 1)
    return _with_entries(run, entries)


@notices("chain", "the hash chain is broken")
def _break_chain(run: Evidence, draw: Draw) -> Evidence | None:
    return replace(run, audit=["3: The entry 3 is not what was written."])


@notices("fault", "a program failed")
def _fail(run: Evidence, draw: Draw) -> Evidence | None:
    return replace(run, faults=["Traceback (most recent call last)"])
