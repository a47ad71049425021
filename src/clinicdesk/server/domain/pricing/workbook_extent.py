"""How large a spreadsheet becomes once it is laid out, reckoned before anything lays it out.

The library fills a rectangle from the first cell to the last, and copies a shared text into every
cell that names it: a few kilobytes can ask for more memory than there is, and then the process
ends. So each part is read here first, in pieces, cell by cell as the library places them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol
from xml.parsers import expat

from clinicdesk.contract.prices import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_COLUMNS: Final = 64
MOST_CELLS: Final = 16 * MOST_ROWS
"""Of the rectangle; and those that are written, with their rows. A list has fourteen columns."""
MOST_TEXT: Final = 96 * 1024 * 1024
"""Characters of all cells."""

_REFERENCE: Final = re.compile(r"\s*([A-Za-z]*)([0-9]{1,9})\s*")
_INDEX: Final = re.compile(r"\s*[0-9]{1,9}\s*")
_TOO_LARGE: Final = "The spreadsheet is far larger inside than a price list; save it as CSV."
_UNUSUAL: Final = "The spreadsheet is written in an unusual way; save it as CSV."
_PIECE: Final = 64 * 1024
"""Bytes that are read at a time: what other threads wait for."""
_LONGEST_TAG: Final = 1024 * 1024
"""Bytes: what does not end is read anew with each piece."""


class UnreadableWorkbook(Exception):
    """Says in a sentence why nothing of it can be read."""


def shared_lengths(part: bytes) -> list[int]:
    """How many characters each shared text has at most. Raises UnreadableWorkbook."""
    texts = _SharedTexts()
    _read(part, texts)
    return texts.lengths


def check_extent(part: bytes, shared: Sequence[int]) -> None:
    """Refuse a sheet that no price list has.

    Args:
        part: The sheet.
        shared: The length of each shared text that its cells may name.

    Raises:
        UnreadableWorkbook: It is wider, longer or larger than a list, or no sheet at all.
    """
    _read(part, _Sheet(shared))


class _Reader(Protocol):
    """Is told of a part's elements, by their names without prefix."""

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...

    def text(self, text: str) -> None: ...

    def end(self, name: str) -> None: ...


class _SharedTexts:
    def __init__(self) -> None:
        self.lengths: list[int] = []
        self._length = 0

    def begin(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            self._length = 0

    def text(self, text: str) -> None:
        self._length += len(text)

    def end(self, name: str) -> None:
        if name == "si":
            self.lengths.append(self._length)


class _Sheet:
    """Follows the library: what has no reference comes after what was before it."""

    def __init__(self, shared: Sequence[int]) -> None:
        self._shared = shared
        self._row = self._column = 0
        self._last_row = self._last_column = 0
        self._cells_left = MOST_CELLS
        self._names_shared = False
        self._value: list[str] | None = None
        self._text_left = MOST_TEXT

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._place(attributes.get("r"))
            self._names_shared = attributes.get("t") == "s"
        elif name == "row":
            reference = attributes.get("r")
            self._row = self._row + 1 if reference is None else _placed(reference)[1]
            self._reach(self._row, 0)
        elif name == "v" and self._names_shared:
            self._value = []

    def text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def end(self, name: str) -> None:
        if name == "row":
            self._column = 0
        elif name == "v" and self._value is not None:
            self._copy("".join(self._value))
            self._value = None

    def _place(self, reference: str | None) -> None:
        row = self._row
        if reference is None:
            self._column += 1
        else:
            self._column, row = _placed(reference)
        self._reach(row, self._column)

    def _reach(self, row: int, column: int) -> None:
        self._cells_left -= 1
        if self._cells_left < 0:
            raise UnreadableWorkbook(_TOO_LARGE)
        if row <= self._last_row and column <= self._last_column:
            return
        self._last_row = max(self._last_row, row)
        self._last_column = max(self._last_column, column)
        if self._last_column > MOST_COLUMNS:
            raise UnreadableWorkbook(
                f"The sheet has something beyond its column {MOST_COLUMNS}; remove it, or save the "
                "list as CSV."
            )
        if self._last_row > MOST_ROWS + 1:
            raise UnreadableWorkbook(
                f"The sheet has something in row {self._last_row}; a list has {MOST_ROWS} rows at "
                "most."
            )
        if self._last_row * self._last_column > MOST_CELLS:
            raise UnreadableWorkbook(
                f"The sheet has {self._last_row} rows and {self._last_column} columns; remove what "
                "is no part of the list, or save it as CSV."
            )

    def _copy(self, index: str) -> None:
        if not index:
            return
        if _INDEX.fullmatch(index) is None:
            raise UnreadableWorkbook(_UNUSUAL)
        number = int(index)
        if number < len(self._shared):
            self._text_left -= self._shared[number]
        if self._text_left < 0:
            raise UnreadableWorkbook(_TOO_LARGE)


def _read(part: bytes, reader: _Reader) -> None:
    # Whatever the part says of its encoding: the library takes it for UTF-8 too.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: reader.begin(_local(tag), attributes)
    parser.EndElementHandler = lambda tag: reader.end(_local(tag))
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _unusual
    try:
        for at in range(0, len(part), _PIECE):
            parser.Parse(part[at : at + _PIECE], False)
            if at - parser.CurrentByteIndex > _LONGEST_TAG:
                raise UnreadableWorkbook(_UNUSUAL)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableWorkbook("The spreadsheet is damaged; save it as CSV.") from error


def _placed(reference: str) -> tuple[int, int]:
    """Column and row, counted from one; a row's own reference has no column."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise UnreadableWorkbook(_UNUSUAL)
    column = 0
    for letter in found[1].upper()[:4]:
        column = column * 26 + ord(letter) - 64
    return column, int(found[2])


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _unusual(*_declared: object) -> None:
    raise UnreadableWorkbook(_UNUSUAL)
