"""Rows and cells: what is painted, how little is asked for, and how a change is shown."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import (
    QAbstractListModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import QTableView, QWidget
from pytestqt.qtbot import QtBot

from clinicdesk.desktop.design import glow as glow_module
from clinicdesk.desktop.design.age import age_pill
from clinicdesk.desktop.design.appearance import Appearance, Design
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent, RowContent
from clinicdesk.desktop.design.glow import FADES_WITHIN_S
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.design.tokens import ROW_HEIGHT, TABLE_ROW_HEIGHT, Tone
from clinicdesk.desktop.design.views import dress_table

Index = QModelIndex | QPersistentModelIndex
MANY = 50_000


class Queue(QAbstractListModel):
    """Rows made when asked for; counts what it was asked."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows
        self.names: dict[int, str] = {}
        self.asked: set[int] = set()

    def rowCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return self._rows

    def data(self, index: Index, role: int = 0) -> Any:
        if role != CONTENT_ROLE:
            return None
        row = index.row()
        self.asked.add(row)
        name = self.names.get(row, f"Tāne Wiremu {row}")
        return RowContent(row, name, "RX-7F3J9", "1 item · राजेश", age_pill(row), status="Paid")

    def rename(self, row: int, name: str) -> None:
        self.names[row] = name
        self.dataChanged.emit(self.index(row), self.index(row))

    def prepend(self) -> None:
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._rows += 1
        self.endInsertRows()


def shown(design: Design, qtbot: QtBot, rows: int) -> tuple[RowList, Queue]:
    view = RowList()
    qtbot.addWidget(view)
    view.dress(design)
    model = Queue(rows)
    model.setParent(view)
    view.setModel(model)
    view.resize(400, 10 * ROW_HEIGHT)
    with qtbot.waitExposed(view):
        view.show()
    view.grab()
    return view, model


def test_of_fifty_thousand_rows_only_those_in_sight_are_asked_for(
    design: Design, qtbot: QtBot
) -> None:
    view, model = shown(design, qtbot, MANY)
    assert len(model.asked) <= 12
    model.asked.clear()
    view.scrollToBottom()
    view.grab()
    assert MANY - 1 in model.asked
    assert len(model.asked) <= 24


def test_a_change_out_of_sight_asks_for_nothing(design: Design, qtbot: QtBot) -> None:
    _view, model = shown(design, qtbot, MANY)
    model.asked.clear()
    model.rename(40_000, "Hine Ngata")
    assert model.asked == set()


def test_a_new_row_above_keeps_the_chosen_one(design: Design, qtbot: QtBot) -> None:
    view, model = shown(design, qtbot, 30)
    view.setCurrentIndex(model.index(4))
    model.prepend()
    assert view.currentIndex().row() == 5


def test_home_and_end_reach_the_ends_of_the_list(design: Design, qtbot: QtBot) -> None:
    view, model = shown(design, qtbot, 300)
    view.setCurrentIndex(model.index(4))
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.currentIndex().row() == 299
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.currentIndex().row() == 0


def test_an_empty_list_takes_every_key(design: Design, qtbot: QtBot) -> None:
    view, _model = shown(design, qtbot, 0)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Down):
        qtbot.keyClick(view, key)
    assert not view.currentIndex().isValid()


