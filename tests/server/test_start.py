"""Starting the server: what it needs, and one sentence for what is missing."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from clinicdesk.cli import main
from clinicdesk.failures import StartupFailure
from clinicdesk.server.settings import Settings, secret_key, settings_from
from tests.postgres import FreshDatabase, make_postgres_folder

DEADLINE_S = 60.0


def environment(**changes: str) -> dict[str, str]:
    """The machine's own, without what it says of clinicdesk."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("CLINICDESK_")}
    return {**plain, **{f"CLINICDESK_{name}": value for name, value in changes.items()}}


def run(
    arguments: list[str], timeout: float = DEADLINE_S, **changes: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clinicdesk", "server", *arguments]
    return subprocess.run(
        command,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a program that did not start."""
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    sentences = [line for line in result.stderr.splitlines() if line.startswith("clinicdesk: ")]
    assert len(sentences) == 1, result.stderr
    return sentences[0]


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account can enter."""
    folder = make_postgres_folder()
    yield folder
    shutil.rmtree(folder)


def test_a_port_in_use_is_said_before_anything_else_is_begun(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        sentence = refused(run(["--port", port], DATA_FOLDER=str(tmp_path / "data")))
    assert f"Port {port}" in sentence
    assert not (tmp_path / "data").exists()


def test_a_database_that_is_down_is_said(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        url = f"postgresql://nobody@127.0.0.1:{port}/nothing"
        sentence = refused(run(["--port", "0"], DATABASE_URL=url, DATA_FOLDER=str(tmp_path)))
    assert "database cannot be reached" in sentence


def test_a_wrong_password_in_the_url_is_said(postgres_url: str, tmp_path: Path) -> None:
    head, _, tail = postgres_url.partition("://")
    user, _, rest = tail.partition(":")
    _, _, host = rest.partition("@")
    wrong = f"{head}://{user}:wrong@{host}"
    sentence = refused(run(["--port", "0"], DATABASE_URL=wrong, DATA_FOLDER=str(tmp_path)))
    assert "password" in sentence
    assert "wrong@" not in sentence


def test_a_database_without_a_schema_is_told_how_to_get_one(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    url = fresh_database()
    sentence = refused(run(["--port", "0"], DATABASE_URL=url, DATA_FOLDER=str(tmp_path)))
    assert "clinicdesk server migrate" in sentence


def test_a_database_that_lost_a_protection_is_not_served(
    demo_database: str, tmp_path: Path
) -> None:
    with psycopg.connect(demo_database) as connection:
        connection.execute("alter table patient no force row level security")
    settings = {"DATABASE_URL": demo_database, "DATA_FOLDER": str(tmp_path)}
    sentence = refused(run(["--port", "0"], **settings))
    assert "patient" in sentence
    assert "protection" in sentence
    assert "patient" in refused(run(["check"], **settings))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"PORT": "eight"}, "CLINICDESK_PORT"),
        ({"PORT": "70000"}, "CLINICDESK_PORT"),
        ({"POOL_SIZE": "1"}, "CLINICDESK_POOL_SIZE"),
        ({"SECRET_KEY": "short"}, "CLINICDESK_SECRET_KEY"),
        ({"TLS_CERT": "/nowhere.pem", "TLS_KEY": "/nowhere.key"}, "CLINICDESK_TLS_CERT"),
        ({"TLS_CERT": __file__}, "CLINICDESK_TLS_KEY"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(settings: dict[str, str], said: str) -> None:
    with pytest.raises(StartupFailure, match=said):
        settings_from(environment(**settings))


def test_an_address_of_another_machine_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLINICDESK_DATA_FOLDER", str(tmp_path))
    assert main(["server", "--host", "192.0.2.1", "--port", "0"]) == 1
    assert "192.0.2.1" in capsys.readouterr().err


def test_the_secret_key_is_made_once_and_for_its_owner_s_eyes_only(tmp_path: Path) -> None:
    settings = settings_from(environment(DATA_FOLDER=str(tmp_path / "new")))
    key = secret_key(settings)
    assert len(key) >= 32
    assert secret_key(settings) == key
    assert settings.secret_key_file.stat().st_mode & 0o777 == 0o600
    settings.secret_key_file.chmod(0o644)
    with pytest.raises(StartupFailure, match="chmod 600"):
        secret_key(settings)
    settings.secret_key_file.chmod(0o600)
    settings.secret_key_file.write_text("short")
    with pytest.raises(StartupFailure, match="shorter"):
        secret_key(settings)


def test_servers_that_start_at_one_moment_in_one_folder_agree_on_its_key(tmp_path: Path) -> None:
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        settings = Settings(data_folder=folder, secret_key_file=folder / "secret-key")
        together = threading.Barrier(8)

        def start(settings: Settings = settings, together: threading.Barrier = together) -> bytes:
            together.wait()
            return secret_key(settings)

        with ThreadPoolExecutor(8) as servers:
            keys = [servers.submit(start) for _ in range(8)]
        assert len({key.result() for key in keys}) == 1
        assert [path.name for path in folder.iterdir()] == ["secret-key"]


def test_a_server_of_its_own_starts_from_nothing_and_ends_when_told(
    own_folder: Path,
) -> None:
    command = [sys.executable, "-m", "clinicdesk", "server", "--port", "0"]
    process = subprocess.Popen(
        command,
        env=environment(DATA_FOLDER=str(own_folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("clinicdesk serves on http://127.0.0.1:"), process.communicate()
        address = line.split()[-1]
        assert httpx.get(f"{address}/readyz").text == "ready\n"
        second = refused(run(["--port", "0"], DATA_FOLDER=str(own_folder)))
        assert "in use by process" in second
    finally:
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        output, journal = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0, (output, journal, time.monotonic() - began)
    assert "Traceback" not in journal
    assert '"event": "stopping"' in journal
