"""The embedded database: a PostgreSQL of our own in one folder, started and stopped with us.

The folder holds:

    cluster/        PostgreSQL's data, owned by the account that runs it
    password        of the superuser `clinicdesk`, made at random, for the owner's eyes only
    run/            the socket; in a short temporary folder, named by `socket-folder`, when this
                    path is too long for one
    lock            held with the process id of the one server that uses the folder
    server.log      what PostgreSQL says of itself; never a statement, never a row

docs/embedded-database.md tells what happens when any of the processes is killed.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from urllib.parse import quote

import platformdirs
import psycopg

from clinicdesk.failures import StartupFailure
from clinicdesk.server.database.binaries import (
    PostgresBinaries,
    ServerAccount,
    find_binaries,
    make_folders,
    readable_by,
    server_account,
)
from clinicdesk.server.database.cluster import (
    OWNER,
    PORT,
    Cluster,
    LaunchFailure,
    Watchdog,
    process_is_alive,
)

DATABASE = "clinicdesk"

_LONGEST_SOCKET_FOLDER = 103 - len(f"/.s.PGSQL.{PORT}")  # bytes; 103 on macOS, 107 on Linux
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # libpq splits hosts at commas, PostgreSQL at more
_LOCK_PATIENCE = 75.0  # seconds; the watchdog of a killed server ends within this
_RELAUNCH_PATIENCE = 10.0  # seconds
_SMALL_BUFFERS = "16MB"

_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "max_connections": "60",
        "shared_buffers": "128MB",
        "fsync": "on",
        "synchronous_commit": "on",
        # Statements here are short: compiling or splitting them costs more than it gives, and
        # parallel workers need more /dev/shm than a container usually has.
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        "log_checkpoints": "off",
        # An error's text may quote a patient's row, so what a session is told stays out of the log.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
)


def default_folder() -> Path:
    """Return where the embedded database lives unless the configuration says otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/clinicdesk/server")
    return platformdirs.user_data_path("clinicdesk") / "server"


class FolderLock:
    """The right to use a database folder, held by one process at a time.

    It dies with the processes that share it: the holder, and the watchdog that ends the server
    after the holder was killed.
    """

    def __init__(self, folder: Path) -> None:
        """Take the lock of `folder`.

        Waits while the watchdog of a killed holder still ends the server. Raises `StartupFailure`
        when another process that lives holds it.
        """
        import fcntl  # POSIX only, as everything that runs here

        self.descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + _LOCK_PATIENCE
        try:
            while True:
                try:
                    fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    self._refuse_while_held(folder, deadline)
                    time.sleep(0.02)
            os.ftruncate(self.descriptor, 0)
            os.pwrite(self.descriptor, f"{os.getpid()}\n".encode(), 0)
        except BaseException:
            os.close(self.descriptor)
            raise

    def release(self) -> None:
        """Give the folder back."""
        os.ftruncate(self.descriptor, 0)
        os.close(self.descriptor)

    def _refuse_while_held(self, folder: Path, deadline: float) -> None:
        holder = os.pread(self.descriptor, 32, 0).strip()
        if holder.isdigit() and process_is_alive(int(holder)):
            raise StartupFailure(
                f"The database folder {folder} is in use by process {holder.decode()}. "
                "Stop that server first, or give this one another folder."
            )
        if time.monotonic() > deadline:
            raise StartupFailure(
                f"The database folder {folder} is still in use by a server that was killed or runs "
                "in another container. Stop it first, or give this one another folder."
            )


@dataclass(frozen=True, slots=True)
class _Running:
    cluster: Cluster
    url: str
    release: ExitStack


