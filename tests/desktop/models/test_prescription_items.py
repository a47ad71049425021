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


def test_how_much_is_owing_is_told(
    rows: Collection[PrescriptionItem], model: PrescriptionItems
) -> None:
    put(
        rows,
        line(1, status=ItemStatus.CHECKED, prepared=10, owing=5),
        line(2, status=ItemStatus.OWING, owing=5),
    )
    pills = [cell(model, place, ItemColumn.STATE).pill for place in (0, 1)]
    assert [pill and pill.text for pill in pills] == ["10, 5 owing", "5 owing"]


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
    said = cell(model, 2, ItemColumn.MEDICINE)
    assert said.remarks == ("Declined: Out of stock",)
    assert said.second, "how it was to be taken still stands there"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"status": ItemStatus.ON_HOLD, "hold_reason": "Asking the prescriber"},
            ("On hold: Asking the prescriber",),
        ),
        ({"status": ItemStatus.PENDING, "hold_reason": "Asked"}, ()),
        (
            {"status": ItemStatus.CANCELLED, "decline_reason": "Cannot be had"},
            ("Cancelled: Cannot be had",),
        ),
        (
            {"status": ItemStatus.CANCELLED, "decline_reason": "Cannot be had", "supplied": 5},
            ("The rest cancelled: Cannot be had",),
        ),
        ({"status": ItemStatus.CANCELLED}, ()),
    ],
)
def test_what_keeps_a_line_or_ended_it_is_said_with_its_reason(
    model: PrescriptionItems,
    rows: Collection[PrescriptionItem],
    changes: dict[str, Any],
    said: tuple[str, ...],
) -> None:
    put(rows, line(2, version=2, **changes))
    assert cell(model, 1, ItemColumn.MEDICINE).remarks == said


SUBSTITUTED: dict[str, Any] = {
    "substitute_id": an_id("another"),
    "substitute_brand": "Novamox",
    "substitution_reason": "Out of stock",
    "prescribed_minor": 12_000,
    "amount_minor": 9_000,
}


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Novamox instead of Amoex · ₹ 30.00 less · Out of stock"),
        ({"amount_minor": 12_500}, "Novamox instead of Amoex · ₹ 5.00 more · Out of stock"),
        ({"amount_minor": 12_000}, "Novamox instead of Amoex · the same price · Out of stock"),
        (
            {"substitute_brand": ""},
            "Another product instead of Amoex · ₹ 30.00 less · Out of stock",
        ),
        (
            {"substitute_brand": "Amoex"},
            "Another product named Amoex · ₹ 30.00 less · Out of stock",
        ),
        ({"brand": ""}, "Novamox · ₹ 30.00 less · Out of stock"),
    ],
)
def test_a_substituted_line_names_what_is_supplied_the_difference_and_the_reason(
    model: PrescriptionItems,
    rows: Collection[PrescriptionItem],
    changes: dict[str, Any],
    said: str,
) -> None:
    put(rows, line(2, version=2, **SUBSTITUTED | changes))
    shown = cell(model, 1, ItemColumn.MEDICINE)
    assert [plain(remark) for remark in shown.remarks] == [said]
    assert "Amoex" not in shown.second, "the product is named once"
    index = model.index(1, ItemColumn.MEDICINE)
    for role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
        assert said in plain(index.data(role))


def test_of_a_line_left_out_no_product_is_said_to_be_supplied(
    model: PrescriptionItems, rows: Collection[PrescriptionItem]
) -> None:
    left_out = {"status": ItemStatus.DECLINED, "decline_reason": "Has enough"}
    put(rows, line(2, version=2, **SUBSTITUTED | left_out))
    shown = cell(model, 1, ItemColumn.MEDICINE)
    assert shown.remarks == ("Declined: Has enough",)
    assert shown.second.endswith("Amoex")


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
