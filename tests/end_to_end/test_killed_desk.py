"""A desk that is killed in the middle: what it called saved is carried out, once."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.core.identity import new_id
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import A_COMMAND, Proxy
from tests.end_to_end.server import processes_environment
from tests.end_to_end.steps import STEPS
from tests.end_to_end.truth import Truth

PROGRAM: Final = "tests.end_to_end.desk_program"
WHO: Final = {"write": "tara", "sign": "tara"}


class KilledDesk:
    """`desk_program` with a folder of its own."""

    def __init__(self, folder: Path, server: str, login: str) -> None:
        self._arguments = [str(folder), server, login]
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it follows the clinic."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", PROGRAM, *self._arguments, env=processes_environment(),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert await self._line() == "live"

    async def order(self, step: str, prescription_id: UUID) -> UUID:
        """Have the step done; its op_id, once it is saved."""
        assert self._process is not None
        assert self._process.stdin is not None
        line = json.dumps({"step": step, "prescription": str(prescription_id)})
        self._process.stdin.write(line.encode() + b"\n")
        word, op_id = (await self._line()).split()
        assert word == "saved"
        return UUID(op_id)

    async def kill(self) -> None:
        """kill -9."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()

    async def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode().strip()


@pytest.mark.parametrize("moment", ["before it was sent", "before it was answered"])
async def test_a_desk_that_is_killed_at_any_step_of_the_job_loses_and_doubles_nothing(
    proxy: Proxy, truth: Truth, tmp_path: Path, moment: str
) -> None:
    desks = {name: KilledDesk(tmp_path / name, proxy.url, name) for name in ("tara", "pia")}
    prescription_id = new_id()
    try:
        for desk in desks.values():
            await desk.start()
        for step in STEPS:
            desk = desks[WHO.get(step, "pia")]
            if moment == "before it was sent":
                proxy.hold(requests=A_COMMAND)
            else:
                proxy.lose_answers()
            op_id = await desk.order(step, prescription_id)
            if moment == "before it was answered":
                await until(lambda op=op_id: truth.times_done(op))
            await desk.kill()
            proxy.cut()
            done = await truth.times_done(op_id)
            proxy.resume()
            await desk.start()

            await until(lambda op=op_id: truth.times_done(op))
            assert done == (1 if moment == "before it was answered" else 0)
            assert await truth.times_done(op_id) == 1
    finally:
        for desk in desks.values():
            await desk.kill()

    assert await truth.status(prescription_id) == PrescriptionStatus.COMPLETED
    assert await truth.value("select count(*) from prescription") == 1
    assert await truth.value("select count(*) from payment") == 1
