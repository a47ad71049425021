"""How long a desk takes from its process's start to the first paint and to a queue to work with.

The server is down: a desk opens from what is on this computer, and joins the server afterwards.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

from bench.figures import heading, line, machine
from bench.private_desktop import moved_to_private_desktop
from bench.remembered_desk import leave_behind
from clinicdesk.core.home import home_of
from clinicdesk.core.keyring_vault import open_vault
from clinicdesk.core.trace import VARIABLE as TRACE

_BARE_WINDOW: Final = """
import sys, time
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def paintEvent(self, event):
        print(time.monotonic_ns(), flush=True)
        QApplication.quit()
app = QApplication(sys.argv[:1])
window = Window()
window.resize(1280, 800)
window.show()
app.exec()
"""
_MARKS: Final = ("start", "painted first", "replica loaded", "usable", "painted")
_PATIENCE_S: Final = 30.0


def main() -> None:
    """Print the figures."""
    rounds = 50 if os.environ.get("BENCH_SCALE") == "full" else 10
    if moved_to_private_desktop("desktop_start"):
        return
    heading(f"Start of the desk, warm, server down ({machine()})")
    bare_window()
    for patients, prescriptions in ((2_000, 300), (20_000, 50_000)):
        measure(patients, prescriptions, rounds)


def measure(patients: int, prescriptions: int, rounds: int) -> None:
    """Start a desk with so many rows again and again."""
    with remembered_profile(patients, prescriptions) as profile:
        start_once(profile)  # compiles what was changed and warms the file cache
        # In turns: whatever else the machine does slows both down.
        turns = [(bare_window(), start_once(profile)) for _ in range(rounds)]
    bare = [floor for floor, _ in turns]
    print(f"{prescriptions} prescriptions, {patients} patients, from the process's start to")
    print(line("  floor: the paint of a bare PySide6 window", bare))
    for mark in _MARKS:
        times = [start[mark] for _, start in turns]
        print(line(f"  {_WORDS[mark]}", times, f"{median(times) / median(bare):.1f} x floor"))


_WORDS: Final = {
    "start": "the program's first line",
    "painted first": "the first paint of the window",
    "replica loaded": "the rows of the lists in memory",
    "usable": "the workspace painted: usable",
    "painted": "the first row of the queue painted",
}


@contextmanager
def remembered_profile(patients: int, prescriptions: int) -> Iterator[str]:
    """The name of a profile whose desk opens without asking; its keyring is the session's."""
    profile = f"bench-{os.getpid()}-{prescriptions}"

    async def prepare() -> None:
        home = home_of(profile)
        vault = await open_vault(home.config, None)
        if not vault.lasting:
            raise SystemExit("There is no keyring: run it under tests/with-desktop.")
        await leave_behind(home, vault, patients=patients, prescriptions=prescriptions)

    asyncio.run(prepare())
    yield profile


def start_once(profile: str) -> dict[str, float]:
    """Milliseconds from the start of a desk's process to each mark; the desk is ended then."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.jsonl"
        command = [sys.executable, "-m", "clinicdesk", "desktop", "--profile", profile]
        begun = time.monotonic_ns()
        process = subprocess.Popen(command, env=os.environ | {TRACE: str(trace)})
        try:
            return _wait_for_marks(process, trace, begun)
        finally:
            process.terminate()
            process.wait()


def _wait_for_marks(process: subprocess.Popen[bytes], trace: Path, begun: int) -> dict[str, float]:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        marks: dict[str, float] = {}
        for text in trace.read_text().splitlines() if trace.exists() else ():
            mark = json.loads(text)
            marks.setdefault(mark["event"], (mark["ns"] - begun) / 1e6)
        if all(mark in marks for mark in _MARKS):
            return marks
        time.sleep(0.02)  # rarely: on two cores, looking is work too
    raise SystemExit(f"the desk did not come to all of {_MARKS}")


def bare_window() -> float:
    """Milliseconds from the start of a process that shows nothing but an empty window."""
    begun = time.monotonic_ns()
    done = subprocess.run([sys.executable, "-c", _BARE_WINDOW], check=True, capture_output=True)
    return (int(done.stdout.split()[0]) - begun) / 1e6


if __name__ == "__main__":
    main()
