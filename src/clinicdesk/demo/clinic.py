"""The server of the demonstration: a process with an embedded database and the demo clinic."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx

from clinicdesk.demo.desks import PHARMACIST, THERAPIST, DeskProcess, check_display
from clinicdesk.failures import StartupFailure
from clinicdesk.server.app import listen
from clinicdesk.server.database.embedded import default_folder

START_WITHIN_S: Final = 60.0


class ClinicServer:
    """`clinicdesk server` on a folder; always on the same port, so that desks find it again.

    Attributes:
        url: Where it serves.
    """

    def __init__(self, folder: Path, journal: Path) -> None:
        self._folder = folder
        self._journal = journal
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    def fill(self) -> None:
        """Create the database and the demo clinic in it, unless they are there.

        Raises:
            StartupFailure: It did not work; the reason has been printed.
        """
        done = subprocess.run(self._command("demo-data"), env=self._environment(), check=False)
        if done.returncode:
            raise StartupFailure("The demo clinic could not be made; the lines above say why.")

    def start(self) -> None:
        """Serve, and wait until it answers.

        Raises:
            StartupFailure: It ended, or did not answer in time.
        """
        command = self._command("run", "--port", str(self._port))
        with self._journal.open("ab") as journal:
            self._process = subprocess.Popen(
                command, env=self._environment(), stdout=journal, stderr=journal
            )
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=2).is_success:
                    return
            time.sleep(0.02)
        self.kill()
        raise StartupFailure(f"The server did not start; its journal is {self._journal}.")

    def kill(self) -> None:
        """Pull the plug: the process ends without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End as an administrator would."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "clinicdesk", "server", *arguments]

    def _environment(self) -> dict[str, str]:
        # The demonstration must never write into a clinic's real database.
        kept = {k: v for k, v in os.environ.items() if k != "CLINICDESK_DATABASE_URL"}
        return kept | {"CLINICDESK_DATA_FOLDER": str(self._folder)}


def show_clinic() -> int:
    """Two windows, a therapist's and a pharmacist's, on one clinic; ends when both are closed.

    Raises:
        StartupFailure: There is no display, or the clinic could not be made.
    """
    check_display()
    folder = default_folder().with_name("demo")
    folder.mkdir(parents=True, exist_ok=True)
    server = ClinicServer(folder, folder / "server-journal.log")
    print("Preparing the demo clinic ...", flush=True)
    server.fill()
    with running(server):
        desks = [DeskProcess(person, server.url) for person in (THERAPIST, PHARMACIST)]
        print(
            f"Roshni Clinic is open: {THERAPIST.name} and {PHARMACIST.name} have a window each.\n"
            "Close both windows to end the demonstration.",
            flush=True,
        )
        try:
            for desk in desks:
                desk.wait()
        except KeyboardInterrupt:
            print("\nClosing.")
        finally:
            for desk in desks:
                desk.close()
    return 0


@contextlib.contextmanager
def running(server: ClinicServer) -> Iterator[None]:
    """The server, started and stopped."""
    server.start()
    try:
        yield
    finally:
        server.stop()


def _free_port() -> int:
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