class EmbeddedDatabase:
    """PostgreSQL in a folder, for one server process; all calls block.

    Give it a folder of its own, and keep the object: the server ends when the object is forgotten.
    It may be used as a context manager, whose value is the URL.
    `settings` are server parameters laid over the defaults, such as `{"fsync": "off"}` in tests.
    Without `binaries` the best of the machine serve, of the version that the folder was made with.
    """

    def __init__(
        self,
        folder: Path,
        *,
        binaries: PostgresBinaries | None = None,
        settings: Mapping[str, str] = _NO_SETTINGS,
    ) -> None:
        self._folder = folder.expanduser().resolve()
        self._binaries = binaries
        self._settings = dict(settings)
        self._running: _Running | None = None

    def start(self) -> str:
        """Return a URL for libpq, with password, of the database `clinicdesk` and its owner.

        Creates what is missing, recovers after a crash, takes over a server that a killed process
        left behind, and does nothing when it runs already. Raises `StartupFailure` with a sentence
        for the person who started the server.
        """
        if os.name != "posix":
            raise StartupFailure(
                "The embedded database runs on Linux and macOS. "
                "On this system, configure the URL of a PostgreSQL server instead."
            )
        if self._running:
            if self._running.cluster.running() is not None:
                return self._running.url
            self.stop()
        try:
            with ExitStack() as cleanup:
                self._running = self._start(cleanup)
        except (LaunchFailure, psycopg.Error) as error:
            reason = str(error).partition("\n")[0]
            raise StartupFailure(
                f"The embedded database in {self._folder} did not start: {reason}"
            ) from error
        except OSError as error:
            raise StartupFailure(
                f"The database folder {self._folder} cannot be used: {error.strerror} "
                f"({error.filename or self._folder})."
            ) from error
        return self._running.url

    def stop(self) -> None:
        """End the server, closing its connections, and give the folder back; safe to repeat."""
        running, self._running = self._running, None
        if running:
            running.release.close()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self, cleanup: ExitStack) -> _Running:
        data = self._folder / "cluster"
        account = server_account(data.stat().st_uid if data.exists() else None)
        self._prepare_folder(account)
        lock = FolderLock(self._folder)
        cleanup.callback(lock.release)

        binaries = readable_by(account, self._choose_binaries(data))
        cluster = Cluster(data, self._folder / "server.log", binaries, account)
        password = self._password(is_new=not data.exists())
        if not data.exists():
            self._create(cluster, password)
        sockets, temporary = self._socket_folder(account)
        if temporary:
            cleanup.callback(self._remove_socket_folder, temporary)
        settings = {**_SETTINGS, "unix_socket_directories": str(sockets), **self._settings}
        place = f"host={quote(str(sockets), safe='')}&port={PORT}"
        maintenance = f"postgresql://{OWNER}:{password}@/postgres?{place}"

        server = _take_over_or_launch(cluster, settings, maintenance)
        cleanup.callback(cluster.shut_down, server)
        pid = server.pid if server else cluster.running()
        if pid is None:
            raise LaunchFailure("it ended while it was being taken over")
        watchdog = cluster.watch(pid, lock=lock.descriptor, temporary=temporary)
        cleanup.callback(_shut_down, cluster, server, watchdog)
        _ensure_database(maintenance)
        url = f"postgresql://{OWNER}:{password}@/{DATABASE}?{place}"
        return _Running(cluster, url, cleanup.pop_all())

    def _prepare_folder(self, account: ServerAccount) -> None:
        # The account passes through the folder but owns only what it works on, so that it can
        # never put a link in the way of what root reads and writes here.
        mode = 0o711 if account.switches else 0o700
        make_folders(self._folder, mode)
        if self._folder.stat().st_uid == os.geteuid() and not any(self._folder.iterdir()):
            self._folder.chmod(mode)
        if account.switches and not account.can_enter(self._folder):
            raise StartupFailure(
                f"PostgreSQL does not run as root but as {account.name}, which cannot enter the "
                f"database folder {self._folder}. Choose a folder that it can enter, such as "
                f"{default_folder()}, or start the server as an ordinary user."
            )

    def _choose_binaries(self, data: Path) -> PostgresBinaries:
        if not data.exists():
            return self._binaries or find_binaries()
        try:
            major = int((data / "PG_VERSION").read_text())
        except (FileNotFoundError, ValueError) as error:
            raise StartupFailure(
                f"The database in {self._folder} is damaged: {data / 'PG_VERSION'} does not name "
                "its version. Restore the folder from a backup."
            ) from error
        if self._binaries is None:
            try:
                return find_binaries(major)
            except StartupFailure as failure:
                raise StartupFailure(
                    f"The database in {self._folder} was made by PostgreSQL {major}. "
                    f"{failure.sentence}"
                ) from failure
        if self._binaries.major != major:
            raise StartupFailure(
                f"The database in {self._folder} was made by PostgreSQL {major} and cannot be "
                f"served by the PostgreSQL {self._binaries.version} in {self._binaries.bin}."
            )
        return self._binaries

    def _password(self, *, is_new: bool) -> str:
        kept = self._folder / "password"
        if kept.exists():
            return kept.read_text().strip()
        if not is_new:
            raise StartupFailure(
                f"The password of the embedded database, {kept}, is missing. "
                "Restore that file from a backup."
            )
        password = secrets.token_urlsafe(32)
        unfinished = kept.with_name("password.unfinished")
        unfinished.unlink(missing_ok=True)
        _write_secret(unfinished, password)
        unfinished.rename(kept)
        return password

    def _create(self, cluster: Cluster, password: str) -> None:
        shown = self._folder / "password.initdb"
        shown.unlink(missing_ok=True)
        try:
            _write_secret(shown, password)
            cluster.account.take(shown)
            cluster.create(shown, durable=self._settings.get("fsync") != "off")
        finally:
            shown.unlink(missing_ok=True)

    def _socket_folder(self, account: ServerAccount) -> tuple[Path, Path | None]:
        """Return the folder of the socket, and the same again when it is a temporary one."""
        beside = self._folder / "run"
        if _holds_a_socket(beside):
            beside.mkdir(mode=0o700, exist_ok=True)
            account.take(beside)
            return beside, None
        record = self._folder / "socket-folder"
        recorded = Path(record.read_text()) if record.exists() else None
        if recorded and _is_private(recorded, account):
            return recorded, recorded
        made = Path(tempfile.mkdtemp(prefix="clinicdesk-", dir=_short_temporary_folder(account)))
        account.take(made)
        record.write_text(str(made))
        return made, made

    def _remove_socket_folder(self, temporary: Path) -> None:
        with suppress(OSError):
            temporary.rmdir()
            (self._folder / "socket-folder").unlink()


