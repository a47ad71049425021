"""Labels as PDF: one to a page for printers with a driver and for the preview, or sheets of A4."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from clinicdesk.printing.fonts import RENDERING
from clinicdesk.printing.ink import A4, MM, Ink
from clinicdesk.printing.labels.label import Label
from clinicdesk.printing.labels.layout import Face, LabelSize, lay_out


class SheetOfLabels(Struct, frozen=True, kw_only=True):
    """A sheet of A4 that is cut into equal labels, edge to edge.

    Attributes:
        columns, rows: How many there are.
        left, top: White at the edges of the sheet, in millimetres.
        label: The size of one.
    """

    columns: int
    rows: int
    left: float
    top: float
    label: LabelSize

    @property
    def places(self) -> int:
        """Labels on a sheet."""
        return self.columns * self.rows


A4_SHEET: Final = SheetOfLabels(
    columns=3, rows=8, left=0, top=0.5, label=LabelSize(width=70, height=37, margin=4)
)
"""The usual 24 of 70 x 37 mm. Its margin keeps off the edge that office printers cannot reach."""


def render_labels(labels: Sequence[Label], size: LabelSize) -> bytes:
    """A PDF with a page of the label's own size for each.

    Raises ValueError when there is none.
    """
    with RENDERING:
        faces = _faces(labels, size)
        ink = Ink((size.width * MM, size.height * MM), title=_title(labels))
        for place, face in enumerate(faces):
            if place:
                ink.next_page()
            _draw(ink, face, 0, 0)
        return ink.finish()


def render_sheet(
    labels: Sequence[Label], sheet: SheetOfLabels = A4_SHEET, *, first: int = 1
) -> bytes:
    """A PDF of as many sheets as it takes.

    Args:
        first: The first place that still has its label, row by row from 1: a sheet is used up.

    Raises ValueError when there is no label, or the sheet has no such place.
    """
    if not 1 <= first <= sheet.places:
        raise ValueError(f"The sheet has the places 1 to {sheet.places}.")
    with RENDERING:
        faces = _faces(labels, sheet.label)
        ink = Ink(A4, title=_title(labels))
        for number, face in enumerate(faces, first - 1):
            place = number % sheet.places
            if place == 0 and number > first - 1:
                ink.next_page()
            row, column = divmod(place, sheet.columns)
            left = (sheet.left + column * sheet.label.width) * MM
            _draw(ink, face, left, (sheet.top + row * sheet.label.height) * MM)
        return ink.finish()


def places_taken(labels: Sequence[Label], sheet: SheetOfLabels = A4_SHEET) -> int:
    """How many labels of a sheet are used up by these."""
    with RENDERING:
        return len(_faces(labels, sheet.label))


def _faces(labels: Sequence[Label], size: LabelSize) -> list[Face]:
    if not labels:
        raise ValueError("There is no label to print.")
    return [face for label in labels for face in lay_out(label, size)]


def _title(labels: Sequence[Label]) -> str:
    return f"Labels {labels[0].code}"


def _draw(ink: Ink, face: Face, left: float, top: float) -> None:
    for each in face.texts:
        ink.text(left + each.x, top + each.y, each.text, each.size, bold=each.bold)
    if face.rule is not None:
        x, y, width = face.rule
        ink.rule(left + x, top + y, width, 0.5)
    ink.qr(left + face.qr_at[0], top + face.qr_at[1], face.qr_side, face.code)
