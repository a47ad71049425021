"""The table of lines is as high as its lines are, whatever room it has, and comes to rest there."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from clinicdesk.contract.entities import PrescriptionItem
from clinicdesk.core.collection import Collection
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.content import CellContent
from clinicdesk.desktop.models.prescription_items import ItemColumn, PrescriptionItems
from clinicdesk.desktop.workspaces.shared.item_table import ItemTable
from tests.core.sample import NOON, a_prescription, an_item

PRESCRIPTION = a_prescription(signed_at=NOON)
LONG = "after food, with a full glass of water, and not within two hours of milk, iron or calcium "


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


def line(number: int, **changes: Any) -> PrescriptionItem:
    return an_item(PRESCRIPTION, f"line {number}", line=number, **changes)


class Place:
    """The table in a card below which something else stands, as a window has it."""

    def __init__(self, design: Design, *lines: PrescriptionItem) -> None:
        self.rows: Collection[PrescriptionItem] = Collection(
            "prescription_item", lambda item: item.prescription_id
        )
        self.put(*lines)
        self.model = PrescriptionItems(self.rows, lambda _item: CellContent("next"))
        self.model.show_prescription(PRESCRIPTION.id)
        self.table = ItemTable()
        self.table.dress(design, self.model)
        card = Card(design, padded=False)
        card.fill(self.table)
        self.inside = QWidget()
        column = QVBoxLayout(self.inside)
        column.addWidget(card)
        below = QLabel("What stands below it, in words that need a line or two of their own.")
        below.setWordWrap(True)
        column.addWidget(below)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(self.inside)

    def put(self, *lines: PrescriptionItem) -> None:
        for item in lines:
            self.rows.stage_server(item.id, item)
        self.rows.announce()

    def resize(self, width: int, height: int) -> None:
        self.area.resize(width, height)
        self.settle()

    def settle(self) -> None:
        for _ in range(5):
            QCoreApplication.processEvents()

    def height_of_lines(self) -> int:
        rows = sum(self.table.rowHeight(row) for row in range(self.model.rowCount()))
        return rows + self.table.horizontalHeader().height()


@pytest.fixture
def place(qtbot: QtBot, design: Design) -> Place:
    made = Place(design, line(1, instructions=LONG), line(2, instructions=LONG[:60]), line(3))
    qtbot.addWidget(made.area)
    made.area.show()
    made.settle()
    return made


def test_a_scroll_bar_comes_to_rest_at_every_height(place: Place) -> None:
    for width in range(560, 800, 12):
        place.resize(width, 900)
        needed = place.inside.heightForWidth(width)
        for height in range(needed - 40, needed + 40, 2):
            place.resize(width, height)
            assert place.table.height() == place.height_of_lines()


def test_the_last_column_goes_where_its_room_is_needed_and_comes_to_rest(place: Place) -> None:
    hidden = set()
    for width in range(560, 800, 3):
        for height in (160, 280, 320, 360, 900):
            place.resize(width, height)
            assert place.table.height() == place.height_of_lines()
        hidden.add(place.table.isColumnHidden(ItemColumn.NEXT))
    assert hidden == {True, False}


def test_a_line_that_says_more_is_higher_at_once(place: Place) -> None:
    place.resize(700, 900)
    before = place.table.height()
    place.put(line(3, version=2, substitute_id=line(1).id, substitution_reason=LONG))
    place.settle()
    assert place.table.height() == place.height_of_lines() > before
