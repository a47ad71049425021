"""Telephone numbers in long texts, so that any part of one is found at the speed of C."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

_BETWEEN: Final = "\n"


class PhoneBook:
    """Digits by patient, many to a page.

    A page is never written again: what is struck out stays on it unheeded, and a new number is
    looked at by itself until there are enough for a page. So neither a change nor the search after
    it costs more with more patients.
    """

    def __init__(self, on_a_page: int = 1000) -> None:
        self._on_a_page = on_a_page
        self._pages: list[_Page] = []
        self._page_of: dict[UUID, _Page] = {}
        self._loose: dict[UUID, str] = {}

    def put(self, patient_id: UUID, digits: str) -> None:
        """Enter a number, in place of the one before."""
        self.remove(patient_id)
        self._loose[patient_id] = digits
        if len(self._loose) >= self._on_a_page:
            page = _Page(self._loose)
            self._pages.append(page)
            self._page_of.update(dict.fromkeys(self._loose, page))
            self._loose.clear()

    def remove(self, patient_id: UUID) -> None:
        """Strike a number out; nothing happens when there is none."""
        self._loose.pop(patient_id, None)
        self._page_of.pop(patient_id, None)

    def holding(self, part: str) -> Iterator[tuple[UUID, bool]]:
        """Whose number has `part` in it, and whether at its end."""
        for page in self._pages:
            for patient_id, at_end in page.holding(part):
                if self._page_of.get(patient_id) is page:
                    yield patient_id, at_end
        for patient_id, digits in self._loose.items():
            if part in digits:
                yield patient_id, digits.endswith(part)


class _Page:
    """Numbers one behind the other."""

    def __init__(self, numbers: Mapping[UUID, str]) -> None:
        self._owners = list(numbers)
        self._starts: list[int] = []
        at = 0
        for digits in numbers.values():
            self._starts.append(at)
            at += len(digits) + len(_BETWEEN)
        self._text = "".join(digits + _BETWEEN for digits in numbers.values())

    def holding(self, part: str) -> Iterator[tuple[UUID, bool]]:
        text = self._text
        found = text.find(part)
        while found >= 0:
            end = text.index(_BETWEEN, found)
            owner = self._owners[bisect_right(self._starts, found) - 1]
            yield owner, text.endswith(part, found, end)
            found = text.find(part, end)
