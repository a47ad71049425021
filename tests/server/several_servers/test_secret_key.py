"""All servers of a database sign with one key; one that has another says so and does not start."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.end_to_end.server import ServerProcess, processes_environment
from tests.end_to_end.truth import Truth
from tests.server.several_servers.fleet import Fleet
from tests.server.several_servers.visitors import Visitors, cursor_of

OTHER = "another secret key, just as long as it must be"


async def clinicdesk(database_url: str, folder: Path, *words: str, **more: str) -> tuple[int, str]:
    """Run an administrative command; its exit status and all that it said."""
    environment = processes_environment() | {
        "CLINICDESK_DATABASE_URL": database_url, "CLINICDESK_DATA_FOLDER": str(folder), **more,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "clinicdesk", "server", *words, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_a_token_of_one_server_is_good_at_another(fleet: Fleet, visitors: Visitors) -> None:
    here, there = await fleet.start(2)
    tara = await visitors.sign_in(here, "tara")

    assert (await cursor_of(visitors.at(there, tara))).seq >= 0


async def test_a_server_with_another_key_does_not_start_and_says_what_to_do(
    fleet: Fleet, tmp_path: Path
) -> None:
    await fleet.start(1)

    for words in (["run", "--port", "0"], ["check"]):
        status, said = await clinicdesk(
            fleet.database_url, tmp_path, *words, CLINICDESK_SECRET_KEY=OTHER
        )
        assert status == 1
        assert "The secret key of this server is not the one" in said
        assert "CLINICDESK_SECRET_KEY_FILE" in said
        assert OTHER not in said
        assert "Traceback" not in said


async def test_looking_whether_all_is_well_makes_no_key_the_databases(
    fleet: Fleet, tmp_path: Path, truth: Truth
) -> None:
    status, said = await clinicdesk(
        fleet.database_url, tmp_path, "check", CLINICDESK_SECRET_KEY=OTHER
    )

    assert status == 0, said
    assert await truth.value("select count(*) from server_meta where key = 'secret'") == 0
    await fleet.start(1)


async def test_another_key_is_taken_on_purpose_and_the_old_one_is_turned_away_then(
    fleet: Fleet, tmp_path: Path
) -> None:
    (old,) = await fleet.start(1)
    await old.stop()

    for sentence in ("sign with this secret key from now on", "with this secret key already"):
        status, said = await clinicdesk(
            fleet.database_url, tmp_path, "adopt-secret", CLINICDESK_SECRET_KEY=OTHER
        )
        assert status == 0, said
        assert sentence in said

    await fleet.start(1, CLINICDESK_SECRET_KEY=OTHER)
    with pytest.raises(AssertionError, match="The secret key of this server is not the one"):
        await old.start()


async def test_servers_that_are_started_at_once_on_a_new_database_agree_or_say_so(
    fleet: Fleet,
) -> None:
    servers = [fleet.add(CLINICDESK_SECRET_KEY=f"the secret key number {n}" * 2) for n in range(4)]

    outcomes = await asyncio.gather(
        *(_starts(server) for server in servers), return_exceptions=True
    )

    assert outcomes.count(True) == 1
    refused = [str(outcome) for outcome in outcomes if isinstance(outcome, AssertionError)]
    assert len(refused) == 3
    assert all("The secret key of this server is not the one" in said for said in refused)


async def test_the_database_keeps_nothing_that_the_key_could_be_read_from(
    fleet: Fleet, truth: Truth
) -> None:
    await fleet.start(1, CLINICDESK_SECRET_KEY=OTHER)

    kept = await truth.value("select value from server_meta where key = 'secret'")

    assert len(kept) == 32
    assert bytes.fromhex(kept) not in OTHER.encode()
    assert os.fsencode(OTHER).hex() not in kept


async def _starts(server: ServerProcess) -> bool:
    await server.start()
    return True
