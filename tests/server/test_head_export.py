"""Signed heads: what is appended to the file is believed, and nothing else is."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest

from clinicdesk.cli import main
from clinicdesk.server.database.audit import Head
from clinicdesk.server.database.database import Database
from clinicdesk.server.head_export import HeadExport, KeptHeads, read_kept_heads
from clinicdesk.server.signed_heads import SignedHead, Signer, is_genuine
from tests.running_server import RunningServer

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SIGNER = Signer(b"a key for heads that is long enough")
ANOTHER = Signer(b"a key of somebody else, long enough")


def signed(**changes: object) -> SignedHead:
    head = Head(clinic_id=uuid4(), seq=7, hash="ab" * 32)
    return msgspec.structs.replace(SIGNER.sign(head, "an epoch", NOW), **changes)


@pytest.fixture
async def database(demo_database: str) -> AsyncIterator[Database]:
    database = await Database.open(demo_database, pool_size=2)
    yield database
    await database.close()


def test_a_head_is_genuine_with_its_signer_s_key_alone() -> None:
    assert is_genuine(signed(), {SIGNER.public_key})
    assert not is_genuine(signed(), {ANOTHER.public_key})
    assert not is_genuine(signed(), set())
    for change in (
        {"clinic": uuid4()},
        {"epoch": "another"},
        {"seq": 8},
        {"hash": "ac" * 32},
        {"at": NOW.replace(hour=13)},
        {"signature": ANOTHER.sign(signed().head, "an epoch", NOW).signature},
        {"signature": ""},
        {"signature": "not base 64"},
        {"key": ANOTHER.public_key},
        {"key": "x"},
    ):
        keys = {SIGNER.public_key, ANOTHER.public_key, "x"}
        assert not is_genuine(signed(**change), keys), change


async def test_only_heads_that_moved_are_appended(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "kept" / "heads.jsonl"
    export = HeadExport(database, SIGNER, path, lambda: NOW)
    assert await export.export() == 2
    assert await export.export() == 0
    async with database.as_owner() as tx:
        clinic = await tx.value("select id from clinic order by id limit 1")
        await tx.execute("update clinic set phone = '1' where id = %(id)s", {"id": clinic})
    assert await export.export() == 1
    kept = read_kept_heads([path], {SIGNER.public_key})
    assert [head.clinic_id for head in kept.heads].count(clinic) == 2
    assert len(kept.heads) == 3
    assert (kept.forged, kept.torn) == ([], [])


async def test_a_line_that_was_torn_is_passed_over_and_spoils_no_other(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "heads.jsonl"
    await HeadExport(database, SIGNER, path, lambda: NOW).export()
    path.write_bytes(path.read_bytes()[:-30])
    await HeadExport(database, SIGNER, path, lambda: NOW).export()
    kept = read_kept_heads([path], {SIGNER.public_key})
    assert len(kept.heads) == 3
    assert kept.torn == [f"{path}:2"]


async def test_what_somebody_else_signed_is_told_apart(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    await HeadExport(database, SIGNER, path, lambda: NOW).export()
    await HeadExport(database, ANOTHER, path, lambda: NOW).export()
    both = {SIGNER.public_key, ANOTHER.public_key}
    assert len(read_kept_heads([path], both).heads) == 4
    kept = read_kept_heads([path], {ANOTHER.public_key})
    assert kept == KeptHeads(kept.heads, [f"{path}:1", f"{path}:2"], [])
    assert len(kept.heads) == 2


def test_a_server_exports_heads_as_soon_as_it_runs(server: RunningServer, tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    assert server.client.get("/readyz").is_success
    server.stop()
    assert len(path.read_bytes().splitlines()) == 2
    assert (tmp_path / "heads-key").stat().st_mode & 0o777 == 0o600


def test_a_log_that_was_cut_with_its_head_is_found_by_the_file_alone(
    server: RunningServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CLINICDESK_DATABASE_URL", server.database_url)
    monkeypatch.setenv("CLINICDESK_DATA_FOLDER", str(tmp_path))
    server.stop()
    kept = tmp_path / "heads.jsonl"
    verify = ["server", "audit", "verify"]
    assert main(verify) == 0
    assert "2 signed heads were compared" in capsys.readouterr().out
    with psycopg.connect(server.database_url) as intruder:
        intruder.execute("delete from clinic_log where seq > 20")
        intruder.execute(
            "update clinic_head h set seq = 20, hash = l.hash from clinic_log l"
            " where l.clinic_id = h.clinic_id and l.seq = 20"
        )
    assert main(verify) == 1
    assert "The log was cut: an exported head reached" in capsys.readouterr().err
    elsewhere = tmp_path / "elsewhere.jsonl"
    kept.rename(elsewhere)
    assert main(verify) == 0, "without a kept head nobody can know"
    assert main([*verify, "--heads", str(elsewhere)]) == 1
    capsys.readouterr()
    (tmp_path / "heads-key").unlink()  # another server, which has a key of its own
    assert main([*verify, "--heads", str(elsewhere)]) == 1
    said = capsys.readouterr().err
    assert "not signed by this server" in said
    assert "The log was cut" not in said
    key = msgspec.json.decode(elsewhere.read_bytes().splitlines()[0])["key"]
    assert len(base64.urlsafe_b64decode(key + "=")) == 32
    assert main([*verify, "--heads", str(elsewhere), "--key", key]) == 1
    assert "The log was cut" in capsys.readouterr().err


def test_a_file_of_heads_that_is_not_there_is_a_sentence(
    demo_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CLINICDESK_DATABASE_URL", demo_database)
    monkeypatch.setenv("CLINICDESK_DATA_FOLDER", str(tmp_path))
    assert main(["server", "audit", "verify", "--heads", str(tmp_path / "none")]) == 1
    assert "cannot be read: No such file or directory." in capsys.readouterr().err
