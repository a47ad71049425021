"""List rows that tell the trace which version of a row they paint."""

from __future__ import annotations

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.delegate import Index
from clinicdesk.desktop.design.row_delegate import RowDelegate
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.paint_trace import PaintTrace


class TracedRowDelegate(RowDelegate):
    """Paints the rows of a `RowListModel` and says which."""

    def __init__(self, design: Design, view: RowList, painted: PaintTrace) -> None:
        super().__init__(design, view.glow)
        self._painted = painted

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        model = index.model()
        if isinstance(model, RowListModel):
            row = model.row_at(index.row())
            if row is not None:
                self._painted.shown(row.id, row.version)


def dress_rows(view: RowList, design: Design, painted: PaintTrace) -> None:
    """Give a list its looks, and its delegate the trace."""
    view.dress(design)
    view.setItemDelegate(TracedRowDelegate(design, view, painted))