def _take_over_or_launch(
    cluster: Cluster, settings: Mapping[str, str], maintenance: str
) -> subprocess.Popen[bytes] | None:
    """Return the server launched, or None when one left running by a killed process serves on."""
    if cluster.running() is not None:
        if cluster.was_launched_with(settings) and _answers(maintenance, cluster.data):
            return None
        cluster.shut_down(None)
    deadline = time.monotonic() + _RELAUNCH_PATIENCE
    while True:
        try:
            return cluster.launch(settings)
        except LaunchFailure as failure:
            reason = str(failure)
            if "pre-existing shared memory" in reason and time.monotonic() < deadline:
                time.sleep(0.1)  # sessions of a killed server notice its death and end
            elif "shared memory" in reason and settings["shared_buffers"] != _SMALL_BUFFERS:
                settings = {**settings, "shared_buffers": _SMALL_BUFFERS}
            else:
                raise


def _shut_down(
    cluster: Cluster, server: subprocess.Popen[bytes] | None, watchdog: Watchdog
) -> None:
    # The watchdog goes last: we may be killed while we wait for the server.
    cluster.shut_down(server)
    watchdog.dismiss()


def _answers(url: str, data: Path) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    except psycopg.Error:
        return False
    return row == (str(data),)


def _ensure_database(maintenance: str) -> None:
    with psycopg.connect(maintenance, connect_timeout=30, autocommit=True) as connection:
        named = "SELECT FROM pg_database WHERE datname = %s"
        if connection.execute(named, (DATABASE,)).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _write_secret(path: Path, secret: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{secret}\n")
        file.flush()
        os.fsync(file.fileno())


def _holds_a_socket(folder: Path) -> bool:
    path = str(folder)
    return len(os.fsencode(path)) <= _LONGEST_SOCKET_FOLDER and bool(_PLAIN_PATH.fullmatch(path))


def _is_private(folder: Path, account: ServerAccount) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077


def _short_temporary_folder(account: ServerAccount) -> Path:
    # Root's own temporary folder may be closed to the account.
    ours = [] if account.switches else [os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()]
    for folder in (Path(name) for name in ours if name):
        if folder.is_dir() and _holds_a_socket(folder / "clinicdesk-12345678"):
            return folder
    return Path("/tmp")
