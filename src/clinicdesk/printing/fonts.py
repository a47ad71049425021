"""The fonts of paper, and how text is parted into what each of them can write.

Latin, Greek and Cyrillic with every macron are Noto Sans, Hindi is Noto Sans Devanagari; both lie
in `fonts/` under the SIL Open Font License. A character that neither has is printed as "□" rather
than left out: a reader must see that something stands there.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from threading import RLock
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FOLDER: Final = Path(__file__).parent / "fonts"
_FILES: Final = {
    "PaperSans": "NotoSans-Regular.ttf",
    "PaperSans-Bold": "NotoSans-Bold.ttf",
    "PaperDevanagari": "NotoSansDevanagari-Regular.ttf",
    "PaperDevanagari-Bold": "NotoSansDevanagari-Bold.ttf",
}
_DEVANAGARI: Final = re.compile(
    "([\u0900-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff][\u0900-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff\u200c\u200d]*)"
)
_MISSING: Final = "□"
_KEPT: Final = "\u00a0\u200c\u200d"
_DROPPED: Final = "\u200b\ufeff"

RENDERING: Final = RLock()
"""Held while a document is made: the library's fonts are shared, and threads gain nothing."""


@functools.cache
def _register() -> dict[str, TTFont]:
    fonts = {
        name: TTFont(name, str(_FOLDER / file), shapable=True) for name, file in _FILES.items()
    }
    for font in fonts.values():
        pdfmetrics.registerFont(font)
    return fonts


def font_name(*, bold: bool = False, devanagari: bool = False) -> str:
    """The name of a font that is ready to be used."""
    name = ("PaperDevanagari" if devanagari else "PaperSans") + ("-Bold" if bold else "")
    return str(_register()[name].fontName)


def needs_shaping(text: str) -> bool:
    """Whether some of it is Devanagari, whose letters join."""
    return _DEVANAGARI.search(text) is not None


def runs(text: str) -> list[tuple[str, bool]]:
    """The text in stretches of one font: (stretch, whether it is Devanagari)."""
    parts = _DEVANAGARI.split(text)
    return [(part, bool(place % 2)) for place, part in enumerate(parts) if part]


@functools.lru_cache(maxsize=4096)
def writable(text: str) -> str:
    """The text without line breaks and controls, and with "□" for what no font has."""
    line = "".join(
        each if each.isprintable() or each in _KEPT else " "
        for each in text
        if each not in _DROPPED
    )
    if line.isascii():
        return line
    return "".join(
        stretch
        if _has_all(stretch, devanagari=devanagari)
        else "".join(
            each if _has_all(each, devanagari=devanagari) else _MISSING for each in stretch
        )
        for stretch, devanagari in runs(line)
    )


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Points that a line takes; for Devanagari the width before its letters join, which is more."""
    return sum(
        float(pdfmetrics.stringWidth(part, font_name(bold=bold, devanagari=devanagari), size))
        for part, devanagari in runs(text)
    )


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """The text in lines that are not wider than `width` points; a longer word is parted.

    At a no-break space no line ends.
    """
    lines: list[str] = []
    line = ""
    for word in filter(None, writable(text).split(" ")):
        longer = f"{line} {word}" if line else word
        if width_of(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *parts, line = _parted(word, size, width, bold=bold)
        lines.extend(parts)
    return [*lines, line] if line else lines


def _parted(word: str, size: float, width: float, *, bold: bool) -> list[str]:
    parts = [""]
    for each in word:
        if parts[-1] and width_of(parts[-1] + each, size, bold=bold) > width:
            parts.append("")
        parts[-1] += each
    return parts


def _has_all(text: str, *, devanagari: bool) -> bool:
    known = _register()["PaperDevanagari" if devanagari else "PaperSans"].face.charToGlyph
    return all(ord(each) in known or each in "\u200c\u200d" for each in text)
