"""When the server answered, read from its own journal."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path


def answered_ns(journal: Path, path: str, since_ns: int) -> int | None:
    """`time.monotonic_ns()` when the first command on a path after `since_ns` was answered well.

    The server answers after its commit. Its journal carries the wall clock; on one machine the two
    clocks stand a constant apart.
    """
    offset = time.time_ns() - time.monotonic_ns()
    for line in journal.read_text(encoding="utf-8").splitlines():
        if not line.startswith("{") or path not in line:
            continue
        entry = json.loads(line)
        if entry.get("event") != "request" or not str(entry.get("route", "")).endswith(path):
            continue
        moment = int(datetime.fromisoformat(entry["timestamp"]).timestamp() * 1e9) - offset
        if moment >= since_ns and entry.get("status", 500) < 300:
            return moment
    return None
