"""The embedded database: it serves, it keeps, and no killed process leaves it broken or lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

import clinicdesk
from clinicdesk.failures import StartupFailure
from clinicdesk.server.database.binaries import (
    COPIES,
    PostgresBinaries,
    ServerAccount,
    find_binaries,
    readable_by,
    server_account,
)
from clinicdesk.server.database.embedded import EmbeddedDatabase, default_folder

FAST = {"fsync": "off"}
AS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not AS_ROOT, reason="only root runs PostgreSQL as somebody else")

# A server process of its own, to be killed: folder, settings, user id.
PROGRAM = """
import os, pwd, sys
from pathlib import Path
from clinicdesk.server.database.embedded import EmbeddedDatabase
if sys.argv[2]:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
database = EmbeddedDatabase(Path(sys.argv[1]), settings={"fsync": "off"})
print(database.start(), flush=True)
sys.stdin.readline()
database.stop()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # pytest's own folders are closed to the account that PostgreSQL runs under when we are root.
    made = Path(tempfile.mkdtemp(prefix="clinicdesk-", dir="/tmp" if AS_ROOT else None))
    yield made
    shutil.rmtree(made)


@pytest.fixture(params=[18, 15])
def binaries(request: pytest.FixtureRequest) -> PostgresBinaries:
    return binaries_of(request.param)


def binaries_of(major: int) -> PostgresBinaries:
    try:
        return find_binaries(major)
    except StartupFailure as absent:
        pytest.skip(absent.sentence)


@contextmanager
def a_server_process(folder: Path, uid: str = "") -> Iterator[tuple[subprocess.Popen[str], str]]:
    source = str(Path(clinicdesk.__file__).parent.parent)
    with subprocess.Popen(
        (sys.executable, "-c", PROGRAM, str(folder), uid),
        env={**os.environ, "PYTHONPATH": source},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        if process.poll() is None:
            process.communicate("stop\n", timeout=60)


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def postmaster(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "cluster/postmaster.pid").read_text().split()[0]))


def refusal_of(database: EmbeddedDatabase) -> str:
    with pytest.raises(StartupFailure) as raised:
        database.start()
    return raised.value.sentence


def keep_a_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def kept_row(url: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()
    return row and row[0]


def show(url: str, parameter: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", (parameter,)).fetchone()
    assert row is not None
    return str(row[0])


# What it serves


def test_a_new_folder_serves_a_database_of_utf8_with_checksums_to_its_owner(
    folder: Path, binaries: PostgresBinaries
) -> None:
    with EmbeddedDatabase(folder, binaries=binaries, settings=FAST) as url:
        assert show(url, "server_version").split()[0] == binaries.version
        assert show(url, "server_encoding") == "UTF8"
        assert show(url, "data_checksums") == "on"
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT current_user, current_database(), rolsuper, pg_get_userbyid(datdba),"
                " lower('ĀRAPITA'), 'हिन्दी' ~ '^[[:alpha:]]'"
                " FROM pg_roles, pg_database"
                " WHERE rolname = current_user AND datname = current_database()"
            ).fetchone()
        assert row == ("clinicdesk", "clinicdesk", True, "clinicdesk", "ārapita", True)


def test_the_extensions_that_the_schema_may_need_are_there(
    folder: Path, binaries: PostgresBinaries
) -> None:
    with (
        EmbeddedDatabase(folder, binaries=binaries, settings=FAST) as url,
        psycopg.connect(url) as connection,
    ):
        for extension in ("btree_gist", "pg_trgm", "unaccent", "citext"):
            connection.execute(f"CREATE EXTENSION {extension}")


def test_it_is_durable_unless_told_otherwise(folder: Path) -> None:
    with EmbeddedDatabase(folder) as url:
        assert [show(url, name) for name in ("fsync", "synchronous_commit")] == ["on", "on"]
    with EmbeddedDatabase(folder, settings={"fsync": "off", "work_mem": "7MB"}) as url:
        assert [show(url, name) for name in ("fsync", "work_mem")] == ["off", "7MB"]


def test_what_was_written_is_there_after_a_restart(
    folder: Path, binaries: PostgresBinaries
) -> None:
    with EmbeddedDatabase(folder, binaries=binaries, settings=FAST) as url:
        keep_a_row(url)
    with EmbeddedDatabase(folder, binaries=binaries, settings=FAST) as again:
        assert kept_row(again) == 42
        assert again == url


def test_starting_twice_and_stopping_twice_do_no_harm(folder: Path) -> None:
    database = EmbeddedDatabase(folder, settings=FAST)
    url = database.start()
    assert database.start() == url
    database.stop()
    database.stop()
    assert not (folder / "cluster/postmaster.pid").exists()


# Who may use it


def test_nobody_gets_in_without_the_password_and_nothing_listens_on_the_network(
    folder: Path, binaries: PostgresBinaries
) -> None:
    with EmbeddedDatabase(folder, binaries=binaries, settings=FAST) as url:
        password = (folder / "password").read_text().strip()
        assert password in url
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(password, "guessed"))
        assert show(url, "listen_addresses") == ""
        assert postmaster(folder).net_connections("inet") == []


