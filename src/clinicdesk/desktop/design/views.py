"""How lists and tables behave, beyond colours: fixed heights, no frame, whole rows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QListView, QTableView

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.glow import Glow
from clinicdesk.desktop.design.row_delegate import RowDelegate
from clinicdesk.desktop.design.row_hover import RowHover
from clinicdesk.desktop.design.table_delegate import TableDelegate
from clinicdesk.desktop.design.tokens import TABLE_ROW_HEIGHT

HEADER_HEIGHT = 31


def dress_list(view: QListView, design: Design) -> Glow:
    """Give a short list two-line rows; return what makes its rows glow.

    For some hundred rows at most; ``row_list.RowList`` is for more.
    """
    dress_view(view, design)
    view.setUniformItemSizes(True)
    glow = Glow(view)
    view.setItemDelegate(RowDelegate(design, glow))
    return glow


def dress_table(view: QTableView, design: Design, key_role: int) -> Glow:
    """Give a table two-line cells and a quiet header; return what makes its rows glow.

    Args:
        key_role: role under which the first column gives the row's key for the glow.
    """
    shape_table(view, design)
    glow = Glow(view)
    view.setItemDelegate(TableDelegate(design, glow, RowHover(view), key_role))
    return glow


def shape_table(view: QTableView, design: Design) -> None:
    """Give a table its rows and its quiet header, but no delegate."""
    dress_view(view, design)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setCornerButtonEnabled(False)
    view.setTabKeyNavigation(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    rows = view.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(TABLE_ROW_HEIGHT)
    columns = view.horizontalHeader()
    columns.setFixedHeight(HEADER_HEIGHT)
    columns.setHighlightSections(False)
    columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def dress_view(view: QAbstractItemView, design: Design) -> None:
    """Set what lists and tables have in common."""
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setMouseTracking(True)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
    design.changed.connect(view.viewport().update)
