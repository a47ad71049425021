"""How figures are taken and told: medians and percentiles, never a single best run."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def line(what: str, values: Sequence[float], note: str = "") -> str:
    """Middle, p99 and worst of some milliseconds, as one line."""
    figures = (
        f"p50 {median(values):8.2f}   p99 {percentile(values, 0.99):8.2f}   max {max(values):8.2f}"
    )
    return f"{what:<58}{figures} ms   n={len(values)}{'   ' + note if note else ''}"


def timed(work: Callable[[], Any]) -> float:
    """Milliseconds that `work` takes."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


def each(steps: Iterable[Callable[[], Any]]) -> list[float]:
    """Milliseconds of each step, garbage of earlier work collected first."""
    gc.collect()
    return [timed(step) for step in steps]


def heading(text: str) -> None:
    """Begin a part of the report."""
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def machine() -> str:
    """What it was measured on, as far as it matters."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, load {load}"


def resident_mb() -> float:
    """Memory of this process that is in use now (Linux)."""
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6
