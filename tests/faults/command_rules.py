"""Commands: each takes effect exactly once, or is refused and has none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from uuid import UUID

from tests.faults.evidence import DeskHistory, Entry, Evidence, Finding, Result
from tests.faults.history import Answered, Began, Ended, Given, Saved

REFUSED_FROM = 400
_UNANSWERED = ("waiting", "sending")


class Effects:
    """What the log says of each command."""

    def __init__(self, evidence: Evidence) -> None:
        self.of: dict[UUID, list[Entry]] = defaultdict(list)
        for entry in evidence.entries:
            if entry.op_id is not None:
                self.of[entry.op_id].append(entry)
        self.results = {result.op_id: result for result in evidence.results}

    def took(self, op_id: UUID) -> bool:
        return bool(self.of.get(op_id))


def command_findings(evidence: Evidence) -> Iterator[Finding]:
    """Commands that were lost, doubled, answered wrongly, left unanswered or reordered."""
    effects = Effects(evidence)
    given = {e.op_id for desk in evidence.desks for e in desk.events if isinstance(e, Given)}
    for op_id, entries in effects.of.items():
        if op_id not in given:
            yield Finding("phantom", "server", f"Nobody gave {op_id}, which the log has.")
        yield from _once(op_id, entries)
    for result in effects.results.values():
        yield from _as_answered(result, effects)
    for op_id in effects.of.keys() - effects.results.keys():
        yield Finding("answer", "server", f"{op_id} took effect, and its answer is not stored.")
    for desk in evidence.desks:
        yield from _desk(desk, effects)


def _once(op_id: UUID, entries: list[Entry]) -> Iterator[Finding]:
    """A transaction's entries lie together, since it holds the head; a second one's do not."""
    seqs = [entry.seq for entry in entries]
    apart = any(later != earlier + 1 for earlier, later in pairwise(seqs))
    headers = sum(entry.entity == "prescription" for entry in entries)
    rows = Counter((entry.entity, entry.entity_id, entry.version) for entry in entries)
    if apart or headers != 1 or max(rows.values()) > 1:
        yield Finding(
            "doubled", "server",
            f"{op_id} changed its prescription {headers} times, at {seqs[0]} to {seqs[-1]}.",
        )  # fmt: skip


def _as_answered(result: Result, effects: Effects) -> Iterator[Finding]:
    took = effects.took(result.op_id)
    if result.status >= REFUSED_FROM and took:
        yield Finding("refused", "server", f"{result.op_id} was refused and took effect.")
    if result.status < REFUSED_FROM:
        last = effects.of[result.op_id][-1].seq if took else None
        if not took:
            yield Finding("lost", "server", f"{result.op_id} was done and is not in the log.")
        elif result.seq != last:
            yield Finding(
                "answer", "server",
                f"{result.op_id} was said to be done at {result.seq}; its effect is at {last}.",
            )  # fmt: skip


def _desk(desk: DeskHistory, effects: Effects) -> Iterator[Finding]:
    saved: dict[UUID, None] = {}
    answers: dict[UUID, set[str]] = defaultdict(set)
    aggregates: dict[UUID, UUID] = {}
    left: dict[UUID, str] = {}
    for event in desk.events:
        match event:
            case Given():
                aggregates[event.op_id] = event.aggregate
            case Saved():
                saved[event.op_id] = None
            case Began():
                saved |= dict.fromkeys(event.outbox)
            case Answered():
                answers[event.op_id].add(event.answer)
            case Ended():
                left = event.outbox
    for op_id in saved:
        yield from _kept(desk.name, op_id, answers[op_id], left.get(op_id), effects)
    yield from _in_order(desk.name, saved, aggregates, effects)


def _kept(
    desk: str, op_id: UUID, answers: set[str], left: str | None, effects: Effects
) -> Iterator[Finding]:
    result, took = effects.results.get(op_id), effects.took(op_id)
    if len(answers) > 1:
        yield Finding("answer", desk, f"{op_id} was answered {' and '.join(sorted(answers))}.")
    if left in _UNANSWERED:
        yield Finding("stuck", desk, f"{op_id} was saved and is still {left}.")
    elif not answers and result is None and left is None:
        yield Finding("lost", desk, f"{op_id} was saved and is nowhere.")
    done = "Done" in answers
    if done and not took:
        yield Finding("lost", desk, f"{op_id} was acknowledged and is not in the log.")
    if answers and not done and took:
        yield Finding("refused", desk, f"{op_id} was refused at the desk and took effect.")
    if answers and result is not None and done != (result.status < REFUSED_FROM):
        yield Finding("answer", desk, f"{op_id} was answered otherwise than the server stored.")


def _in_order(
    desk: str, saved: dict[UUID, None], aggregates: dict[UUID, UUID], effects: Effects
) -> Iterator[Finding]:
    """A desk's commands on one prescription take effect in the order in which they were given."""
    last: dict[UUID, int] = {}
    for op_id in saved:
        entries, aggregate = effects.of.get(op_id), aggregates.get(op_id)
        if not entries or aggregate is None:
            continue
        if entries[0].seq < last.get(aggregate, 0):
            yield Finding("order", desk, f"{op_id} overtook an earlier command on {aggregate}.")
        last[aggregate] = entries[-1].seq