def test_the_secrets_are_for_the_owners_eyes_only(folder: Path) -> None:
    with EmbeddedDatabase(folder, settings=FAST):
        modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes["password"] == modes["server.log"] == modes["lock"] == 0o600
    assert modes["cluster"] == modes["run"] == 0o700
    assert not [name for name in modes if name.startswith("password.")]


def test_an_error_that_quotes_a_row_does_not_reach_the_log(folder: Path) -> None:
    with (
        EmbeddedDatabase(folder, settings=FAST) as url,
        pytest.raises(psycopg.Error, match="Aroha"),
        psycopg.connect(url) as connection,
    ):
        connection.execute("SELECT 'Aroha Ngata'::integer")
    assert "Aroha" not in (folder / "server.log").read_text()


@only_root
def test_started_by_root_it_runs_as_an_unprivileged_account(
    folder: Path, binaries: PostgresBinaries
) -> None:
    with EmbeddedDatabase(folder, binaries=binaries, settings=FAST):
        assert postmaster(folder).uids().real != 0
        assert (folder / "password").stat().st_uid == 0


@only_root
def test_an_ordinary_user_runs_it_as_themselves(folder: Path) -> None:
    nobody = 65534
    folder.chmod(0o755)
    home = folder / "home"
    home.mkdir()
    os.chown(home, nobody, nobody)
    with a_server_process(home / "server", uid=str(nobody)) as (_, url):
        assert show(url, "data_checksums") == "on"
        assert postmaster(home / "server").uids().real == nobody
        assert (home / "server").stat().st_mode & 0o777 == 0o700


def test_a_second_server_on_the_same_folder_is_refused_by_name(folder: Path) -> None:
    with a_server_process(folder) as (process, _):
        sentence = refusal_of(EmbeddedDatabase(folder, settings=FAST))
        assert f"{folder} is in use by process {process.pid}." in sentence
    with EmbeddedDatabase(folder, settings=FAST):
        assert str(os.getpid()) in refusal_of(EmbeddedDatabase(folder, settings=FAST))


# When processes are killed


def test_when_its_user_is_killed_the_server_ends_and_the_next_start_serves(folder: Path) -> None:
    with a_server_process(folder) as (process, url):
        keep_a_row(url)
        orphan = postmaster(folder)
        process.kill()
        process.wait()
    with EmbeddedDatabase(folder, settings=FAST) as url:
        assert not orphan.is_running()
        assert kept_row(url) == 42


def test_nobody_needs_to_start_again_for_an_orphan_to_end(folder: Path) -> None:
    with a_server_process(folder) as (process, _):
        orphan = postmaster(folder)
        process.kill()
        process.wait()
    eventually(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE)
    eventually(lambda: not (folder / "cluster/postmaster.pid").exists())


def test_an_orphan_without_its_watchdog_is_taken_over(folder: Path) -> None:
    with a_server_process(folder) as (process, url):
        keep_a_row(url)
        orphan = kill_with_watchdog(process, folder)
    with EmbeddedDatabase(folder, settings=FAST) as url:
        assert kept_row(url) == 42
        assert postmaster(folder) == orphan
    eventually(lambda: not orphan.is_running())


def test_an_orphan_with_other_settings_is_replaced(folder: Path) -> None:
    with a_server_process(folder) as (process, url):
        keep_a_row(url)
        orphan = kill_with_watchdog(process, folder)
    with EmbeddedDatabase(folder, settings={**FAST, "work_mem": "7MB"}) as url:
        assert kept_row(url) == 42
        assert show(url, "work_mem") == "7MB"
        assert postmaster(folder) != orphan