def test_a_changed_row_glows_and_then_is_as_before(
    design: Design, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(glow_module, "monotonic", lambda: now)
    view, _model = shown(design, qtbot, 5)
    before = view.grab().toImage()
    view.glow.flash(2)
    assert view.glow.strength(2) == 1.0
    assert view.glow.strength(3) == 0.0
    assert view.grab().toImage() != before
    now += FADES_WITHIN_S / 2
    assert view.glow.strength(2) == pytest.approx(0.5)
    now += FADES_WITHIN_S / 2 + 0.01
    assert view.glow.strength(2) == 0.0
    assert view.grab().toImage() == before


def test_a_glow_stops_repainting_when_it_has_faded(
    design: Design, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(glow_module, "monotonic", lambda: now)
    view, _model = shown(design, qtbot, 5)
    view.glow.flash(2)
    assert view.glow.is_active()
    now += FADES_WITHIN_S + 1
    qtbot.waitUntil(lambda: not view.glow.is_active())


def test_a_row_that_glows_is_painted_alone_until_it_is_as_before(
    design: Design, qtbot: QtBot
) -> None:
    view, model = shown(design, qtbot, 5)
    before = view.grab().toImage()
    view.glow.flash(2)
    view.viewport().repaint()
    model.asked.clear()
    qtbot.waitUntil(lambda: bool(model.asked))
    qtbot.waitUntil(lambda: not view.glow.is_active())
    qtbot.wait(0)
    assert model.asked == {2}
    assert view.grab().toImage() == before


def test_a_row_that_nothing_else_has_painted_glows_all_the_same(
    design: Design, qtbot: QtBot
) -> None:
    view, model = shown(design, qtbot, 5)
    model.asked.clear()
    view.glow.flash(2)
    qtbot.waitUntil(lambda: 2 in model.asked)


# Where the pill "now" and the words "Paid" begin in a list of 400 pixels, less the gap.
PILL_LEFT = 316
LONG = "Venkatanarasimharajuvaripeta Krishnamurthy-Subramaniam of Visakhapatnam"


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_a_name_too_long_never_touches_the_pill(
    design: Design, qtbot: QtBot, appearance: Appearance
) -> None:
    design.set_appearance(appearance)
    view, model = shown(design, qtbot, 2)
    pill = view.viewport().rect().adjusted(PILL_LEFT, 0, 0, 0)
    pill.setHeight(ROW_HEIGHT - 1)
    short = view.viewport().grab(pill).toImage()
    model.rename(0, LONG)
    assert view.viewport().grab(pill).toImage() == short


class Lines(QAbstractTableModel):
    """A prescription's lines: a cell of every sort."""

    def rowCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 3

    def data(self, index: Index, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.UserRole:
            return index.row()
        if role != CONTENT_ROLE:
            return None
        return (
            CellContent("Cetirizine 10 mg tablet", strong=True, second="1 at night, 10 days"),
            CellContent("10", strong=True, right=True),
            CellContent("A1193 · ", tail="Jan 2027", tail_tone=Tone.WARNING),
            CellContent(pill=Pill("Checked", Tone.SUCCESS, "scan-line")),
            CellContent("undo", key="Space", right=True),
        )[index.column()]

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 5


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_table_cells_of_every_sort_are_painted(
    design: Design, qtbot: QtBot, appearance: Appearance
) -> None:
    design.set_appearance(appearance)
    card = Card(design, padded=False)
    table = QTableView()
    glow = dress_table(table, design, Qt.ItemDataRole.UserRole)
    model = Lines()
    model.setParent(table)
    table.setModel(model)
    card.fill(table)
    qtbot.addWidget(card)
    card.resize(800, 200)
    with qtbot.waitExposed(card):
        card.show()
    assert table.rowHeight(0) == TABLE_ROW_HEIGHT
    before = table.grab().toImage()
    glow.flash(1)
    assert table.grab().toImage() != before
    for column in range(5):
        area = table.visualRect(model.index(0, column))
        picture = table.viewport().grab(area).toImage()
        ground = picture.pixel(0, 2)
        assert any(
            picture.pixel(x, y) != ground
            for x in range(picture.width())
            for y in range(2, picture.height() - 2)
        )


def test_tab_leaves_a_table(design: Design, qtbot: QtBot) -> None:
    table = QTableView()
    dress_table(table, design, Qt.ItemDataRole.UserRole)
    qtbot.addWidget(table)
    assert not table.tabKeyNavigation()


def corner(card: Card, widget: QWidget) -> bool:
    return widget.mask().contains(widget.rect().topLeft())


def test_what_fills_a_card_is_cut_to_its_corners(design: Design, qtbot: QtBot) -> None:
    card = Card(design, padded=False)
    inside = QWidget()
    card.fill(inside)
    qtbot.addWidget(card)
    card.resize(300, 200)
    with qtbot.waitExposed(card):
        card.show()
    assert not corner(card, inside)
    assert inside.mask().contains(inside.rect().center())


def test_the_chosen_row_shows_where_the_keyboard_acts(design: Design, qtbot: QtBot) -> None:
    view, model = shown(design, qtbot, 5)
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.setCurrentIndex(model.index(1))
    edge = (200, ROW_HEIGHT + 2)
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    focused = view.viewport().grab().toImage().pixelColor(*edge).name().upper()
    view.clearFocus()
    quiet = view.viewport().grab().toImage().pixelColor(*edge).name().upper()
    assert (focused, quiet) == (design.theme.focus, design.theme.selection)
