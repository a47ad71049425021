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
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clinicdesk.core.trace import VARIABLE as TRACE
from clinicdesk.desktop.app import PROBE_VARIABLE as PROBE
from clinicdesk.desktop.display import has_display
from clinicdesk.failures import StartupFailure
from clinicdesk.server.demo_data import PASSWORD

PATIENCE_S: Final = 30.0
"""A machine that has much else to do is slow, and still not to blame."""
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
    """One desktop window's process.

    Args of the constructor:
        invited: Signed in by the program; the password travels in a file that the desk deletes
            once read. Otherwise the window opens as it would for anybody.
        journal: Takes what the process says beside its window; the terminal does without.
    """

    def __init__(
        self,
        person: Person,
        server: str,
        extra: dict[str, str] | None = None,
        *,
        invited: bool = True,
        journal: Path | None = None,
    ) -> None:
        self.person = person
        self._invitation = _write_invitation(person, server) if invited else None
        named = {AUTO_SIGN_IN: str(self._invitation)} if self._invitation else {}
        command = [sys.executable, "-m", "clinicdesk", "desktop", "--server", server]
        with ExitStack() as stack:
            said = None if journal is None else stack.enter_context(journal.open("ab"))
            self._process = subprocess.Popen(
                [*command, "--profile", person.profile],
                env=os.environ | named | (extra or {}),
                stdout=said,
                stderr=said,
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
        self._forget_invitation()

    def kill(self) -> None:
        """kill -9: the process ends without a word."""
        self._process.kill()
        self._process.wait()
        self._forget_invitation()

    def _forget_invitation(self) -> None:
        if self._invitation is not None:
            self._invitation.unlink(missing_ok=True)


class WatchedDesk:
    """A desktop process whose window can be asked what it shows.

    Args of the constructor: `invited` and `journal` as of `DeskProcess`.

    Attributes:
        process: The process. trace: the file that its marks go to.
    """

    def __init__(
        self,
        person: Person,
        server: str,
        folder: Path,
        *,
        invited: bool = True,
        journal: Path | None = None,
    ) -> None:
        self.person = person
        self.trace = folder / f"{person.profile}.jsonl"
        self._probe = folder / f"{person.profile}.sock"
        self._connection: socket.socket | None = None
        self._answers = b""
        extra = {PROBE: str(self._probe), TRACE: str(self.trace), "QT_QPA_PLATFORM": "xcb"}
        # A process that was killed has left its socket.
        self._probe.unlink(missing_ok=True)
        self.process = DeskProcess(person, server, extra, invited=invited, journal=journal)

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

    def wait_until(
        self, what: str, looks: Callable[[], object], within_s: float = PATIENCE_S
    ) -> None:
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

    def reach(self, name: str) -> list[int]:
        """The rectangle of a widget, once a click on it would do something.

        Raises:
            NotSeen: It stays hidden, switched off or covered.
        """

        def reachable() -> bool:
            found = self.widget(name)
            return found["found"] and found["visible"] and found["enabled"] and not found["covered"]

        self.wait_until(f"{name} to press", reachable)
        rect: list[int] = self.widget(name)["rect"]
        return rect

    def text(self, name: str) -> str:
        """What a widget says; empty while it cannot be seen."""
        widget = self.widget(name)
        return str(widget["text"]) if widget["found"] and widget["visible"] else ""

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a list or table that can be seen."""
        rows: list[dict[str, Any]] = self.ask("rows", name)["rows"]
        return rows

    def close(self) -> None:
        """End the process."""
        self._hang_up()
        self.process.close()

    def kill(self) -> None:
        """kill -9."""
        self._hang_up()
        self.process.kill()

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


def _write_invitation(person: Person, server: str) -> Path:
    sign_in = {"server": server, "login": person.login, "password": PASSWORD}
    descriptor, path = tempfile.mkstemp(prefix="clinicdesk-sign-in-")
    with os.fdopen(descriptor, "w") as file:
        json.dump(sign_in, file)
    return Path(path)


def check_display() -> None:
    """Raises StartupFailure: windows need a display, and there is none."""
    if not has_display():
        raise StartupFailure(
            "There is no display to open windows on. Start it in a graphical session, or let it "
            "work by itself: make demo TOUR=build/tour"
        )
