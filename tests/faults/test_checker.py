"""The checker believes runs in which nothing went wrong, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.faults import checker, history
from tests.faults.breaking import BREAKINGS
from tests.faults.checker import check
from tests.faults.evidence import Evidence
from tests.faults.good_history import good_runs

EXAMPLES = 15
_OFTEN = settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@settings(max_examples=60)
@given(run=good_runs())
def test_of_a_good_run_nothing_is_said(run: Evidence) -> None:
    assert check(run) == []


@pytest.mark.parametrize("deed", BREAKINGS)
@_OFTEN
@given(data=st.data(), run=good_runs())
def test_a_run_is_not_believed_when(deed: str, data: st.DataObject, run: Evidence) -> None:
    rule, breaking = BREAKINGS[deed]
    broken = breaking(run, data.draw)
    assume(broken is not None)
    assert broken is not None
    assert rule in {finding.rule for finding in check(broken)}


def test_each_rule_has_a_run_that_breaks_it() -> None:
    assert checker.__doc__ is not None
    rows = [line.split("|")[1] for line in checker.__doc__.splitlines() if line.startswith("| ")][
        1:
    ]
    named = {name.strip() for row in rows for name in row.split(",")}
    assert named == {rule for rule, _ in BREAKINGS.values()}


def test_a_history_that_ends_in_the_middle_of_a_life_is_read_as_it_is(tmp_path: Path) -> None:
    book = history.Book(tmp_path / "desk.jsonl")
    place = history.Place("epoch", 3, "access")
    events: list[history.AnyEvent] = [
        history.Began(1.0, 7, None, {}, []),
        history.Took(2.0, 2, place, []),
    ]
    for event in events:
        book.write(event)
    book.close()
    assert history.read_history(tmp_path / "desk.jsonl") == events