def test_a_killed_server_recovers_with_what_was_committed(
    folder: Path, binaries: PostgresBinaries
) -> None:
    database = EmbeddedDatabase(folder, binaries=binaries)
    keep_a_row(database.start())
    postmaster(folder).send_signal(signal.SIGKILL)
    eventually(lambda: not postmaster_serves(folder))
    assert kept_row(database.start()) == 42
    database.stop()


def test_everything_killed_at_once_recovers(folder: Path) -> None:
    with a_server_process(folder) as (process, url):
        keep_a_row(url)
        orphan = kill_with_watchdog(process, folder)
        orphan.kill()
    with EmbeddedDatabase(folder, settings=FAST) as url:
        assert kept_row(url) == 42


def test_a_process_id_that_belongs_to_somebody_else_by_now_is_no_obstacle(folder: Path) -> None:
    with EmbeddedDatabase(folder, settings=FAST) as url:
        keep_a_row(url)
        running = (folder / "cluster/postmaster.pid").read_text()
    account = server_account()
    stranger = account.spawn(("sleep", "600"), cwd=Path("/"))
    try:
        stale = folder / "cluster/postmaster.pid"
        stale.write_text(f"{stranger.pid}\n{running.partition(chr(10))[2]}")
        with EmbeddedDatabase(folder, settings=FAST) as url:
            assert kept_row(url) == 42
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_creation_is_begun_again(folder: Path) -> None:
    half_made = folder / "cluster.unfinished"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    if AS_ROOT:
        folder.chmod(0o711)
    with EmbeddedDatabase(folder, settings=FAST) as url:
        keep_a_row(url)
    assert not half_made.exists()


# Folders that are long, full, closed or damaged


def test_a_deep_folder_gets_its_socket_in_a_short_one(
    folder: Path, binaries: PostgresBinaries
) -> None:
    if AS_ROOT:
        folder.chmod(0o711)
    deep = folder / "and, " / ("deep" * 25)
    with EmbeddedDatabase(deep, binaries=binaries, settings=FAST) as url:
        keep_a_row(url)
        sockets = Path((deep / "socket-folder").read_text())
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()


def test_a_short_socket_folder_is_removed_after_a_kill_too(folder: Path) -> None:
    if AS_ROOT:
        folder.chmod(0o711)
    deep = folder / ("deep" * 30)
    with a_server_process(deep) as (process, url):
        keep_a_row(url)
        sockets = Path((deep / "socket-folder").read_text())
        process.kill()
        process.wait()
    eventually(lambda: not sockets.exists())
    with EmbeddedDatabase(deep, settings=FAST) as url:
        assert kept_row(url) == 42


def test_a_folder_made_by_another_version_is_served_by_that_version(folder: Path) -> None:
    newest, older = find_binaries(), binaries_of(15)
    with EmbeddedDatabase(folder, binaries=older, settings=FAST) as url:
        keep_a_row(url)
    with EmbeddedDatabase(folder, settings=FAST) as url:
        assert show(url, "server_version").split()[0] == older.version
        assert kept_row(url) == 42
    sentence = refusal_of(EmbeddedDatabase(folder, binaries=newest, settings=FAST))
    assert f"made by PostgreSQL 15 and cannot be served by the PostgreSQL {newest.version}" in (
        sentence
    )


def test_a_version_that_nothing_here_serves_is_named(folder: Path) -> None:
    with EmbeddedDatabase(folder, settings=FAST):
        pass
    (folder / "cluster/PG_VERSION").write_text("12\n")
    sentence = refusal_of(EmbeddedDatabase(folder, settings=FAST))
    assert f"{folder} was made by PostgreSQL 12. No programs of PostgreSQL 12" in sentence


def test_a_damaged_cluster_is_refused_with_the_last_words_of_the_server(folder: Path) -> None:
    with EmbeddedDatabase(folder, settings=FAST):
        pass
    os.truncate(folder / "cluster/global/pg_control", 100)
    sentence = refusal_of(EmbeddedDatabase(folder, settings=FAST))
    assert f"{folder} did not start: " in sentence
    assert "pg_control" in sentence
    (folder / "cluster/PG_VERSION").unlink()
    assert "is damaged" in refusal_of(EmbeddedDatabase(folder, settings=FAST))


def test_a_wrong_setting_is_refused_with_its_name(folder: Path) -> None:
    settings = {**FAST, "max_connections": "many"}
    assert "max_connections" in refusal_of(EmbeddedDatabase(folder, settings=settings))
    with EmbeddedDatabase(folder, settings=FAST) as url:
        keep_a_row(url)


