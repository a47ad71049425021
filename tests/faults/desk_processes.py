"""Processes of desks, as who troubles them holds them: killed, frozen, started again, ordered."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from tests.end_to_end.server import processes_environment
from tests.faults.desk_process import DeskSpec, Order, ProcessSpec

_ANSWER_LIMIT: Final = 2**22


class DeskProcessHandle:
    """One process of desks; its stores outlive it.

    Attributes:
        desks: Those in it. errors: What it wrote to stderr, over all its lives.
    """

    def __init__(self, number: int, desks: list[DeskSpec], folder: Path, pace_s: float) -> None:
        self.desks = desks
        self.errors = folder / f"desks-{number}.err"
        self._spec = folder / f"desks-{number}.json"
        self._spec.write_bytes(
            msgspec.json.encode(ProcessSpec(desks, str(folder / "histories"), pace_s))
        )
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._resting = False

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else None

    async def start(self) -> None:
        """Start it, if it does not run; its desks open by themselves."""
        if self.pid is not None:
            return
        with self.errors.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.desk_process", str(self._spec),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors,
                env=processes_environment(), limit=_ANSWER_LIMIT,
            )  # fmt: skip
        if self._resting:
            await self.order(Order("rest"))

    async def kill(self) -> None:
        """kill -9."""
        if self._process is not None and self.pid is not None:
            self._process.kill()
            await self._process.wait()

    def freeze(self) -> None:
        """As a laptop that is closed."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    async def rest(self) -> None:
        """Let nobody in it do anything more, also after another start."""
        self._resting = True
        await self.order(Order("rest"))

    async def order(self, order: Order) -> dict[str, Any]:
        """Give an order; its answer, empty when the process died over it."""
        async with self._turn:
            process = self._process
            if process is None or process.stdin is None or process.stdout is None:
                return {}
            with suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(msgspec.json.encode(order) + b"\n")
                await process.stdin.drain()
                line = await process.stdout.readline()
                return msgspec.json.decode(line) if line else {}
            return {}

    async def end(self) -> None:
        """Close its desks and end."""
        if self.pid is None:
            return
        self.thaw()
        await self.order(Order("end"))
        assert self._process is not None
        try:
            async with asyncio.timeout(20):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    def _signal(self, number: signal.Signals) -> None:
        if self.pid is not None:
            os.kill(self.pid, number)
