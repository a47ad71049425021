"""The bundled typefaces, and one font for each place text stands in.

Noto Sans comes with the product because its Devanagari and its macrons must look the same on every
desk, and because the font of a bare system may have neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from PySide6.QtCore import QDirIterator, QLoggingCategory
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QGlyphRun, QTextLayout

from clinicdesk.desktop.design.tokens import TYPE, TextRole

_KEPT_LINES: Final = 4096
_NO_EDGE: Final = 1e6
FAMILIES = ("Noto Sans", "Noto Sans Devanagari")


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text, shaped.

    Attributes:
        glyphs: To be drawn from its top left corner. ascent: From there down to the baseline.
        width, height: In logical pixels.
    """

    glyphs: list[QGlyphRun]
    ascent: float
    width: int
    height: float


class Fonts:
    """Gives fonts, their metrics and shaped lines by role, made once each.

    Every font has tabular figures, so that numbers in columns and running clocks stand still.
    """

    def __init__(self) -> None:
        self._fonts: dict[TextRole, QFont] = {}
        self._metrics: dict[TextRole, QFontMetrics] = {}
        self._lines: dict[tuple[str, TextRole, int], TextLine] = {}
        _register()

    def font(self, role: TextRole = TextRole.BODY) -> QFont:
        """Return the font of a role; do not change it, take a copy."""
        found = self._fonts.get(role)
        if found is None:
            found = self._fonts[role] = _make(role)
        return found

    def metrics(self, role: TextRole = TextRole.BODY) -> QFontMetrics:
        """Return the metrics of a role's font, for layout on screens."""
        found = self._metrics.get(role)
        if found is None:
            found = self._metrics[role] = QFontMetrics(self.font(role))
        return found

    def line(self, text: str, role: TextRole = TextRole.BODY, pixels: int = 0) -> TextLine:
        """Return a text as one line, of the role's size or of another in pixels.

        To shape it takes longer than to draw it, so it is kept.
        """
        found = self._lines.get((text, role, pixels))
        if found is None:
            if len(self._lines) >= _KEPT_LINES:
                self._lines.clear()
            found = self._lines[text, role, pixels] = self._shape(text, role, pixels)
        return found

    def _shape(self, text: str, role: TextRole, pixels: int) -> TextLine:
        font, metrics = self.font(role), self.metrics(role)
        if pixels:
            font = QFont(font)
            font.setPixelSize(pixels)
            metrics = QFontMetrics(font)
        layout = QTextLayout(text, font)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(_NO_EDGE)
        layout.endLayout()
        ascent, height = (line.ascent(), line.height()) if line.isValid() else (0.0, 0.0)
        return TextLine(layout.glyphRuns(), ascent, metrics.horizontalAdvance(text), height)


@cache
def _register() -> None:
    """Hand the bundled files to Qt, whose font database is one per process."""
    # Of each Hindi text Qt says that Noto Sans lacks the script, then takes the next family.
    QLoggingCategory.setFilterRules("qt.text.font.db.info=false")
    files = QDirIterator(":/fonts")
    while files.hasNext():
        QFontDatabase.addApplicationFont(files.next())


def _make(role: TextRole) -> QFont:
    style = TYPE[role]
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(style.pixels)
    font.setWeight(QFont.Weight(style.weight))
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return font
