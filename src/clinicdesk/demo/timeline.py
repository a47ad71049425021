"""What happened when: the marks of every process, on the machine's one monotonic clock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a desk's trace."""

    ns: int
    event: str
    values: dict[str, Any]


@dataclass(slots=True)
class Moment:
    """A step of the job and its delays after the click, in milliseconds; None: not of this step."""

    step: str
    saved: float | None = None
    committed: float | None = None
    painted: float | None = None
    notified: float | None = None


def marks_of(trace: Path, since_ns: int = 0) -> Iterator[Mark]:
    """The marks of a trace since then, in order."""
    if not trace.exists():
        return
    for line in trace.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        if values["ns"] >= since_ns:
            yield Mark(values.pop("ns"), values.pop("event"), values)


def first(marks: Iterable[Mark], event: str, **values: object) -> Mark | None:
    """The first mark of an event with these values."""
    for mark in marks:
        if mark.event == event and all(mark.values.get(k) == str(v) for k, v in values.items()):
            return mark
    return None


def after(click_ns: int, moment_ns: int | None) -> float | None:
    """Milliseconds from a click to a moment."""
    return None if moment_ns is None else (moment_ns - click_ns) / 1e6


def table(moments: Iterable[Moment]) -> str:
    """The timeline as text, one step a line."""
    lines = [f"{'step':<44}{'saved':>10}{'committed':>12}{'painted':>11}{'notified':>11}"]
    for moment in moments:
        cells = (moment.saved, moment.committed, moment.painted, moment.notified)
        widths = (10, 12, 11, 11)
        shown = "".join(_cell(cell, width) for cell, width in zip(cells, widths, strict=True))
        lines.append(f"{moment.step:<44}{shown}")
    return "\n".join(lines)


def _cell(delay: float | None, width: int) -> str:
    return f"{'-' if delay is None else f'{delay:.0f} ms':>{width}}"
