"""The trace that benches and the tour read."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from clinicdesk.core.trace import VARIABLE, FileTrace, NoTrace, trace_from_environment
from tests.core.sample import an_id


def test_each_mark_is_a_line_with_the_machine_s_monotonic_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "trace"))
    trace = trace_from_environment()
    assert isinstance(trace, FileTrace)
    before = time.monotonic_ns()
    trace.mark("submit", op_id=an_id("op"), n=1)
    FileTrace(tmp_path / "trace").mark("painted")
    first, second = map(json.loads, (tmp_path / "trace").read_text().splitlines())
    assert (first["event"], first["op_id"], first["n"]) == ("submit", str(an_id("op")), "1")
    assert before <= first["ns"] <= second["ns"]


def test_without_a_file_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert isinstance(trace_from_environment(), NoTrace)
