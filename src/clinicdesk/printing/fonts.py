"""The faces of paper: which one writes a character, and what becomes of one that none can write.

Noto Sans writes Latin, Greek and Cyrillic with every macron; beside it lie the faces of the scripts
that the languages of India's constitution are written in, Arabic for Urdu among them. All are under
the SIL Open Font License, as they were released. A character that no face has is written by its
number, "[U+738B]": somebody can look it up, and two names that differ never look alike.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_right
from pathlib import Path
from threading import RLock
from typing import Final

import uharfbuzz as hb
from msgspec import Struct
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FOLDER: Final = Path(__file__).parent / "fonts"
_LATIN: Final = ""
_BLOCKS: Final = (
    (0x0600, 0x06FF, "Arabic"),
    (0x0750, 0x077F, "Arabic"),
    (0x08A0, 0x08FF, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0980, 0x09FF, "Bengali"),
    (0x0A00, 0x0A7F, "Gurmukhi"),
    (0x0A80, 0x0AFF, "Gujarati"),
    (0x0B00, 0x0B7F, "Oriya"),
    (0x0B80, 0x0BFF, "Tamil"),
    (0x0C00, 0x0C7F, "Telugu"),
    (0x0C80, 0x0CFF, "Kannada"),
    (0x0D00, 0x0D7F, "Malayalam"),
    (0x1C50, 0x1C7F, "OlChiki"),
    (0x1CD0, 0x1CFF, "Devanagari"),
    (0xA8E0, 0xA8FF, "Devanagari"),
    (0xAAE0, 0xAAFF, "MeeteiMayek"),
    (0xABC0, 0xABFF, "MeeteiMayek"),
    (0xFB50, 0xFDFF, "Arabic"),
    (0xFE70, 0xFEFE, "Arabic"),
)
"""Unicode's blocks, in order: the first and the last character, and the script they are of."""

SCRIPTS: Final = tuple(dict.fromkeys(script for _first, _last, script in _BLOCKS))
"""The scripts that have a face of their own."""

_BESIDE: Final = frozenset({"Devanagari"})
"""Those that windows use too lie beside Noto Sans; the others are for paper alone."""
_DROPPED: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff]"
)
"""What is not seen, and switches directions or shapes: text that was copied is full of it."""
_JOINERS: Final = "\u200c\u200d"

RENDERING: Final = RLock()
"""Held while a document is made: the library's fonts are shared, and threads gain nothing."""


class Face(Struct, frozen=True, eq=False):
    """A script in one weight.

    Attributes:
        font: As it goes into a PDF.
        shaper: The same for HarfBuzz; it measures in thousandths of the size.
        characters: What it has a glyph for.
        joins: Its letters depend on their neighbours.
    """

    font: TTFont
    shaper: hb.Font
    characters: frozenset[int]
    joins: bool

    @property
    def name(self) -> str:
        """By which a page calls for it."""
        return str(self.font.fontName)


def face_of(script: str = _LATIN, *, bold: bool = False) -> Face:
    """The face of a script of `SCRIPTS`, or Noto Sans; read from its file when first asked for."""
    return _read(script, bold)


@functools.cache
def _read(script: str, bold: bool) -> Face:
    weight = "Bold" if bold else "Regular"
    folder = _FOLDER if script == _LATIN or script in _BESIDE else _FOLDER / "scripts"
    file = folder / f"NotoSans{script}-{weight}.ttf"
    font = TTFont(f"Paper{script or 'Sans'}-{weight}", str(file))
    pdfmetrics.registerFont(font)
    shaper = font.hbFont()
    shaper.scale = (1000, 1000)
    return Face(font, shaper, frozenset(font.hbFace.unicodes), script != _LATIN)


def font_name(*, bold: bool = False) -> str:
    """Noto Sans, ready to be used."""
    return face_of(bold=bold).name


def scripts_of(text: str) -> list[str]:
    """The script whose face writes it, of each character.

    Marks, joiners and the danda are written by the face of the letter before them.
    """
    found: list[str] = []
    for each in text:
        before = found[-1] if found else _LATIN
        found.append(before if _stays(each, before) else _script_of(each))
    return found


@functools.lru_cache(maxsize=4096)
def writable(text: str) -> str:
    """The text composed, on one line, and with its number for each character that no face has."""
    if text.isascii() and text.isprintable():
        return text
    line = "".join(
        each if each in _JOINERS or unicodedata.category(each) not in ("Cc", "Zl", "Zp") else " "
        for each in unicodedata.normalize("NFC", _DROPPED.sub("", text))
    )
    parts: list[str] = []
    for each, script in zip(line, scripts_of(line), strict=True):
        known = each in _JOINERS or ord(each) in face_of(script).characters
        if known:
            parts.append(each)
        elif parts and parts[-1].startswith("[U+"):
            parts[-1] = f"{parts[-1][:-1]} U+{ord(each):04X}]"
        else:
            parts.append(f"[U+{ord(each):04X}]")
    return "".join(parts)


def _script_of(each: str) -> str:
    place = bisect_right(_BLOCKS, ord(each), key=lambda block: block[0]) - 1
    if place >= 0 and ord(each) <= _BLOCKS[place][1]:
        return _BLOCKS[place][2]
    return _LATIN


def _stays(each: str, before: str) -> bool:
    if each in _JOINERS:
        return True
    mark_or_danda = each in "\u0964\u0965" or unicodedata.category(each) in ("Mn", "Mc", "Me")
    return mark_or_danda and ord(each) in face_of(before).characters
