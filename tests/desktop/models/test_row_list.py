"""The list model: always the sorted, filtered rows, told row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from clinicdesk.contract.entities import Pharmacy
from clinicdesk.core.collection import Collection
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.models.row_list import ID_ROLE, RowListModel
from clinicdesk.desktop.models.selection import RowSelection
from clinicdesk.desktop.models.tally import Tally

CLINIC = uuid4()
NAMES = ("Tāne", "राजेश", "Meera", "meera", "Zoë", "Anjali")


def pharmacy(number: int, name: str, *, active: bool = True, version: int = 1) -> Pharmacy:
    return Pharmacy(
        id=UUID(int=number),
        clinic_id=CLINIC,
        version=version,
        name=name,
        licence_number="L",
        address="",
        phone="",
        active=active,
    )


def model_of(rows: Collection[Pharmacy]) -> RowListModel[Pharmacy]:
    return RowListModel(
        rows,
        order=lambda row: (row.name,),
        content=lambda row: RowContent(key=row.id, primary=row.name),
        words=lambda row: row.name,
    )


def put(rows: Collection[Pharmacy], *changed: Pharmacy, gone: tuple[UUID, ...] = ()) -> None:
    for row in changed:
        rows.stage_server(row.id, row)
    for row_id in gone:
        rows.stage_server(row_id, None)
    rows.announce()


def shown(model: RowListModel[Pharmacy]) -> list[UUID]:
    return [model.index(place).data(ID_ROLE) for place in range(model.rowCount())]


@pytest.fixture
def rows() -> Collection[Pharmacy]:
    return Collection("pharmacy")


changes = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(NAMES), st.booleans(), st.booleans()),
    max_size=40,
)


@given(changes, st.sampled_from(["", "e", "me", "tane", "राज", "x"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_after_any_changes_it_shows_what_sorting_and_filtering_all_rows_gives(
    qtbot: QtBot, steps: list[tuple[int, str, bool, bool]], text: str
) -> None:
    rows: Collection[Pharmacy] = Collection("pharmacy")
    model = model_of(rows)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_lane(lambda row: row.active)
    model.set_text(text)
    for number, name, active, stays in steps:
        if stays:
            put(rows, pharmacy(number, name, active=active))
        else:
            put(rows, gone=(UUID(int=number),))
    fresh = model_of(rows)
    fresh.set_lane(lambda row: row.active)
    fresh.set_text(text)
    assert shown(model) == shown(fresh)
    expected = sorted((row for row in rows.values() if row.active), key=lambda r: (r.name, r.id))
    if not text:
        assert shown(model) == [row.id for row in expected]
    assert tester.model() is model


@given(changes)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_lane_that_is_come_back_to_shows_what_has_changed_meanwhile(
    qtbot: QtBot, steps: list[tuple[int, str, bool, bool]]
) -> None:
    rows: Collection[Pharmacy] = Collection("pharmacy")
    model = model_of(rows)
    for number, name, active, stays in steps:
        model.set_lane(lambda row: not row.active)
        if stays:
            put(rows, pharmacy(number, name, active=active))
        model.set_lane(lambda row: row.active, name="active")
        if not stays:
            put(rows, gone=(UUID(int=number),))
        model.set_text(name if active else "")
        model.set_text("")
        model.set_lane(lambda row: row.active, name="active")
    expected = sorted((row for row in rows.values() if row.active), key=lambda r: (r.name, r.id))
    if steps:
        assert shown(model) == [row.id for row in expected]


def test_a_kept_lane_is_not_what_a_text_leaves_of_it(qtbot: QtBot) -> None:
    rows: Collection[Pharmacy] = Collection("pharmacy")
    put(rows, pharmacy(1, "Meera"))
    model = model_of(rows)
    model.set_lane(lambda row: row.active, name="active")
    model.set_text("mee")  # leaves all of it
    put(rows, pharmacy(1, "Zoë"), pharmacy(2, "Anjali"))
    model.set_lane(lambda row: not row.active)
    model.set_text("")
    model.set_lane(lambda row: row.active, name="active")
    assert shown(model) == [UUID(int=2), UUID(int=1)]


def test_typing_on_narrows_and_deleting_widens_again(
    qtbot: QtBot, rows: Collection[Pharmacy]
) -> None:
    put(rows, pharmacy(1, "Lifeline"), pharmacy(2, "Life Care"), pharmacy(3, "Wellness"))
    model = model_of(rows)
    for text, count in (("l", 3), ("li", 2), ("life", 2), ("life c", 1), ("life", 2), ("", 3)):
        model.set_text(text)
        assert model.rowCount() == count, text


def test_accents_and_case_do_not_matter_but_hindi_vowels_do(
    qtbot: QtBot, rows: Collection[Pharmacy]
) -> None:
    put(rows, pharmacy(1, "Tāne Wiremu"), pharmacy(2, "राजेश"), pharmacy(3, "रोजश"))
    model = model_of(rows)
    model.set_text("TANE")
    assert shown(model) == [UUID(int=1)]
    model.set_text("राज")
    assert shown(model) == [UUID(int=2)]


def test_a_lane_of_known_candidates_asks_no_other_row(
    qtbot: QtBot, rows: Collection[Pharmacy]
) -> None:
    put(rows, *(pharmacy(number, f"{number:03}") for number in range(50)))
    model = model_of(rows)
    asked: list[UUID] = []

    def accepts(row: Pharmacy) -> bool:
        asked.append(row.id)
        return row.id.int < 10

    few = [pharmacy(number, f"{number:03}") for number in (3, 4, 40)]
    model.set_lane(accepts, lambda: few)
    assert shown(model) == [UUID(int=3), UUID(int=4)]
    assert asked == [row.id for row in few]
    put(rows, pharmacy(5, "005", version=2))
    assert shown(model) == [UUID(int=3), UUID(int=4), UUID(int=5)]


def test_one_changed_row_is_one_signal(qtbot: QtBot, rows: Collection[Pharmacy]) -> None:
    put(rows, *(pharmacy(number, f"{number:03}") for number in range(50)))
    model = model_of(rows)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, *_: told.append((first.row(), last.row())))
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    put(rows, msgspec.structs.replace(pharmacy(7, "007"), phone="022", version=2))
    assert told == [(7, 7)]
    assert resets == []


def test_what_a_row_says_is_kept_until_it_changes(qtbot: QtBot, rows: Collection[Pharmacy]) -> None:
    put(rows, pharmacy(1, "Lifeline"))
    model = model_of(rows)
    first: Any = model.index(0).data(CONTENT_ROLE)
    assert model.index(0).data(CONTENT_ROLE) is first
    put(rows, pharmacy(1, "Lifeline 2", version=2))
    assert model.index(0).data(CONTENT_ROLE).primary == "Lifeline 2"


@pytest.fixture
def listed(qtbot: QtBot, rows: Collection[Pharmacy]) -> Iterator[RowSelection]:
    put(rows, *(pharmacy(number, f"{number:03}") for number in range(100)))
    view = QListView()
    qtbot.addWidget(view)
    selection = RowSelection(view, model_of(rows))
    view.resize(200, 200)
    view.show()
    return selection


def test_the_chosen_row_stays_chosen_when_rows_come_and_go_around_it(
    listed: RowSelection, rows: Collection[Pharmacy]
) -> None:
    listed.choose(UUID(int=50))
    chosen: list[UUID | None] = []
    listed.chosen.connect(chosen.append)
    put(rows, pharmacy(200, "000a"), pharmacy(50, "099a"), gone=(UUID(int=3), UUID(int=49)))
    assert listed.current == UUID(int=50)
    view = listed.parent()
    assert isinstance(view, QListView)
    assert view.currentIndex().data(ID_ROLE) == UUID(int=50)
    assert chosen == []


def test_a_chosen_row_that_leaves_the_list_is_still_the_thing_at_work(
    listed: RowSelection, rows: Collection[Pharmacy]
) -> None:
    listed.choose(UUID(int=50))
    chosen: list[UUID | None] = []
    listed.chosen.connect(chosen.append)
    put(rows, gone=(UUID(int=50),))
    assert listed.current == UUID(int=50)
    assert chosen == []
    put(rows, pharmacy(50, "050"))
    view = listed.parent()
    assert isinstance(view, QListView)
    assert view.currentIndex().data(ID_ROLE) == UUID(int=50)


def test_lanes_are_counted_as_rows_change(qtbot: QtBot, rows: Collection[Pharmacy]) -> None:
    put(rows, pharmacy(1, "a"), pharmacy(2, "b", active=False))
    tally: Tally[Pharmacy] = Tally(rows, lambda row: "open" if row.active else None)
    assert tally.count("open") == 1
    with qtbot.waitSignal(tally.changed):
        put(rows, pharmacy(2, "b", active=True, version=2))
    assert tally.count("open") == 2
    put(rows, gone=(UUID(int=1), UUID(int=2)))
    assert tally.count("open") == 0
