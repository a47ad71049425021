"""The words of a label in lines that fit it: the same places for a printer's own font and for PDF.

Widths are those of Noto Sans; the condensed font of label printers is narrower, so what fits here
fits there. A label that is too full at the smallest size goes on on another one: directions
and cautions are never cut.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from clinicdesk.printing.ink import MM
from clinicdesk.printing.labels.label import KEEP_AWAY, Label
from clinicdesk.printing.qr import modules
from clinicdesk.printing.shaping import width_of, wrapped

_FITS: Final = (
    (1.3, False, 3.2), (1.15, False, 2.8), (1.0, False, 2.5),
    (1.0, True, 2.5), (0.9, True, 2.0), (0.8, True, 1.2), (0.72, True, 0.5), (0.65, True, 0.0),
)  # fmt: skip
"""How large the text is, whether what was a line each becomes one paragraph, and how many points
are between what does not belong together: the best first."""
_LEADING: Final = 1.2
_QR: Final = 10.5 * MM
_GAP: Final = 5.0


class LabelSize(Struct, frozen=True, kw_only=True):
    """A label of a roll or of a sheet, in millimetres; `margin` stays white on each side.

    Raises ValueError when it is too small or too large to be a dispensing label.
    """

    width: float = 76
    height: float = 51
    margin: float = 2.5

    def __post_init__(self) -> None:
        if not (57 <= self.width <= 160 and 32 <= self.height <= 160):
            raise ValueError("A dispensing label is 57 to 160 mm wide and 32 to 160 mm high.")
        if not 1 <= self.margin <= 6:
            raise ValueError("A label's margin is 1 to 6 mm.")


class Text(Struct, frozen=True):
    """A line: points from the label's upper left corner to its baseline."""

    x: float
    y: float
    text: str
    size: float
    bold: bool


class Face(Struct, frozen=True):
    """One label, laid out.

    Attributes:
        code, qr_at, qr_side: Its QR code: what it says, its upper left corner, its width.
        rule: The line above the foot: where it begins, and how long it is; None on a label that
            goes on on another one.
    """

    texts: list[Text]
    code: str
    qr_at: tuple[float, float]
    qr_side: float = _QR
    rule: tuple[float, float, float] | None = None


class _Block(Struct, frozen=True):
    text: str
    size: float
    bold: bool = False
    least: float = 5.5
    most_lines: int = 99
    apart: bool = False


class _Flow(Struct):
    """Lines on their way onto faces."""

    label: Label
    width: float
    height: float
    margin: float
    scale: float
    air: float
    faces: list[Face] = field(default_factory=list)
    y: float = 0.0
    cut: bool = False

    def begin(self) -> None:
        """A fresh face with its head: whose it is, and of what."""
        left = self.width - self.margin - _QR
        self.faces.append(Face([], self.label.code, (left, self.margin)))
        self.y = self.margin
        number = f"{self.label.number}/{self.label.of}"
        if len(self.faces) > 1:
            number = f"{number} ({len(self.faces)})"
        size = self._size(_Block("", 9, bold=True, least=6))
        beside = left - _GAP - width_of(number, size, bold=True)
        self._put(beside, self.y + size, number, size, bold=True)
        room = beside - self.margin - _GAP
        for place, block in enumerate(self._head()):
            self.write(block, room if place == 0 else left - self.margin - _GAP, head=True)
        self.y = max(self.y, self.margin + _QR + 2)

    def write(self, block: _Block, room: float | None = None, *, head: bool = False) -> None:
        """Its lines, on further faces when this one is full."""
        size = self._size(block)
        if block.apart:
            self.y += self.air
        lines = wrapped(block.text, size, room or self.width - 2 * self.margin, bold=block.bold)
        if len(lines) > block.most_lines:
            lines = [*lines[: block.most_lines - 1], f"{lines[block.most_lines - 1]}…"]
            self.cut = True
        for line in lines:
            if not head and self.y + size * 1.25 > self.height - self.margin:
                self.begin()
            self._put(self.margin, self.y + size, line, size, bold=block.bold)
            self.y += size * _LEADING

    def close(self, foot: list[_Block]) -> None:
        """The foot, at the lower edge below a line; on a face that is full as the text above it."""
        face, start = len(self.faces), len(self.faces[-1].texts)
        self.y += 2 * self.air
        top = self.y
        for block in foot:
            self.write(block)
        if len(self.faces) > face:
            return
        down = self.height - self.margin - self.y
        whole = self.faces[-1]
        texts = whole.texts[:start] + [
            replace(each, y=each.y + down) for each in whole.texts[start:]
        ]
        line = (self.margin, top + down - self.air / 2, self.width - 2 * self.margin)
        self.faces[-1] = replace(whole, texts=texts, rule=line)

    def _head(self) -> list[_Block]:
        label = self.label
        return [
            _Block(label.patient, 9, bold=True, least=6, most_lines=2),
            _Block(label.medicine, 9.5, bold=True, least=6.5, most_lines=3),
            _Block(label.supply, 8, most_lines=1),
        ]

    def _size(self, block: _Block) -> float:
        return max(block.size * self.scale, block.least)

    def _put(self, x: float, y: float, text: str, size: float, *, bold: bool) -> None:
        self.faces[-1].texts.append(Text(x, y, text, size, bold))


def lay_out(label: Label, size: LabelSize) -> list[Face]:
    """The label as large as it fits on one of this size; on several when it fits on none."""
    width, height, margin = size.width * MM, size.height * MM, size.margin * MM
    faces: list[Face] = []
    for scale, compact, air in _FITS:
        flow = _Flow(label, width, height, margin, scale, air)
        flow.begin()
        body, foot = _parts(label, compact=compact)
        for block in body:
            flow.write(block)
        flow.close(foot)
        faces = flow.faces
        if len(faces) == 1 and not flow.cut:
            break
    return faces


def qr_modules(face: Face) -> list[list[bool]]:
    """The pattern of the face's QR code."""
    return modules(face.code)


def _parts(label: Label, *, compact: bool) -> tuple[list[_Block], list[_Block]]:
    """What the patient has to know, and the foot: where it is from."""
    first = f"{label.pharmacy[0]}{' · copy' if label.copy else ''}"
    told = _Block(label.directions, 10.5, bold=True, least=7, apart=True)
    if compact:
        advice = " ".join([*label.cautions, KEEP_AWAY])
        origin = " · ".join([label.origin, first, *label.pharmacy[1:]])
        return [told, _Block(advice, 8, apart=True)], [_Block(origin, 6.5)]
    advice = " ".join(label.cautions)
    return (
        [told, *([_Block(advice, 8, apart=True)] if advice else []), _Block(KEEP_AWAY, 8)],
        [
            _Block(label.origin, 7),
            _Block(first, 7, bold=True),
            *(_Block(line, 6.5) for line in label.pharmacy[1:]),
        ],
    )
