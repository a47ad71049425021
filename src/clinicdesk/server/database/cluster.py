"""One PostgreSQL cluster on disk: created once, launched, found again, watched and shut down.

Nothing here decides when to do so; `clinicdesk.server.database.embedded` does.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clinicdesk.failures import StartupFailure
from clinicdesk.server.database.binaries import PostgresBinaries, ServerAccount

OWNER = "clinicdesk"
PORT = 5432  # only part of the socket's file name: nothing listens on TCP

_LOG_LIMIT = 4 * 1024 * 1024  # bytes
_POLL = 0.01  # seconds
_START_DEADLINE = 180.0  # seconds; recovery after a power cut replays up to 1 GB of WAL
_STOP_DEADLINE = 60.0  # seconds

# Order by bytes everywhere. For what is a letter (search in Hindi or Māori asks that) the C library
# must know UTF-8; systems without C.UTF-8 have one of the others.
_CHARACTER_TYPES = ("C.UTF-8", "en_US.UTF-8", "C")

# Started beside the server with the read end of a pipe that only we hold open, and with the
# folder's lock. A word on the pipe dismisses it. The end of the pipe means that we were killed: it
# shuts the server down, and only then gives the lock back. A shell because the account may not be
# able to read our Python, and because it takes 1 MB instead of 10.
_WATCHDOG = """
read -r dismissed && exit 0
attempts=0
while kill -0 "$3" 2>/dev/null && [ "$attempts" -lt 30 ]; do
    "$1" -D "$2" -m fast -t 60 stop || sleep 1
    attempts=$((attempts + 1))
