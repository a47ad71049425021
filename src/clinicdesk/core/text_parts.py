"""Short texts in long ones, so that any part of one is found at the speed of C."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

_BETWEEN: Final = "\n"


class TextParts:
    """Telephone numbers, or codes, by whose they are, many to a page.

    A page is never written again: what is struck out stays on it unheeded, until nobody is left on
    it, and a new text is looked at by itself until there are enough for a page. So neither a change
    nor the search after it costs more with more of them.
    """

    def __init__(self, on_a_page: int = 1000) -> None:
        self._on_a_page = on_a_page
        self._texts: dict[UUID, str] = {}
        self._pages: list[_Page] = []
        self._page_of: dict[UUID, _Page] = {}
        self._loose: dict[UUID, str] = {}  # on no page yet

    def put(self, owner: UUID, text: str) -> None:
        """Enter a text of one line, in place of its owner's before."""
        if self._texts.get(owner) == text:
            return
        self.remove(owner)
        self._texts[owner] = self._loose[owner] = text
        if len(self._loose) >= self._on_a_page:
            page = _Page(self._loose)
            self._pages.append(page)
            self._page_of.update(dict.fromkeys(self._loose, page))
            self._loose.clear()

    def remove(self, owner: UUID) -> None:
        """Strike an owner's text out; nothing happens when there is none."""
        self._texts.pop(owner, None)
        self._loose.pop(owner, None)
        page = self._page_of.pop(owner, None)
        if page is not None:
            page.heeded -= 1
            if not page.heeded:
                self._pages.remove(page)

    def holding(self, part: str) -> Iterator[tuple[UUID, bool]]:
        """Whose text has `part` in it, and whether at its end."""
        for page in self._pages:
            for owner, at_end in page.holding(part):
                if self._page_of.get(owner) is page:
                    yield owner, at_end
        for owner, text in self._loose.items():
            if part in text:
                yield owner, text.endswith(part)


class _Page:
    """Texts one behind the other.

    Attributes:
        heeded: How many of them stand.
    """

    def __init__(self, texts: Mapping[UUID, str]) -> None:
        self.heeded = len(texts)
        self._owners = list(texts)
        self._starts: list[int] = []
        at = 0
        for text in texts.values():
            self._starts.append(at)
            at += len(text) + len(_BETWEEN)
        self._text = "".join(text + _BETWEEN for text in texts.values())

    def holding(self, part: str) -> Iterator[tuple[UUID, bool]]:
        text = self._text
        found = text.find(part)
        while found >= 0:
            end = text.index(_BETWEEN, found)
            owner = self._owners[bisect_right(self._starts, found) - 1]
            yield owner, text.endswith(part, found, end)
            found = text.find(part, end)
