"""Which way text runs: Arabic script from the right, and numbers within it from the left.

The Unicode bidirectional algorithm (UAX #9) for one line of a document that reads from the left:
its rules W1 to W7, N0 to N2, I1, I2 and L2. Characters that switch directions by themselves are
gone before (`fonts.writable`), so its rules X have nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from unicodedata import bidirectional

_FROM_THE_RIGHT: Final = frozenset({"R", "AL", "AN"})
_NUMBERS: Final = frozenset({"EN", "AN"})
_NEUTRAL: Final = frozenset({"B", "S", "WS", "ON"})
_LEVELS: Final = {"R": 1, "AN": 2, "EN": 2}
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}


def levels(text: str) -> list[int]:
    """Of each character: 0 runs to the right, 1 to the left, 2 is a number within 1."""
    kinds = [bidirectional(each) or "L" for each in text]
    if _FROM_THE_RIGHT.isdisjoint(kinds):
        return [0] * len(kinds)
    _settle_marks(kinds)
    _settle_numbers(kinds)
    _settle_brackets(text, kinds)
    _settle_neutrals(kinds)
    return [_LEVELS.get(kind, 0) for kind in kinds]


def visual_order(level_of: Sequence[int]) -> list[int]:
    """The places of things from left to right as they are seen, by their levels (L2)."""
    order = list(range(len(level_of)))
    for level in range(max(level_of, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and level_of[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end + 1
    return order


def _settle_marks(kinds: list[str]) -> None:
    """What stands on a letter or joins it is of its kind (W1)."""
    for place, kind in enumerate(kinds):
        if kind in ("NSM", "BN"):
            kinds[place] = kinds[place - 1] if place else "ON"


def _settle_numbers(kinds: list[str]) -> None:
    """Digits, and the signs that belong to them (W2 to W7)."""
    strong = "L"
    for place, kind in enumerate(kinds):
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[place] = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    for place in range(1, len(kinds) - 1):
        before, after = kinds[place - 1], kinds[place + 1]
        between = before == after and before in _NUMBERS
        if between and (kinds[place] == "CS" or (kinds[place] == "ES" and before == "EN")):
            kinds[place] = before
    for start, end in _stretches(kinds, frozenset({"ET"})):
        if "EN" in kinds[max(0, start - 1) : start] + kinds[end : end + 1]:
            kinds[start:end] = ["EN"] * (end - start)
    kinds[:] = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in kinds]
    strong = "L"
    for place, kind in enumerate(kinds):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"


def _settle_brackets(text: str, kinds: list[str]) -> None:
    """Both brackets of a pair run as what is within them (N0)."""
    for opening, closing in _pairs(text, kinds):
        within = {_strong(kind) for kind in kinds[opening + 1 : closing]}
        if "L" in within:
            kinds[opening] = kinds[closing] = "L"
        elif "R" in within:
            before = [each for kind in kinds[:opening] if (each := _strong(kind))]
            kinds[opening] = kinds[closing] = before[-1] if before else "L"


def _pairs(text: str, kinds: list[str]) -> list[tuple[int, int]]:
    open_at: list[int] = []
    pairs: list[tuple[int, int]] = []
    for place, each in enumerate(text):
        if kinds[place] != "ON":
            continue
        if each in _CLOSING:
            open_at.append(place)
        elif each in _CLOSING.values():
            for depth in range(len(open_at) - 1, -1, -1):
                if _CLOSING[text[open_at[depth]]] == each:
                    pairs.append((open_at[depth], place))
                    del open_at[depth:]
                    break
    return sorted(pairs)


def _settle_neutrals(kinds: list[str]) -> None:
    """Spaces and signs run as what is on both sides of them, or else as the document (N1, N2)."""
    for start, end in _stretches(kinds, _NEUTRAL):
        before = _strong(kinds[start - 1]) if start else "L"
        after = _strong(kinds[end]) if end < len(kinds) else "L"
        kinds[start:end] = [before if before == after else "L"] * (end - start)


def _strong(kind: str) -> str:
    return "R" if kind in ("R", "AN", "EN") else "L" if kind == "L" else ""


def _stretches(kinds: list[str], wanted: frozenset[str]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start: int | None = None
    for place, kind in enumerate([*kinds, ""]):
        if kind in wanted:
            start = place if start is None else start
        elif start is not None:
            found.append((start, place))
            start = None
    return found
