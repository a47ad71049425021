"""The lines of a prescription as a table: only the cells that say something else are told."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem, Schedule
from clinicdesk.core.collection import Collection
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent
from clinicdesk.desktop.models.prescription_items import ItemColumn, PrescriptionItems
from tests.core.sample import NOON, a_prescription, an_id, an_item

PRESCRIPTION = a_prescription(signed_at=NOON)
OTHER = a_prescription("other")


def line(number: int, **changes: Any) -> PrescriptionItem:
    return an_item(PRESCRIPTION, f"line {number}", line=number, **changes)


def put(rows: Collection[PrescriptionItem], *changed: PrescriptionItem) -> None:
    for row in changed:
        rows.stage_server(row.id, row)
    rows.announce()


@pytest.fixture
def rows() -> Collection[PrescriptionItem]:
    made: Collection[PrescriptionItem] = Collection(
        "prescription_item", lambda item: item.prescription_id
    )
    put(made, line(2), line(1), line(3), an_item(OTHER, "another line"))
    return made


@pytest.fixture
def model(qtbot: QtBot, rows: Collection[PrescriptionItem]) -> PrescriptionItems:
    made = PrescriptionItems(rows, lambda item: CellContent(f"next for {item.status}"))
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, parent=made)
    made.show_prescription(PRESCRIPTION.id)
    return made


def cell(model: PrescriptionItems, place: int, column: ItemColumn) -> CellContent:
    content: CellContent = model.index(place, column).data(CONTENT_ROLE)
    return content


def test_the_lines_stand_in_the_order_in_which_they_were_written(
    model: PrescriptionItems,
) -> None:
    assert [item.line for item in model.items()] == [1, 2, 3]
    assert cell(model, 0, ItemColumn.MEDICINE).text == "Amoxicillin 500 mg capsule"
    assert (
        cell(model, 0, ItemColumn.MEDICINE).second.replace("\N{NO-BREAK SPACE}", " ")
        == "1 capsule, three times a day, 5 day(s) · after food · Amoex"
    )


def test_a_new_status_touches_its_own_cells_alone(
    model: PrescriptionItems, rows: Collection[PrescriptionItem]
) -> None:
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, *_: told.append((first.row(), first.column())))
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    put(rows, line(2, version=2, status=ItemStatus.READY))
    assert told == [(1, ItemColumn.STATE), (1, ItemColumn.NEXT)]
    assert resets == []


def test_another_prescription_changes_nothing_here(
    model: PrescriptionItems, rows: Collection[PrescriptionItem]
) -> None:
    told: list[object] = []
    model.dataChanged.connect(lambda *_: told.append(None))
    model.modelReset.connect(lambda: told.append(None))
    put(rows, an_item(OTHER, "another line", version=2, status=ItemStatus.READY))
    put(rows, an_item(OTHER, "one more", line=2))
    assert told == []


def test_a_line_that_is_not_supplied_says_why(
    model: PrescriptionItems, rows: Collection[PrescriptionItem]
) -> None:
    put(rows, line(3, version=2, status=ItemStatus.DECLINED, decline_reason="Out of stock"))
    assert cell(model, 2, ItemColumn.MEDICINE).second == "Declined: Out of stock"


def test_a_controlled_medicine_is_marked(
    model: PrescriptionItems, rows: Collection[PrescriptionItem]
) -> None:
    put(rows, replace(line(1), version=2, schedule=Schedule.X))
    assert cell(model, 0, ItemColumn.MEDICINE).second.startswith("Schedule X")


def test_a_screen_reader_hears_each_cell(model: PrescriptionItems) -> None:
    index = model.index(0, ItemColumn.STATE)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "To dispense"
    assert model.place_of(an_id("line 2")) == 1
    assert model.place_of(an_id("nowhere")) is None
