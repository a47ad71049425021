"""A strict reader of the ZPL II that is used here: whatever it does not know is an error.

After Zebra's "ZPL II Programming Guide": the commands' parameters with their ranges, what a field
must have and may not have, and what a field says once its escapes are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field


class NotZpl(Exception):
    """A place and what is wrong there."""


@dataclass
class Field:
    """One field: where it is, and what it is of.

    Attributes:
        kind: "text", "qr", "picture" or "rule".
        said: The text, or the QR code's data without its leading switches.
        size: Height of a text in dots; width and height of a picture.
    """

    x: int
    y: int
    kind: str
    said: str = ""
    size: tuple[int, int] = (0, 0)


@dataclass
class Format:
    """One label."""

    width: int = 0
    height: int = 0
    copies: int = 0
    fields: list[Field] = field(default_factory=list)


_COMMAND = re.compile(r"\^(XA|XZ|CI|PW|LL|LH|FT|FO|A0|FH|FD|FS|BQ|GF|GB|PQ)([^^~]*)")
_HEX = re.compile(r"_([0-9A-F]{2})")


def read(commands: bytes) -> list[Format]:
    """The labels. Raises NotZpl."""
    text = commands.decode("ascii")  # everything else has to be escaped
    formats: list[Format] = []
    place = 0
    reader = _Reader()
    while place < len(text):
        found = _COMMAND.match(text, place)
        if found is None:
            raise NotZpl(f"no command at {place}: {text[place : place + 20]!r}")
        name, said = found[1], found[2]
        made = reader.take(name, said.removesuffix("\n") if name != "FD" else said)
        if made is not None:
            formats.append(made)
        place = found.end()
    if reader.format is not None:
        raise NotZpl("the last format is not closed")
    return formats


class _Reader:
    def __init__(self) -> None:
        self.format: Format | None = None
        self._at: tuple[int, int] | None = None
        self._kind = ""
        self._height = 0
        self._escapes = False
        self._said: str | None = None
        self._picture: tuple[int, int] | None = None
        self._seen: list[str] = []

    def take(self, name: str, said: str) -> Format | None:
        if name == "XA":
            self._nothing(said)
            if self.format is not None:
                raise NotZpl("^XA within a format")
            self.format, self._seen = Format(), []
            return None
        if self.format is None:
            raise NotZpl(f"^{name} outside a format")
        if name == "XZ":
            self._nothing(said)
            return self._close()
        self._seen.append(name)
        getattr(self, f"_{name.lower()}")(said)
        return None

    def _close(self) -> Format:
        made = self.format
        assert made is not None
        if self._at is not None:
            raise NotZpl("^XZ within a field")
        for needed in ("CI", "PW", "LL", "PQ"):
            if self._seen.count(needed) != 1:
                raise NotZpl(f"^{needed} should be there once")
        self.format = None
        return made

    def _ci(self, said: str) -> None:
        if said != "28":
            raise NotZpl("^CI28 alone makes it UTF-8")

    def _pw(self, said: str) -> None:
        self._whole().width = _number(said, 2, 32000)

    def _ll(self, said: str) -> None:
        self._whole().height = _number(said, 1, 32000)

    def _lh(self, said: str) -> None:
        for each in _numbers(said, 2):
            _number(each, 0, 32000)

    def _pq(self, said: str) -> None:
        self._whole().copies = _number(said, 1, 99_999_999)

    def _ft(self, said: str) -> None:
        self._begin(said)

    def _fo(self, said: str) -> None:
        self._begin(said)

    def _begin(self, said: str) -> None:
        if self._at is not None:
            raise NotZpl("a field within a field")
        x, y = (_number(each, 0, 32000) for each in _numbers(said, 2))
        if x >= self._whole().width or y >= self._whole().height:
            raise NotZpl(f"a field at {x},{y} is off the label")
        self._at, self._kind, self._said, self._escapes = (x, y), "", None, False
        self._picture = None

    def _a0(self, said: str) -> None:
        turned, height, width = _numbers(said, 3)
        if turned != "N":
            raise NotZpl("^A0 should stand upright")
        self._height = _number(height, 10, 32000)
        _number(width, 10, 32000)
        self._set("text")

    def _bq(self, said: str) -> None:
        turned, model, magnification = _numbers(said, 3)
        if (turned, model) != ("N", "2"):
            raise NotZpl("^BQN,2 is the QR code of today")
        _number(magnification, 1, 10)
        self._set("qr")

    def _gf(self, said: str) -> None:
        form, total, count, row, data = said.split(",", 4)
        if form != "A" or total != count:
            raise NotZpl("^GFA has as many bytes as it says")
        size, width = _number(total, 1, 99999), _number(row, 1, 99999)
        if len(data) != 2 * size or not re.fullmatch(r"[0-9A-F]+", data):
            raise NotZpl("^GFA's bytes are hexadecimal, all of them")
        if size % width:
            raise NotZpl("^GFA's rows are whole")
        self._picture = (8 * width, size // width)
        self._set("picture")

    def _gb(self, said: str) -> None:
        width, height, thickness = (_number(each, 1, 32000) for each in _numbers(said, 3))
        if thickness > min(width, height):
            raise NotZpl("^GB is as thick as it is high")
        self._picture = (width, height)
        self._set("rule")

    def _fh(self, said: str) -> None:
        if said not in ("", "_"):
            raise NotZpl("escapes begin with _")
        self._escapes = True

    def _fd(self, said: str) -> None:
        if self._at is None or self._kind not in ("text", "qr"):
            raise NotZpl("^FD without a field")
        if len(said) > 3072:
            raise NotZpl("^FD has 3072 bytes at most")
        if "_" in said and not self._escapes:
            raise NotZpl("an escape without ^FH")
        raw = bytearray()
        place = 0
        while place < len(said):
            if said[place] == "_":
                found = _HEX.match(said, place)
                if found is None:
                    raise NotZpl("an escape is two hexadecimal digits")
                raw.append(int(found[1], 16))
                place = found.end()
            else:
                raw += said[place].encode()
                place += 1
        self._said = raw.decode("utf-8")
        if self._kind == "qr":
            if not re.match(r"[HQML]A,", self._said):
                raise NotZpl("a QR code's data begin with correction and mode")
            self._said = self._said[3:]

    def _fs(self, said: str) -> None:
        self._nothing(said)
        if self._at is None or not self._kind:
            raise NotZpl("^FS without a field")
        if self._kind not in ("picture", "rule") and self._said is None:
            raise NotZpl("a field without data")
        x, y = self._at
        size = self._picture or (0, self._height if self._kind == "text" else 0)
        made = Field(x, y, self._kind, self._said or "", size)
        if self._picture is not None and x + self._picture[0] - 7 > self._whole().width:
            raise NotZpl("a picture is wider than the label")
        self._whole().fields.append(made)
        self._at = None

    def _set(self, kind: str) -> None:
        if self._at is None or self._kind:
            raise NotZpl(f"{kind} where no field begins")
        self._kind = kind

    def _whole(self) -> Format:
        assert self.format is not None
        return self.format

    @staticmethod
    def _nothing(said: str) -> None:
        if said.strip():
            raise NotZpl(f"{said!r} where nothing should stand")


def _numbers(said: str, count: int) -> list[str]:
    parts = said.split(",")
    if len(parts) != count:
        raise NotZpl(f"{count} parameters, not {said!r}")
    return parts


def _number(said: str, least: int, most: int) -> int:
    if not re.fullmatch(r"\d+", said) or not least <= int(said) <= most:
        raise NotZpl(f"{said!r} is not a number from {least} to {most}")
    return int(said)
