"""Text, lines and marks on the pages of one document.

Places are points (1/72 inch) from the upper left corner of the page; a text's place is its
baseline. What is drawn is also what is read out and searched: joined letters carry their text
beside their glyphs.
"""

from __future__ import annotations

import io
from enum import Enum
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from clinicdesk.printing.fonts import font_name, writable
from clinicdesk.printing.qr import modules
from clinicdesk.printing.shaping import Stretch, stretches, width_of, wrapped

A4: Final = (595.28, 841.89)
MM: Final = 72 / 25.4

_BLACK: Final = (0.0, 0.0, 0.0)

Colour = tuple[float, float, float]
GREY: Final[Colour] = (0.36, 0.36, 0.36)
PALE: Final[Colour] = (0.75, 0.75, 0.75)
RED: Final[Colour] = (0.75, 0.05, 0.05)


class Align(Enum):
    """Where the place of a text is."""

    LEFT = 0
    RIGHT = 1
    CENTRE = 2


class Ink:
    """Draws one document.

    Attributes:
        width, height: Of a page, in points.
    """

    def __init__(self, page: tuple[float, float] = A4, *, title: str) -> None:
        """Begin a document. Its title is seen in windows and lists: it names nobody."""
        self.width, self.height = page
        self._bytes = io.BytesIO()
        # The same facts make the same bytes: a document can be compared and hashed.
        self._canvas = Canvas(
            self._bytes, pagesize=page, invariant=1, lang="en", initialFontName=font_name()
        )
        self._canvas.setTitle(title)
        self._canvas.setCreator("clinicdesk")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: Colour = _BLACK,
        align: Align = Align.LEFT,
    ) -> None:
        """One line, as wide as it is."""
        parts = stretches(writable(text), bold=bold)
        width = size * sum(part.width for part in parts)
        x -= {Align.LEFT: 0.0, Align.RIGHT: width, Align.CENTRE: width / 2}[align]
        self._canvas.setFillColorRGB(*colour)
        for part in parts:
            self._canvas.setFont(part.font, size)
            if part.is_plain:
                self._canvas.drawString(x, self.height - y, part.text)
            else:
                self._spoken(x, y, size, part)
            x += size * part.width

    def block(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        width: float,
        *,
        bold: bool = False,
        colour: Colour = _BLACK,
        leading: float = 1.3,
    ) -> float:
        """Text in lines of `width` at most, the first on the baseline `y`; the baseline below."""
        for line in wrapped(text, size, width, bold=bold):
            self.text(x, y, line, size, bold=bold, colour=colour)
            y += size * leading
        return y

    def rule(
        self, x: float, y: float, width: float, thickness: float = 0.6, *, colour: Colour = _BLACK
    ) -> None:
        """A line to the right."""
        self._canvas.setStrokeColorRGB(*colour)
        self._canvas.setLineWidth(thickness)
        self._canvas.line(x, self.height - y, x + width, self.height - y)

    def upright(self, x: float, y: float, height: float, colour: Colour = _BLACK) -> None:
        """A line downwards."""
        self._canvas.setStrokeColorRGB(*colour)
        self._canvas.setLineWidth(0.8)
        self._canvas.line(x, self.height - y, x, self.height - y - height)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour = _BLACK) -> None:
        """A frame, `y` at its top."""
        self._canvas.setStrokeColorRGB(*colour)
        self._canvas.setLineWidth(0.8)
        self._canvas.rect(x, self.height - y - height, width, height)

    def fill(self, x: float, y: float, width: float, height: float, grey: float) -> None:
        """A grey ground, `y` at its top; 1 is white."""
        self._canvas.setFillGray(grey)
        self._canvas.rect(x, self.height - y - height, width, height, stroke=0, fill=1)

    def watermark(self, text: str) -> None:
        """Large and pale across the page; drawn first, so that all else stands over it."""
        size = min(110.0, 0.85 * self.width / max(width_of(text, 1, bold=True), 0.1))
        self._canvas.saveState()
        self._canvas.translate(self.width / 2, self.height / 2)
        self._canvas.rotate(45)
        self._canvas.setFillGray(0.9)
        self._canvas.setFont(font_name(bold=True), size)
        self._canvas.drawCentredString(0, -size / 3, text)
        self._canvas.restoreState()

    def qr(self, x: float, y: float, side: float, text: str) -> None:
        """A QR code with `y` at its top; the white around it is the caller's to leave."""
        pattern = modules(text)
        step = side / len(pattern)
        path = self._canvas.beginPath()
        for row, line in enumerate(pattern):
            for start, length in _dark_stretches(line):
                bottom = self.height - y - (row + 1) * step
                path.rect(x + start * step, bottom, length * step, step)
        self._canvas.setFillColorRGB(*_BLACK)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def next_page(self) -> None:
        """Go on with a fresh page."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The document."""
        self._canvas.save()
        return self._bytes.getvalue()

    def _spoken(self, x: float, y: float, size: float, part: Stretch) -> None:
        """Glyphs that have no characters of their own, with their text (ISO 32000-1, 14.9.4)."""
        for text, glyphs, width in part.read_out():
            said = text.encode("utf-16-be").hex().upper()
            self._canvas._code.append(f"/Span <</ActualText <FEFF{said}>>> BDC")
            self._canvas.drawString(x, self.height - y, glyphs)
            self._canvas._code.append("EMC")
            x += size * width


def _dark_stretches(line: list[bool]) -> list[tuple[int, int]]:
    stretches: list[tuple[int, int]] = []
    for place, dark in enumerate(line):
        if not dark:
            continue
        if stretches and sum(stretches[-1]) == place:
            start, length = stretches[-1]
            stretches[-1] = (start, length + 1)
        else:
            stretches.append((place, 1))
    return stretches
