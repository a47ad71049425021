"""Text as glyphs, shaped by HarfBuzz: stretches of one face and one direction, and their widths."""

from __future__ import annotations

import functools
import unicodedata
from itertools import pairwise

import uharfbuzz as hb
from msgspec import Struct
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import ShapeData, ShapedStr

from clinicdesk.printing.direction import levels, visual_order
from clinicdesk.printing.fonts import Face, face_of, font_name, scripts_of, writable


class Stretch(Struct, frozen=True, eq=False):
    """A part of a line that is written in one go.

    Attributes:
        text: As it is read.
        glyphs: As it is drawn, from the left; the text itself where each character is its glyph.
        font: The name of the face.
        width: At the size 1.
        starts: The places in `text` at which it may be parted; None: at each character.
    """

    text: str
    glyphs: str
    font: str
    width: float
    starts: list[int] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether its glyphs say by themselves what is written."""
        return not isinstance(self.glyphs, ShapedStr)

    def read_out(self) -> list[tuple[str, str, float]]:
        """Its parts for those who read by ear or search: the text, its glyphs, their width at 1.

        Readers put what runs to the left into order by its places on the page: each letter of it
        has its own.
        """
        shapes: list[ShapeData] = getattr(self.glyphs, "__shapeData__", [])
        starts = [each.cluster for each in shapes]
        if starts == sorted(starts):
            return [(self.text, self.glyphs, self.width)]
        ends = dict(pairwise([*sorted(set(starts)), len(self.text)]))
        edges = [at for at in range(1, len(starts)) if starts[at] != starts[at - 1]]
        return [
            (
                self.text[starts[first] : ends[starts[first]]],
                self.glyphs[first:after],
                sum(each.x_advance for each in shapes[first:after]) / 1000,
            )
            for first, after in pairwise([0, *edges, len(starts)])
        ]


@functools.lru_cache(maxsize=8192)
def stretches(line: str, *, bold: bool = False) -> tuple[Stretch, ...]:
    """A line that is `writable`, in stretches as they stand from left to right."""
    if line.isascii():
        return (_plain(line, bold=bold),) if line else ()
    scripts, level_of = scripts_of(line), levels(line)
    edges = [
        place
        for place in range(1, len(line))
        if scripts[place] != scripts[place - 1] or level_of[place] != level_of[place - 1]
    ]
    parts = list(pairwise([0, *edges, len(line)]))
    order = visual_order([level_of[start] for start, _end in parts])
    return tuple(
        _stretch(line[start:end], scripts[start], level_of[start], bold=bold)
        for start, end in (parts[place] for place in order)
    )


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Points that a line takes."""
    return size * sum(part.width for part in stretches(writable(text), bold=bold))


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """The text in lines that are not wider than `width` points; a longer word is parted.

    At a no-break space no line ends, and none ends with the dot that parts it from what follows.
    """
    lines: list[str] = []
    line = ""
    for word in filter(None, writable(text).split(" ")):
        longer = f"{line} {word}" if line else word
        if width_of(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line.removesuffix(" ·"))
        *parts, line = _parted(word, size, width, bold=bold)
        lines.extend(parts)
    return [*lines, line] if line else lines


def fitted(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """The text in one line of `width` at most; "…" stands for what is too much."""
    line = writable(text)
    if width_of(line, size, bold=bold) <= width:
        return line
    return f"{wrapped(line, size, width - width_of('…', size, bold=bold), bold=bold)[0]}…"


def _parted(word: str, size: float, width: float, *, bold: bool) -> list[str]:
    """A word in pieces that fit; a letter keeps its marks."""
    parts = [""]
    for piece in _pieces(word, bold=bold):
        if parts[-1] and width_of(parts[-1] + piece, size, bold=bold) > width:
            parts.append("")
        parts[-1] += piece
    return parts


def _pieces(word: str, *, bold: bool) -> list[str]:
    # In the order of reading: direction does not matter to what belongs together.
    scripts = scripts_of(word)
    edges = [0, *(at for at in range(1, len(word)) if scripts[at] != scripts[at - 1]), len(word)]
    pieces: list[str] = []
    for start, end in pairwise(edges):
        part = _stretch(word[start:end], scripts[start], 0, bold=bold)
        starts = range(len(part.text)) if part.starts is None else part.starts
        pieces += [part.text[a:b] for a, b in pairwise([*starts, len(part.text)])]
    return pieces


def _stretch(text: str, script: str, level: int, *, bold: bool) -> Stretch:
    face = face_of(script, bold=bold)
    if not face.joins and level != 1 and not any(map(_combines, text)):
        return _plain(text, bold=bold)
    buffer = hb.Buffer()
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_GRAPHEMES
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if level == 1 else "ltr"
    buffer.language = "und"  # both programs draw the same, wherever they run
    hb.shape(face.shaper, buffer)
    characters: list[str] = []
    places: list[ShapeData] = []
    for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        character, width = _character(face, info.codepoint)
        characters.append(character)
        places.append(
            ShapeData(info.cluster, at.x_advance, at.y_advance, at.x_offset, at.y_offset, width)
        )
    return Stretch(
        text,
        ShapedStr("".join(characters), places),
        face.name,
        sum(place.x_advance for place in places) / 1000,
        sorted({place.cluster for place in places} | {0}),
    )


def _plain(text: str, *, bold: bool) -> Stretch:
    name = font_name(bold=bold)
    return Stretch(text, text, name, float(pdfmetrics.stringWidth(text, name, 1)))


def _combines(each: str) -> bool:
    return unicodedata.category(each) in ("Mn", "Me")


def _character(face: Face, glyph: int) -> tuple[str, float]:
    """What stands for a glyph in the PDF's font, and the width that font gives it.

    One that no character has is given one for private use, as the library's own shaping does it.
    """
    width = float(face.shaper.get_glyph_h_advance(glyph))
    known = face.font.face.glyphToChar.get(glyph)
    code = known[0] if known else face.font.hbAddPrivate(f"glyph {glyph}", glyph, width)
    return chr(code), width
