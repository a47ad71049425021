"""Two versions of a draft side by side: nothing is left out, nothing is said twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.core.differences import COMPARED, LinePair, Said, SaidLine, differences
from tests.core.sample import an_id

LINES = [an_id(f"line {n}") for n in range(6)]
MEDICINES = [an_id(f"medicine {n}") for n in range(4)]
PHARMACIES = st.sampled_from([None, an_id("pharmacy 1"), an_id("pharmacy 2")])


@st.composite
def lines(draw: st.DrawFn) -> tuple[SaidLine, ...]:
    ids = draw(st.lists(st.sampled_from(LINES), unique=True, max_size=5))
    return tuple(draw(a_line(line_id)) for line_id in ids)  # type: ignore[arg-type]


def a_line(line_id: object) -> st.SearchStrategy[SaidLine]:
    return st.builds(
        lambda medicine, **said: SaidLine(
            medicine_id=MEDICINES[medicine], medicine=f"medicine {medicine}", **said
        ),
        st.integers(0, 3),
        id=st.just(line_id),
        dose=st.sampled_from(["1 tablet", "2 tablets"]),
        route=st.sampled_from(["oral", "topical"]),
        frequency=st.sampled_from(["OD", "BD"]),
        days=st.sampled_from([None, 3, 5]),
        quantity=st.integers(1, 3),
        instructions=st.sampled_from(["", "after food"]),
    )


versions = st.builds(
    Said,
    pharmacy_id=PHARMACIES,
    note=st.sampled_from(["", "please call"]),
    lines=lines(),
)


@given(versions)
def test_a_version_does_not_differ_from_itself(said: Said) -> None:
    found = differences(said, said)
    assert found.none
    assert [pair.mine for pair in found.lines] == list(said.lines)


@given(versions, versions)
def test_every_line_of_both_is_shown_exactly_once(mine: Said, theirs: Said) -> None:
    pairs = differences(mine, theirs).lines
    assert [pair.mine for pair in pairs if pair.mine is not None] == list(mine.lines)
    shown = [pair.theirs for pair in pairs if pair.theirs is not None]
    assert sorted(shown, key=lambda line: line.id) == sorted(theirs.lines, key=lambda line: line.id)


@given(versions, versions)
def test_what_is_marked_is_what_differs(mine: Said, theirs: Said) -> None:
    found = differences(mine, theirs)
    for pair in found.lines:
        if pair.mine is None or pair.theirs is None:
            assert pair.differing == frozenset()
            continue
        assert pair.differing == {
            part for part in COMPARED if getattr(pair.mine, part) != getattr(pair.theirs, part)
        }
    assert found.pharmacy == (mine.pharmacy_id != theirs.pharmacy_id)
    assert found.note == (mine.note != theirs.note)


@given(versions, versions)
def test_nothing_differs_only_where_both_say_the_same(mine: Said, theirs: Said) -> None:
    found = differences(mine, theirs)
    said = [
        sorted((tuple(getattr(line, part) for part in COMPARED) for line in each.lines), key=str)
        for each in (mine, theirs)
    ]
    same = (mine.pharmacy_id, mine.note) == (theirs.pharmacy_id, theirs.note)
    if found.none:
        assert same
        assert said[0] == said[1]


@given(versions, versions)
def test_it_does_not_matter_whose_side_is_which(mine: Said, theirs: Said) -> None:
    def marks(pairs: tuple[LinePair, ...]) -> list[frozenset[str]]:
        alone = [pair for pair in pairs if pair.mine is None or pair.theirs is None]
        assert len(alone) <= len(mine.lines) + len(theirs.lines)
        by_id = {line.id for line in mine.lines} & {line.id for line in theirs.lines}
        return sorted(
            (p.differing for p in pairs if p.mine and p.theirs and p.mine.id in by_id
             and p.mine.id == p.theirs.id),
            key=sorted,
        )  # fmt: skip

    assert marks(differences(mine, theirs).lines) == marks(differences(theirs, mine).lines)


def test_a_line_that_only_they_have_stands_where_it_stands_with_them() -> None:
    one, two, three = (
        SaidLine(
            id=LINES[n], medicine_id=MEDICINES[n], medicine=str(n), dose="1", route="oral",
            frequency="OD", days=3, quantity=3, instructions="",
        )
        for n in range(3)
    )  # fmt: skip
    mine = Said(pharmacy_id=None, note="", lines=(one, three))
    theirs = Said(pharmacy_id=None, note="", lines=(one, two, three))
    assert [(p.mine, p.theirs) for p in differences(mine, theirs).lines] == [
        (one, one),
        (None, two),
        (three, three),
    ]
