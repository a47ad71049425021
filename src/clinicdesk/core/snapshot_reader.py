"""Reading a snapshot as it comes: pieces of a compressed stream in, rows out.

Nothing of it waits for the rest, so a large clinic's snapshot never stands in memory as a whole,
and whoever reads it lets others have their turn between two pieces.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final, Protocol

import msgspec

from clinicdesk.contract.snapshot import (
    SnapshotEnd,
    SnapshotHead,
    SnapshotRows,
    decode_snapshot_line,
)

CODINGS: Final = ("zstd", "gzip")
"""What `SnapshotReader` undoes, the better first."""
_LONGEST_LINE: Final = 64 * 1024 * 1024
_GZIP_FORMAT: Final = zlib.MAX_WBITS | 16


class BadSnapshot(Exception):
    """What came is not a snapshot of this contract; the desk keeps what it has."""


class SnapshotReader:
    """Reads one snapshot.

    Attributes:
        head: What it is of; None until its first line has come.

    Args of the constructor: how it is coded, one of `CODINGS`, or `identity`.
    """

    def __init__(self, coding: str) -> None:
        self._decompressor = _decompressor(coding)
        self._begun = bytearray()
        self._rows = 0
        self._ended = False
        self.head: SnapshotHead | None = None

    def feed(self, piece: bytes) -> Iterator[SnapshotRows]:
        """The rows that are whole with this piece. Raises BadSnapshot."""
        try:
            self._begun += self._decompressor.decompress(piece)
        except Exception as error:  # each library has a type of its own
            raise BadSnapshot("the snapshot cannot be decompressed") from error
        lines = self._begun.split(b"\n")
        self._begun = lines.pop()
        if len(self._begun) > _LONGEST_LINE:
            raise BadSnapshot("a line of the snapshot does not end")
        for line in lines:
            rows = self._take(bytes(line))
            if rows is not None:
                yield rows

    def close(self) -> SnapshotHead:
        """The head, once everything has come. Raises BadSnapshot when it has not."""
        if not self._ended or self._begun or self.head is None:
            raise BadSnapshot("the snapshot is not whole")
        return self.head

    def _take(self, line: bytes) -> SnapshotRows | None:
        try:
            said = decode_snapshot_line(line)
        except msgspec.DecodeError as error:
            raise BadSnapshot(f"a line of the snapshot is not right: {error}") from error
        if self._ended or isinstance(said, SnapshotHead) is not (self.head is None):
            raise BadSnapshot("the snapshot's lines stand in another order")
        match said:
            case SnapshotHead():
                self.head = said
            case SnapshotEnd(rows=rows):
                self._ended = True
                if rows != self._rows:
                    raise BadSnapshot("the snapshot lacks rows")
            case SnapshotRows():
                self._rows += len(said.rows)
                return said
        return None


class _Decompressor(Protocol):
    def decompress(self, data: bytes, /) -> bytes:
        """What can be read so far."""


class _Plain:
    def decompress(self, data: bytes, /) -> bytes:
        return data


def _decompressor(coding: str) -> _Decompressor:
    if coding == "zstd":
        import zstandard  # not before somebody needs it: a window's start does not wait for it

        return zstandard.ZstdDecompressor().decompressobj()
    if coding == "gzip":
        return zlib.decompressobj(_GZIP_FORMAT)
    if coding == "identity":
        return _Plain()
    raise BadSnapshot(f"the snapshot is coded in {coding}")
