"""Text, lines and marks on the pages of one document.

Places are points (1/72 inch) from the upper left corner of the page; a text's place is its
baseline. What is drawn is also what is read out and searched: joined letters of Hindi carry their
text beside their glyphs.
"""

from __future__ import annotations

import io
from enum import Enum
from typing import Final, NamedTuple

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from clinicdesk.printing.fonts import font_name, needs_shaping, runs, width_of, wrapped, writable
from clinicdesk.printing.qr import modules

A4: Final = (595.28, 841.89)
MM: Final = 72 / 25.4

_ENDLESS: Final = 10_000.0
_BLACK: Final = (0.0, 0.0, 0.0)

Colour = tuple[float, float, float]
GREY: Final[Colour] = (0.36, 0.36, 0.36)
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
        line = writable(text)
        self._canvas.setFillColorRGB(*colour)
        if needs_shaping(line):
            self._shaped(x, y, line, size, bold=bold, colour=colour, align=align)
            return
        self._canvas.setFont(font_name(bold=bold), size)
        draw = {
            Align.LEFT: self._canvas.drawString,
            Align.RIGHT: self._canvas.drawRightString,
            Align.CENTRE: self._canvas.drawCentredString,
        }[align]
        draw(x, self.height - y, line)

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

    def rule(self, x: float, y: float, width: float, thickness: float = 0.6) -> None:
        """A line to the right."""
        self._canvas.setStrokeColorRGB(*_BLACK)
        self._canvas.setLineWidth(thickness)
        self._canvas.line(x, self.height - y, x + width, self.height - y)

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

    def _shaped(
        self,
        x: float,
        y: float,
        line: str,
        size: float,
        *,
        bold: bool,
        colour: Colour,
        align: Align,
    ) -> None:
        """A line with Devanagari in it: stretch by stretch, for each has a font of its own."""
        stretches = [
            (part, _joined(part, size, bold=bold, colour=colour) if devanagari else None)
            for part, devanagari in runs(line)
        ]
        widths = [
            width_of(part, size, bold=bold) if joined is None else joined.width
            for part, joined in stretches
        ]
        x -= {Align.LEFT: 0.0, Align.RIGHT: sum(widths), Align.CENTRE: sum(widths) / 2}[align]
        for (part, joined), width in zip(stretches, widths, strict=True):
            if joined is None:
                self._canvas.setFont(font_name(bold=bold), size)
                self._canvas.drawString(x, self.height - y, part)
            else:
                spoken = part.encode("utf-16-be").hex().upper()
                # Joined glyphs have no characters of their own (ISO 32000-1, 14.9.4).
                self._canvas._code.append(f"/Span <</ActualText <FEFF{spoken}>>> BDC")
                joined.paragraph.drawOn(self._canvas, x, self.height - y)
                self._canvas._code.append("EMC")
            x += width


class _Joined(NamedTuple):
    paragraph: Paragraph
    width: float


def _joined(text: str, size: float, *, bold: bool, colour: Colour) -> _Joined:
    """Devanagari with its letters joined: the library does that in paragraphs alone.

    With a leading of its own size a paragraph of one line ends on its baseline.
    """
    style = ParagraphStyle(
        "joined",
        fontName=font_name(bold=bold, devanagari=True),
        fontSize=size,
        leading=size,
        textColor=colour,
        shaping=1,
    )
    paragraph = Paragraph(text, style)
    paragraph.wrap(_ENDLESS, _ENDLESS)
    return _Joined(paragraph, _ENDLESS - float(paragraph.blPara.lines[0].extraSpace))


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
