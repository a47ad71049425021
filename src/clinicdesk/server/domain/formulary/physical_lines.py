"""Cuts a stream of bytes into the records of a CSV file, whatever is in it, in little memory."""

from __future__ import annotations

import codecs
from collections import deque
from typing import IO, TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LINE: Final = 16 * 1024
"""Bytes. A row of a formulary has a few hundred; a longer line is another kind of file."""

MOST_LINES: Final = 8
"""A quoted field may go on over so many lines; after that its quotation mark was a slip."""


class Record(Struct, frozen=True):
    """Attributes:
    line: The physical line on which the record begins, from 1.
    text: Without its line ending; "" where there is a fault.
    fault: Why the record cannot be read, as a sentence; "" when it can.
    raw_start: The first bytes, by which other encodings are told apart.
    """

    line: int
    text: str
    fault: str = ""
    raw_start: bytes = b""


class _Line(Struct, frozen=True):
    number: int
    raw: bytes
    overlong: bool


def records(source: IO[bytes]) -> Iterator[Record]:
    """The records of the file, blank lines left out."""
    cutter = _Cutter(source)
    decoder = _Decoder()
    while (line := cutter.next_line()) is not None:
        if not line.overlong and not line.raw.strip():
            continue
        if line.overlong:
            yield Record(line.number, "", f"The line is longer than {LONGEST_LINE} bytes.")
            continue
        raw = line.raw if line.raw.count(b'"') % 2 == 0 else cutter.quoted_record(line)
        if raw is None:
            yield Record(line.number, "", "A quotation mark is opened and never closed.")
        else:
            yield decoder.record(line.number, raw)


class _Cutter:
    """Physical lines, with the means to give back those that were looked at ahead."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._number = 0
        self._given_back: deque[_Line] = deque()

    def next_line(self) -> _Line | None:
        if self._given_back:
            return self._given_back.popleft()
        raw = self._source.readline(LONGEST_LINE + 1)
        if not raw:
            return None
        self._number += 1
        overlong = len(raw) > LONGEST_LINE and not raw.endswith(b"\n")
        rest = raw
        while overlong and rest and not rest.endswith(b"\n"):
            rest = self._source.readline(LONGEST_LINE)
        if self._number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        return _Line(self._number, raw, overlong)

    def quoted_record(self, first: _Line) -> bytes | None:
        """The lines up to the closing mark; or None, with all but the first given back."""
        ahead: list[_Line] = []
        marks = first.raw.count(b'"')
        while len(ahead) < MOST_LINES - 1:
            line = self.next_line()
            if line is None:
                break
            ahead.append(line)
            if line.overlong:
                break
            marks += line.raw.count(b'"')
            if marks % 2 == 0:
                return b"".join([first.raw, *(following.raw for following in ahead)])
        self._given_back.extendleft(reversed(ahead))
        return None


class _Decoder:
    """UTF-8; or Windows Latin-1 as long as nothing in the file has shown itself to be UTF-8."""

    def __init__(self) -> None:
        self._is_utf8 = False

    def record(self, line: int, raw: bytes) -> Record:
        start = raw[:4]
        if b"\x00" in raw:
            return Record(line, "", "The row contains a NUL character.", start)
        raw = raw.rstrip(b"\r\n")
        if raw.isascii():
            return Record(line, raw.decode("ascii"))
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return self._latin(line, raw, start)
        self._is_utf8 = True
        return Record(line, text, "", start)

    def _latin(self, line: int, raw: bytes, start: bytes) -> Record:
        if self._is_utf8:
            fault = "The row is not in UTF-8 as the lines before it are."
            return Record(line, "", fault, start)
        try:
            return Record(line, raw.decode("cp1252"), "", start)
        except UnicodeDecodeError:
            fault = "The row is neither UTF-8 nor Latin-1 text; save the file as CSV in UTF-8."
            return Record(line, "", fault, start)
