"""Desktop processes, signed in as somebody of the demo clinic, and what their windows show."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clinicdesk.core.trace import VARIABLE as TRACE
from clinicdesk.desktop.app import PROBE_VARIABLE as PROBE
from clinicdesk.failures import StartupFailure
from clinicdesk.server.demo_data import PASSWORD

AUTO_SIGN_IN: Final = "CLINICDESK_AUTO_SIGN_IN"


class NotSeen(Exception):
    """Something that should have happened was not seen to happen."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo clinic.

    Attributes:
        profile: Keeps the windows' settings and stores apart.
    """

    login: str
    name: str
    profile: str


THERAPIST: Final = Person("sunita.rao", "Dr Sunita Rao (therapist)", "demo-therapist")
PHARMACIST: Final = Person("vikram.patil", "Vikram Patil (pharmacist)", "demo-pharmacist")


class DeskProcess:
    """One desktop window's process. Its sign-in travels in a file that it deletes once read."""

    def __init__(self, person: Person, server: str, extra: dict[str, str] | None = None) -> None:
        self.person = person
        sign_in = {"server": server, "login": person.login, "password": PASSWORD}
        descriptor, path = tempfile.mkstemp(prefix="clinicdesk-sign-in-")
        with os.fdopen(descriptor, "w") as file:
            json.dump(sign_in, file)
        self._sign_in = Path(path)
        command = [sys.executable, "-m", "clinicdesk", "desktop", "--server", server]
        self._process = subprocess.Popen(
            [*command, "--profile", person.profile],
            env=os.environ | {AUTO_SIGN_IN: path} | (extra or {}),
        )

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def wait(self) -> None:
        """Wait until the window has been closed."""
        self._process.wait()

    def close(self) -> None:
        """End the process as the session's end would."""
        if not self.ended:
            self._process.terminate()
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._sign_in.unlink(missing_ok=True)


class WatchedDesk:
    """A desktop process whose window can be asked what it shows.

    Attributes:
        process: The process. trace: the file that its marks go to.
    """

    def __init__(self, person: Person, server: str, folder: Path) -> None:
        self.person = person
        self.trace = folder / f"{person.profile}.jsonl"
        self._probe = folder / f"{person.profile}.sock"
        self._connection: socket.socket | None = None
        self._answers = b""
        extra = {PROBE: str(self._probe), TRACE: str(self.trace), "QT_QPA_PLATFORM": "xcb"}
        self.process = DeskProcess(person, server, extra)

    def ask(self, question: str, name: str = "") -> dict[str, Any]:
        """What the window says of itself; see `desktop.probe`.

        Raises:
            OSError: The process does not answer (yet, or any more).
        """
        try:
            return self._converse({"ask": question, "name": name})
        except OSError:
            self._hang_up()
            raise

    def wait_until(self, what: str, looks: Callable[[], object], within_s: float = 20.0) -> None:
        """Look again and again.

        Raises:
            NotSeen: It did not come true; `what` says what was awaited.
        """
        deadline = time.monotonic() + within_s
        while True:
            with contextlib.suppress(OSError):
                if looks():
                    return
            if self.process.ended:
                raise NotSeen(f"{self.person.name}: the window is gone, waiting for {what}")
            if time.monotonic() > deadline:
                raise NotSeen(f"{self.person.name}: waited in vain for {what}")
            time.sleep(0.005)

    def widget(self, name: str) -> dict[str, Any]:
        """A widget by its object name."""
        return self.ask("widget", name)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a list or table that can be seen."""
        rows: list[dict[str, Any]] = self.ask("rows", name)["rows"]
        return rows

    def close(self) -> None:
        """End the process."""
        self._hang_up()
        self.process.close()

    def _converse(self, question: dict[str, str]) -> dict[str, Any]:
        if self._connection is None:
            self._connection = socket.socket(socket.AF_UNIX)
            self._connection.settimeout(5)
            self._connection.connect(str(self._probe))
        self._connection.sendall(json.dumps(question).encode() + b"\n")
        while b"\n" not in self._answers:
            received = self._connection.recv(65536)
            if not received:
                raise ConnectionResetError("the window is gone")
            self._answers += received
        line, self._answers = self._answers.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._answers = None, b""


def check_display() -> None:
    """Raises StartupFailure: windows need a display, and there is none."""
    windowless = sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if windowless:
        raise StartupFailure(
            "There is no display to open windows on. Start it in a graphical session, or let it "
            "work by itself: make demo TOUR=build/tour"
        )
