"""Labels in ZPL II, the language of label printers.

The printer's own scalable font writes what it surely has, Latin-1; any other line (Hindi and Urdu,
whose letters it cannot join, macrons) is sent as a picture of it. What came from a person is
escaped: no name can become a command.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clinicdesk.printing.fonts import RENDERING
from clinicdesk.printing.ink import MM, Ink
from clinicdesk.printing.labels.label import Label
from clinicdesk.printing.labels.layout import Face, LabelSize, Text, lay_out, qr_modules
from clinicdesk.printing.raster import Picture, picture_of
from clinicdesk.printing.shaping import width_of

RESOLUTIONS: Final = (203, 300)
"""Dots per inch of the printers there are."""
MOST_COPIES: Final = 99

_DARK: Final = 140
"""Grey below it is printed: a little above the middle, for thin strokes must not break."""
_ESCAPED: Final = "^~_\\"
_ABOVE, _BELOW = 1.4, 0.8
"""Of the picture of a line, in its size: scripts have marks above and below."""


def render_zpl(labels: Sequence[Label], size: LabelSize, dpi: int, *, copies: int = 1) -> bytes:
    """The commands for all labels, one format each, in UTF-8.

    Raises ValueError for a resolution or a number of copies that no printer takes.
    """
    if dpi not in RESOLUTIONS:
        raise ValueError("A label printer has 203 or 300 dots per inch.")
    if not 1 <= copies <= MOST_COPIES:
        raise ValueError(f"1 to {MOST_COPIES} copies can be printed.")
    with RENDERING:
        faces = [face for label in labels for face in lay_out(label, size)]
        return "".join(_format(face, size, dpi, copies) for face in faces).encode()


def escaped(text: str) -> str:
    """The text for a field after ^FH: commands' signs and all beyond ASCII by their bytes."""
    return "".join(
        each
        if each.isascii() and each.isprintable() and each not in _ESCAPED
        else "".join(f"_{byte:02X}" for byte in each.encode())
        for each in text
    )


def _format(face: Face, size: LabelSize, dpi: int, copies: int) -> str:
    lines = [
        "^XA",
        "^CI28",  # texts are UTF-8
        f"^PW{_dots(size.width * MM, dpi)}",
        f"^LL{_dots(size.height * MM, dpi)}",
        "^LH0,0",
        *(_text(each, dpi) for each in face.texts),
        *_rule(face, dpi),
        _qr(face, dpi),
        f"^PQ{copies}",
        "^XZ",
    ]
    return "\n".join(lines) + "\n"


def _text(each: Text, dpi: int) -> str:
    line = each.text.replace("\N{NO-BREAK SPACE}", " ").replace("…", "...")
    try:
        line.encode("latin-1")
    except UnicodeEncodeError:
        return _picture(each, dpi)
    height = _dots(each.size, dpi)
    # ^FT: the place is the baseline's, as it is in the layout.
    place = f"^FT{_dots(each.x, dpi)},{_dots(each.y, dpi)}"
    return f"{place}^A0N,{height},{height}^FH_^FD{escaped(line)}^FS"


def _picture(each: Text, dpi: int) -> str:
    """The line as a picture: ^GFA with its rows in hexadecimal, from the first with ink in it."""
    width = width_of(each.text, each.size, bold=each.bold) + 2
    ink = Ink((width, each.size * (_ABOVE + _BELOW)), title="")
    ink.text(0, each.size * _ABOVE, each.text, each.size, bold=each.bold)
    row, bits = _bits(picture_of(ink.finish(), 0, dpi, grey=True))
    empty = (len(bits) - len(bits.lstrip(b"\0"))) // row
    bits = bits[empty * row :].rstrip(b"\0") or b"\0"
    bits += bytes(-len(bits) % row)
    top = _dots(each.y - each.size * _ABOVE, dpi) + empty
    place = f"^FO{_dots(each.x, dpi)},{max(0, top)}"
    return f"{place}^GFA,{len(bits)},{len(bits)},{row},{bits.hex().upper()}^FS"


def _bits(picture: Picture) -> tuple[int, bytes]:
    """Bytes a row, and the rows: a bit for each dot, the leftmost first, 1 is black."""
    row = (picture.width + 7) // 8
    out = bytearray(row * picture.height)
    for y in range(picture.height):
        line = picture.pixels[y * picture.stride : y * picture.stride + picture.width]
        for x, grey in enumerate(line):
            if grey < _DARK:
                out[y * row + x // 8] |= 0x80 >> (x % 8)
    return row, bytes(out)


def _rule(face: Face, dpi: int) -> list[str]:
    if face.rule is None:
        return []
    x, y, width = (_dots(each, dpi) for each in face.rule)
    return [f"^FO{x},{y}^GB{width},1,1^FS"]


def _qr(face: Face, dpi: int) -> str:
    magnification = max(1, min(10, round(face.qr_side / len(qr_modules(face)) * dpi / 72)))
    x, y = (_dots(each, dpi) for each in face.qr_at)
    # Error correction M, input mode automatic. The printer puts ten dots above a QR code by itself.
    return f"^FO{x},{max(0, y - 10)}^BQN,2,{magnification}^FH_^FDMA,{escaped(face.code)}^FS"


def _dots(points: float, dpi: int) -> int:
    return round(points * dpi / 72)
