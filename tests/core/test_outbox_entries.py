"""The outbox in memory: whatever comes and goes, each question finds what a walk would find."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.contract.commands import CancelPrescription
from clinicdesk.core.outbox_entries import OutboxEntries
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState
from tests.core.sample import NOON, an_id


def an_entry(n: int, state: OutboxState) -> OutboxEntry:
    """The command at place `n`; three prescriptions have all of them."""
    return OutboxEntry(
        n=n,
        op_id=an_id(f"op {n}"),
        command=CancelPrescription(prescription_id=an_id(f"rx {n % 3}"), reason="twice"),
        medicines=[],
        at=NOON,
        state=state,
    )


put = st.builds(an_entry, st.integers(1, 12), st.sampled_from(OutboxState))
dropped = st.integers(1, 12).map(lambda n: an_id(f"op {n}"))


@given(st.lists(put | dropped, max_size=40))
def test_each_question_is_answered_as_a_walk_through_all_would(
    steps: list[OutboxEntry | UUID],
) -> None:
    entries, known = OutboxEntries(), dict[UUID, OutboxEntry]()
    for step in steps:
        before, changes = entries.revision, not isinstance(step, UUID) or step in known
        if isinstance(step, UUID):
            assert entries.drop(step) == known.pop(step, None)
        else:
            entries.put(step)
            known[step.op_id] = step
        assert (entries.revision is not before) == changes
        in_order = sorted(known.values(), key=lambda entry: entry.n)
        assert entries.all() == list(entries) == in_order
        assert entries.refused() == [e for e in in_order if e.state is OutboxState.REFUSED]
        assert entries.aggregates() == {entry.command.aggregate_id for entry in in_order}
        for rx in (an_id(f"rx {number}") for number in range(3)):
            assert entries.of(rx) == [e for e in in_order if e.command.aggregate_id == rx]
        assert all((op_id in entries) == (op_id in known) for op_id in map(_op, range(1, 13)))


def test_what_takes_the_place_of_another_keeps_its_turn() -> None:
    entries = OutboxEntries()
    entries.put_all(an_entry(n, OutboxState.WAITING) for n in (1, 2, 3))
    entries.put(replace(an_entry(1, OutboxState.WAITING), state=OutboxState.SENDING))
    assert [entry.n for entry in entries] == [1, 2, 3]


def _op(n: int) -> UUID:
    return an_id(f"op {n}")
