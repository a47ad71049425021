"""The program itself, as a process with real windows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.desktop_session import wait_until

pytestmark = pytest.mark.display


@contextmanager
def program(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`clinicdesk desktop` with folders of its own, until its window is on the screen."""
    environment = os.environ | {
        "QT_QPA_PLATFORM": "xcb",
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "CLINICDESK_TRACE": str(folder / "trace.jsonl"),
    }
    command = [sys.executable, "-m", "clinicdesk", "desktop", *arguments]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: window_of(process) and has_come_in(process, folder))
        yield process
    finally:
        process.kill()
        process.communicate()


def has_come_in(process: subprocess.Popen[str], folder: Path) -> bool:
    """Whether it has come as far as its event loop, which then runs."""
    trace = folder / "trace.jsonl"
    marks = trace.read_text(encoding="utf-8").splitlines() if trace.exists() else []
    return any(f'"pid": {process.pid}, "event": "at the door"' in mark for mark in marks)


def window_of(process: subprocess.Popen[str]) -> str:
    """The number of the window that a process shows; empty while it has none."""
    command = ["xdotool", "search", "--onlyvisible", "--pid", str(process.pid), "--name", "clinic"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.split()[-1] if found.stdout.split() else ""


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit status and what was said on stderr."""
    _out, said = process.communicate(timeout=20)
    return process.returncode, said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_without_a_word(
    tmp_path: Path, number: signal.Signals
) -> None:
    with program(tmp_path) as process:
        process.send_signal(number)
        assert ended(process) == (0, "")


def test_closing_its_window_ends_it_cleanly(tmp_path: Path) -> None:
    with program(tmp_path) as process:
        window = window_of(process)
        subprocess.run(["xdotool", "windowactivate", "--sync", window, "key", "alt+F4"], check=True)
        assert ended(process) == (0, "")


def test_profiles_have_folders_of_their_own(tmp_path: Path) -> None:
    with program(tmp_path, "--profile", "one"), program(tmp_path, "--profile", "two"):
        folder = tmp_path / "config" / "clinicdesk" / "profiles"
        wait_until(lambda: {each.name for each in folder.iterdir()} == {"one", "two"})


def test_the_window_opens_where_it_was_closed(tmp_path: Path) -> None:
    with program(tmp_path) as process:
        window = window_of(process)
        size = ["xdotool", "windowsize", "--sync", window, "1000", "700"]
        subprocess.run(size, check=True)
        process.send_signal(signal.SIGTERM)
        assert ended(process) == (0, "")
    with program(tmp_path) as process:
        assert wait_until(lambda: size_of(window_of(process)) == (1000, 700))


def size_of(window: str) -> tuple[int, int]:
    command = ["xdotool", "getwindowgeometry", "--shell", window]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    facts = dict(line.split("=") for line in said.split())
    return int(facts["WIDTH"]), int(facts["HEIGHT"])
