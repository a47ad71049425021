"""Reading a snapshot row by row.

A large clinic's snapshot is a hundred megabytes of JSON; a decoder that takes it whole keeps every
other thread waiting, the window's included. This one lets go between any two rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct


class BadSnapshot(Exception):
    """What came is not a snapshot of this contract; the desk keeps what it has."""


class SnapshotHead(Struct, frozen=True, kw_only=True):
    """Everything of a snapshot but its rows."""

    clinic: UUID
    epoch: str
    seq: int
    access: str


class SnapshotReader:
    """Walks one document. `head` is there once `rows` has ended.

    Args of the constructor: the document; unknown members of it are passed over.
    """

    def __init__(self, document: bytes) -> None:
        try:
            self._text = document.decode()
        except UnicodeDecodeError as error:
            raise BadSnapshot("the snapshot is not UTF-8") from error
        self._at = 0
        self._head: dict[str, Any] = {}

    @property
    def head(self) -> SnapshotHead:
        """Raises BadSnapshot when a member is missing or of another type."""
        try:
            return msgspec.convert(self._head, SnapshotHead, strict=False)
        except msgspec.ValidationError as error:
            raise BadSnapshot(f"the snapshot's head is not right: {error}") from error

    def rows(self) -> Iterator[tuple[str, bytes]]:
        """Each row's kind and body, in the document's order. Raises BadSnapshot."""
        try:
            yield from self._document()
            self._expect_end()
        except (json.JSONDecodeError, StopIteration, IndexError) as error:
            raise BadSnapshot("the snapshot is not whole") from error

    def _document(self) -> Iterator[tuple[str, bytes]]:
        for name in self._members():
            if name == "rows":
                for kind in self._members():
                    for body in self._elements():
                        yield kind, body
            else:
                self._head[name] = self._value()

    def _members(self) -> Iterator[str]:
        """The names of an object; the caller reads each value before it asks for the next name."""
        self._expect("{")
        if self._take("}"):
            return
        while True:
            name = self._value()
            self._expect(":")
            yield str(name)
            if self._take("}"):
                return
            self._expect(",")

    def _elements(self) -> Iterator[bytes]:
        """The elements of an array of objects, as they are written."""
        self._expect("[")
        if self._take("]"):
            return
        while True:
            self._skip()
            start = self._at
            self._value()
            yield self._text[start : self._at].encode()
            if self._take("]"):
                return
            self._expect(",")

    def _value(self) -> Any:
        self._skip()
        value, self._at = _DECODER.raw_decode(self._text, self._at)
        return value

    def _skip(self) -> None:
        found = _BLANK.match(self._text, self._at)
        if found is not None:
            self._at = found.end()

    def _take(self, sign: str) -> bool:
        self._skip()
        if self._text[self._at : self._at + 1] == sign:
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise BadSnapshot(f"the snapshot lacks {sign!r} at {self._at}")

    def _expect_end(self) -> None:
        self._skip()
        if self._at != len(self._text):
            raise BadSnapshot("something follows the snapshot")


_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
