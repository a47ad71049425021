"""Callers that go from server to server with one token, and what they ask for."""

from __future__ import annotations

from uuid import UUID

import httpx
import msgspec

from clinicdesk.contract.commands import Done, WriteDraft
from clinicdesk.contract.frames import Cursor
from clinicdesk.core.identity import new_id
from tests.end_to_end.clinic import CLINIC, PATIENTS, a_line
from tests.end_to_end.raw import Caller
from tests.end_to_end.server import ServerProcess


class Visitors:
    """Opens callers, and closes all of them at the end."""

    def __init__(self) -> None:
        self._open: list[Caller] = []

    async def sign_in(self, server: ServerProcess, login: str) -> Caller:
        """Somebody who signs in at this server, at a device of their own."""
        return self._kept(await Caller.sign_in(server.url, login))

    def at(self, server: ServerProcess, caller: Caller) -> Caller:
        """The same person at the same device, at another server."""
        return self.through(server.url, caller)

    def through(self, url: str, caller: Caller) -> Caller:
        """The same person at the same device, by another way."""
        http = httpx.AsyncClient(
            base_url=url, trust_env=False, timeout=30, headers=caller.http.headers
        )
        return self._kept(Caller(http, caller.signed_in, caller.device_id))

    async def close(self) -> None:
        for caller in self._open:
            await caller.close()

    def _kept(self, caller: Caller) -> Caller:
        self._open.append(caller)
        return caller


def a_draft() -> WriteDraft:
    return WriteDraft(
        prescription_id=new_id(), patient_id=PATIENTS[0], pharmacy_id=None, note=None,
        items=[a_line()],
    )  # fmt: skip


async def write(caller: Caller, op_id: UUID | None = None) -> Done:
    """Write a draft; what was done."""
    answer = await caller.give(a_draft(), op_id=op_id)
    assert answer.status_code == 201, answer.text
    return msgspec.json.decode(answer.content, type=Done)


async def cursor_of(caller: Caller) -> Cursor:
    """Where a desk stands that has just taken a snapshot."""
    begun = (await caller.snapshot()).head
    return Cursor(clinic=CLINIC, epoch=begun.epoch, seq=begun.seq, access=begun.access)
