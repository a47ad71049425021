"""Identifiers of rows in the order of their keys, found by bisection."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeAlias
from uuid import UUID

SortKey: TypeAlias = tuple[Any, ...]


class SortedRows:
    """Each identifier once, with its key; those of equal keys by the identifier itself."""

    def __init__(self, rows: Iterable[tuple[SortKey, UUID]] = ()) -> None:
        self._sorted = sorted(rows)
        self._keys = {row_id: key for key, row_id in self._sorted}

    def __len__(self) -> int:
        return len(self._sorted)

    def at(self, place: int) -> UUID:
        """The identifier at a place from the first on."""
        return self._sorted[place][1]

    def first(self, most: int | None = None) -> Iterator[UUID]:
        """The identifiers from the first on, no more than `most`."""
        return (row_id for _key, row_id in islice(self._sorted, most))

    def first_key(self, beginning: SortKey) -> SortKey | None:
        """The first key that begins so."""
        place = bisect_left(self._sorted, (beginning,))
        key = self._sorted[place][0] if place < len(self._sorted) else ()
        return key if key[: len(beginning)] == beginning else None

    def key_of(self, row_id: UUID) -> SortKey | None:
        """The key of an identifier; None when it is not here."""
        return self._keys.get(row_id)

    def place_of(self, row_id: UUID) -> int | None:
        """Where an identifier is; None when it is not here."""
        key = self._keys.get(row_id)
        return None if key is None else self.place_for(row_id, key)

    def place_for(self, row_id: UUID, key: SortKey) -> int:
        """Where an identifier with this key is, or would come to be among those that are here."""
        return bisect_left(self._sorted, (key, row_id))

    def put(self, row_id: UUID, key: SortKey) -> None:
        """Add an identifier, or give it another key."""
        self.remove(row_id)
        self._keys[row_id] = key
        insort(self._sorted, (key, row_id))

    def remove(self, row_id: UUID) -> None:
        """Take an identifier out; nothing happens when it is not here."""
        key = self._keys.pop(row_id, None)
        if key is not None:
            del self._sorted[bisect_left(self._sorted, (key, row_id))]
