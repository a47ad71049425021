"""A trace that is kept in memory, to be counted."""

from __future__ import annotations

from collections import Counter


class Marks:
    """Counts the events that a desk marks."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def mark(self, event: str, **_ids: object) -> None:
        self._counts[event] += 1

    def count(self, event: str) -> int:
        return self._counts[event]