def test_a_lost_password_is_named(folder: Path) -> None:
    with EmbeddedDatabase(folder, settings=FAST):
        pass
    (folder / "password").unlink()
    assert f"{folder}/password, is missing" in refusal_of(EmbeddedDatabase(folder))


def test_a_folder_that_cannot_be_made_is_named_with_the_reason(folder: Path) -> None:
    (folder / "file").touch()
    sentence = refusal_of(EmbeddedDatabase(folder / "file/server", settings=FAST))
    assert f"{folder}/file/server cannot be used: File exists ({folder}/file)" in sentence


@only_root
def test_a_full_disk_is_named_and_leaves_nothing_half_made(folder: Path) -> None:
    small = folder / "small"
    small.mkdir()
    folder.chmod(0o711)
    mounted = subprocess.run(
        ("mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "tmpfs", small), check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount a small file system")
    try:
        sentence = refusal_of(EmbeddedDatabase(small / "server", settings=FAST))
        assert "No space left on device" in sentence
        assert not (small / "server/cluster").exists()
    finally:
        subprocess.run(("umount", "--lazy", small), check=True)


@only_root
def test_a_folder_that_the_account_cannot_enter_is_refused(folder: Path) -> None:
    closed = folder / "home"
    closed.mkdir(mode=0o700)
    sentence = refusal_of(EmbeddedDatabase(closed / "server", settings=FAST))
    assert f"cannot enter the database folder {closed}/server" in sentence
    assert str(default_folder()) in sentence
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_long_log_is_put_aside_at_the_next_start(folder: Path) -> None:
    with EmbeddedDatabase(folder, settings=FAST):
        pass
    os.truncate(folder / "server.log", 5 * 1024 * 1024)
    with EmbeddedDatabase(folder, settings=FAST):
        pass
    assert (folder / "server.log.1").stat().st_size == 5 * 1024 * 1024
    assert (folder / "server.log").stat().st_size < 10_000


# Which programs


def test_the_newest_programs_are_preferred_and_a_version_can_be_asked_for() -> None:
    assert find_binaries().major >= find_binaries(binaries_of(15).major).major


def test_the_environment_decides_where_the_programs_are(folder: Path) -> None:
    chosen = binaries_of(15)
    environ = {"CLINICDESK_POSTGRES_BIN": str(chosen.bin)}
    assert find_binaries(environ=environ) == chosen
    with pytest.raises(StartupFailure, match=f"in {folder}, which CLINICDESK_POSTGRES_BIN names"):
        find_binaries(environ={"CLINICDESK_POSTGRES_BIN": str(folder)})


@only_root
def test_programs_in_a_closed_home_are_copied_once_and_serve(
    folder: Path, binaries: PostgresBinaries
) -> None:
    if binaries.base == Path("/usr/lib/postgresql") / str(binaries.major):
        pytest.skip("the system's programs are never in a home")
    folder.chmod(0o711)
    home = folder / "home"
    for part in binaries.parts:
        shutil.copytree(binaries.base / part, home / part, symlinks=True)
    home.chmod(0o700)
    closed = PostgresBinaries(
        home / binaries.bin.relative_to(binaries.base), binaries.version, home, binaries.parts
    )
    account = server_account()
    copied = readable_by(account, closed, folder / "copies")
    assert copied.bin.is_relative_to(folder / "copies")
    assert readable_by(account, closed, folder / "copies") == copied
    assert len(list((folder / "copies").iterdir())) == 1
    with EmbeddedDatabase(folder / "server", binaries=copied, settings=FAST) as url:
        keep_a_row(url)
    assert home.stat().st_mode & 0o777 == 0o700


def test_programs_that_can_be_read_are_not_copied(binaries: PostgresBinaries) -> None:
    ourselves = ServerAccount("ourselves", os.geteuid(), os.getegid(), switches=False)
    assert readable_by(ourselves, binaries) == binaries
    assert not binaries.bin.is_relative_to(COPIES)


def kill_with_watchdog(process: subprocess.Popen[str], folder: Path) -> psutil.Process:
    server = postmaster(folder)
    for child in psutil.Process(process.pid).children():
        if child != server:
            child.kill()
    process.kill()
    process.wait()
    return server


def postmaster_serves(folder: Path) -> bool:
    process = postmaster(folder)
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