done
if [ -n "$4" ]; then rmdir "$4"; fi
"""

_logger = logging.getLogger(__name__)


class LaunchFailure(Exception):
    """The server ended before it was ready; `str()` is the reason, its last words."""


@dataclass(frozen=True, slots=True)
class Watchdog:
    """The small process that shuts the server down when we are killed."""

    process: subprocess.Popen[bytes]

    def dismiss(self) -> None:
        """Let the watchdog end without touching the server."""
        with suppress(BrokenPipeError):
            self.process.communicate(b"dismissed\n")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder of PostgreSQL with the programs and the account that serve it.

    `log` is where the server's own messages go. All paths are absolute and resolved.
    """

    data: Path
    log: Path
    binaries: PostgresBinaries
    account: ServerAccount

    def create(self, password_file: Path, *, durable: bool = True) -> None:
        """Create the cluster with the superuser `clinicdesk` and the password in the file.

        It appears under its name only when complete, so a kill half-way leaves nothing that looks
        like a database. Raises `LaunchFailure` with initdb's last words.
        """
        unfinished = self.data.with_name(f"{self.data.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.account.take(unfinished)
        reason = ""
        for character_type in _CHARACTER_TYPES:
            command = self._initdb(unfinished, password_file, character_type, durable=durable)
            status, output = self.account.run(command, cwd=unfinished.parent)
            if status == 0:
                unfinished.rename(self.data)
                return
            reason = _last_words(output)
            if "locale" not in reason:
                break
        shutil.rmtree(unfinished, ignore_errors=True)
        raise LaunchFailure(reason)

    def launch(self, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start the server and return it when it accepts connections.

        `settings` name at least `unix_socket_directories`, a folder that is ours alone.
        Raises `LaunchFailure` when it ends instead, `StartupFailure` when it takes too long.
        """
        self._forget_dead_server(Path(settings["unix_socket_directories"]))
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_name(f"{self.log.name}.1"))
        output = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            before = os.fstat(output).st_size
            command = [self.binaries.program("postgres"), *self._arguments(settings)]
            server = self.account.spawn(command, cwd=self.data.parent, output=output)
        finally:
            os.close(output)
        try:
            ready = _until(lambda: server.poll() is not None or self._ready(server.pid))
        except BaseException:
            self.shut_down(server)
            raise
        if server.poll() is not None:
            raise LaunchFailure(
                _last_words(self.log.read_bytes()[before:].decode(errors="replace"))
            )
        if not ready:
            self.shut_down(server)
            raise StartupFailure(
                f"The embedded database in {self.data.parent} was not ready after "
                f"{_START_DEADLINE:.0f} seconds; its log is {self.log}."
            )
        return server

    def running(self) -> int | None:
        """Return the process id of the server that serves this cluster, if one lives."""
        lines = self._pid_file()
        if not lines or not lines[0].isdigit():
            return None
        pid = int(lines[0])
        return pid if process_is_alive(pid) and self._serves(pid) else None

    def was_launched_with(self, settings: Mapping[str, str]) -> bool:
        """Tell whether the running server was started with exactly these settings."""
        arguments = " ".join(f'"{argument}"' for argument in self._arguments(settings))
        try:
            recorded = (self.data / "postmaster.opts").read_text()
        except FileNotFoundError:
            return False
        return recorded.rstrip("\n").endswith(f" {arguments}")

    def watch(self, pid: int, *, lock: int, temporary: Path | None) -> Watchdog:
        """Start the watchdog over the server `pid`.

        `lock` is the descriptor whose lock it shares, `temporary` a folder to remove at the end.
        """
        stop = self.binaries.program("pg_ctl")
        command = ("/bin/sh", "-c", _WATCHDOG, "watchdog", stop, str(self.data), str(pid))
        process = self.account.spawn(
            (*command, str(temporary or "")),
            cwd=Path("/"),
            stdin=subprocess.PIPE,
            keep_open=(lock,),
        )
        return Watchdog(process)

    def shut_down(self, server: subprocess.Popen[bytes] | None) -> None:
        """End the running server: fast, and if that takes too long, at once (it then recovers).

        `server` is its process when it is our child, so that it is reaped.
        """
        for request, deadline in ((signal.SIGINT, _STOP_DEADLINE), (signal.SIGQUIT, 10.0)):
            pid = server.pid if server else self.running()
            if pid is None or (server and server.poll() is not None):
                return
            with suppress(ProcessLookupError):
                os.kill(pid, request)
            if _until(lambda: not self._lives(server), deadline):
                return
            _logger.warning("The embedded database did not end within %.0f seconds", deadline)

    def _lives(self, server: subprocess.Popen[bytes] | None) -> bool:
        return server.poll() is None if server else self.running() is not None

    def _initdb(
        self, target: Path, password_file: Path, character_type: str, *, durable: bool
    ) -> tuple[str, ...]:
        # The built-in provider maps case for all of Unicode without asking the C library.
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        return (
            self.binaries.program("initdb"),
            f"--pgdata={target}",
            f"--username={OWNER}",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            "--locale=C",
            f"--lc-ctype={character_type}",
            *(builtin if self.binaries.major >= 17 else ()),
            "--data-checksums",
            "--no-instructions",
            *(() if durable else ("--no-sync",)),
        )

    def _arguments(self, settings: Mapping[str, str]) -> list[str]:
        options = [f"{name}={value}" for name, value in settings.items()]
        return ["-D", str(self.data), *(part for option in options for part in ("-c", option))]

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _ready(self, pid: int) -> bool:
        lines = self._pid_file()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _serves(self, pid: int) -> bool:
        # A process id is soon given to somebody else, above all after a restart of the machine.
        # PostgreSQL works in its data folder; where there is no /proc, its command line names it.
        if Path("/proc/self/cwd").exists():
            try:
                return Path(f"/proc/{pid}/cwd").readlink() == self.data
            except OSError:
                return False
        shown = subprocess.run(
            ("ps", "-ww", "-o", "args=", "-p", str(pid)),
            capture_output=True,
            text=True,
            check=False,
        )
        return f"-D {self.data} " in shown.stdout

    def _forget_dead_server(self, sockets: Path) -> None:
        # PostgreSQL itself clears the files of a dead process, but refuses to start when its number
        # lives on as another process of the same account, or as one that nobody reaps. Sessions of
        # the dead server that still live are found by its shared memory, not by these files.
        lines = self._pid_file()
        if not lines or self.running() is not None:
            return
        (sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        with suppress(ProcessLookupError, PermissionError, ValueError):
            os.kill(int(lines[0]), 0)
            (self.data / "postmaster.pid").unlink(missing_ok=True)


def process_is_alive(pid: int) -> bool:
    """Tell whether the process lives; one that ended and waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state not in ("Z", "X")


def _until(condition: Callable[[], bool], deadline: float = _START_DEADLINE) -> bool:
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_POLL)
    return True


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    grave = [found[0] for line in lines if (found := re.search(r"(FATAL|PANIC|error):.*", line))]
    return (grave or lines or ["it said nothing"])[-1]
