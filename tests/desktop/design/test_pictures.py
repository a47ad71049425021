"""What is painted from a picture looks as if it were painted anew, at whatever cost it was made."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from clinicdesk.desktop.design.appearance import Appearance, Design
from clinicdesk.desktop.design.content import CellContent
from clinicdesk.desktop.design.glow import Glow
from clinicdesk.desktop.design.pictures import Pictures
from clinicdesk.desktop.design.row_hover import RowHover
from clinicdesk.desktop.design.table_delegate import TableDelegate
from tests.desktop.design.test_lists import shown

pytestmark = pytest.mark.usefixtures("qapp")  # there are no pictures without one

ROW = QRect(7, 60, 100, 50)
GROUND = QColor("white")


def painted(
    pictures: Pictures,
    of: str,
    *,
    rect: QRect = ROW,
    density: float = 1.0,
) -> bool:
    """Draw it; return whether strokes were needed."""
    asked: list[str] = []

    def paint(painter: QPainter) -> None:
        asked.append(of)
        painter.fillRect(rect.adjusted(10, 10, -10, -10), QColor("black"))

    sheet = QImage(300, 300, QImage.Format.Format_RGB32)
    sheet.fill(GROUND)
    painter = QPainter(sheet)
    pictures.draw(painter, rect, density, of, "", GROUND, paint)
    painter.end()
    assert sheet.pixelColor(rect.center()) == QColor("black"), "it is where it belongs"
    assert sheet.pixelColor(rect.topLeft()) == GROUND
    return bool(asked)


def test_what_looks_the_same_is_painted_once_wherever_it_stands() -> None:
    pictures = Pictures(1_000_000)
    assert painted(pictures, "Anjali")
    assert not painted(pictures, "Anjali")
    assert not painted(pictures, "Anjali", rect=ROW.translated(3, 70))
    assert painted(pictures, "Anjali", rect=ROW.adjusted(0, 0, 10, 0))
    assert painted(pictures, "Tāne")
    pictures.clear()
    assert painted(pictures, "Anjali")


def test_nothing_is_drawn_where_there_is_no_room() -> None:
    def strokes(_painter: QPainter) -> None:
        pytest.fail("there is nothing to paint on")

    sheet = QImage(9, 9, QImage.Format.Format_RGB32)
    painter = QPainter(sheet)
    Pictures(1_000_000).draw(painter, QRect(0, 0, 0, 52), 1.0, "Anjali", "", GROUND, strokes)
    assert painter.end()


def test_between_whole_densities_nothing_is_kept() -> None:
    pictures = Pictures(1_000_000)
    assert painted(pictures, "Anjali", density=1.5)
    assert painted(pictures, "Anjali", density=1.5)


def test_what_was_not_drawn_for_the_longest_makes_room() -> None:
    pictures = Pictures(most_bytes=2 * 4 * ROW.width() * ROW.height())
    assert painted(pictures, "first")
    assert painted(pictures, "second")
    assert not painted(pictures, "first")
    assert painted(pictures, "third")
    assert not painted(pictures, "first")
    assert painted(pictures, "second")


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_a_list_looks_after_anything_as_it_does_painted_anew(
    design: Design, qtbot: QtBot, appearance: Appearance
) -> None:
    view, model = shown(design, qtbot, 9)

    def choose(row: int) -> None:
        view.setCurrentIndex(model.index(row))

    for happens in (
        lambda: choose(2),
        view.setFocus,
        lambda: QTest.keyClick(view, Qt.Key.Key_Down),
        lambda: model.rename(3, "राजेश Deshpande"),
        lambda: view.resize(460, view.height()),
        lambda: design.set_appearance(appearance),
        view.clearFocus,
        lambda: choose(2),
        lambda: model.rename(3, "Tāne Wiremu 3"),
        lambda: QTest.mouseMove(view.viewport(), view.visualRect(model.index(5)).center()),
        model.prepend,
    ):
        happens()
        from_pictures = view.grab().toImage()
        design.pictures.clear()
        assert view.grab().toImage() == from_pictures


def test_words_stand_as_high_in_each_row_as_in_any_other(design: Design, qtbot: QtBot) -> None:
    view = QTableView()
    qtbot.addWidget(view)
    delegate = TableDelegate(design, Glow(view), RowHover(view), Qt.ItemDataRole.UserRole)

    def seen(top: int) -> QImage:
        sheet = QImage(200, 200, QImage.Format.Format_RGB32)
        sheet.fill(GROUND)
        painter = QPainter(sheet)
        cell = CellContent("Amoxicillin", second="500 mg")
        delegate.paint_cell(painter, QRectF(0, top, 180, 52), cell)
        painter.end()
        return sheet.copy(0, top, 180, 52)

    assert seen(0) == seen(1) == seen(51)
