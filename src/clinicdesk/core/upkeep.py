"""What a desk does beside the work: settled families leave it, half known ones are made whole.

Families leave while the server is in reach, by the server's time: a desk without a server keeps
what it has, and a wrong clock makes nothing go.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final
from uuid import UUID

import msgspec

from clinicdesk.contract.problems import NotFound
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.session import PRESCRIPTION_LIST
from clinicdesk.contract.working_set import settled_before
from clinicdesk.core.clock import Now
from clinicdesk.core.errors import StoreLost
from clinicdesk.core.live.link import Link, LinkStatus
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.replica import Applied, Replica
from clinicdesk.core.store.store import Store
from clinicdesk.core.transport import Answer, Tokens, Transport

EVERY_S: Final = 600.0
"""How often it is looked whether a new day has begun, or whether the server gives more now."""

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Upkeep:
    """Looks after one desk's working set, from `start` to `close`.

    Args of the constructor: `server_now` is the server's time, as far as this desk knows it.
    """

    def __init__(
        self,
        replica: Replica,
        store: Store,
        outbox: Outbox,
        transport: Transport,
        tokens: Tokens,
        link: Link,
        server_now: Now,
    ) -> None:
        self._replica = replica
        self._store = store
        self._outbox = outbox
        self._transport = transport
        self._tokens = tokens
        self._link = link
        self._server_now = server_now
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._leave: list[Callable[[], None]] = []

    def start(self) -> None:
        """Begin: what an earlier run left over goes first."""
        self._leave = [
            self._link.changed.add(self._link_changed),
            self._replica.family_wanted.add(lambda _event: self._wake.set()),
            self._replica.applied.add(self._applied),
        ]
        self._wake.set()
        self._task = asyncio.create_task(self._work(), name="upkeep")

    async def close(self) -> None:
        """Stop; what is left over is looked after the next time."""
        for leave in self._leave:
            leave()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _link_changed(self, status: LinkStatus) -> None:
        if status is LinkStatus.LIVE:
            self._wake.set()

    def _applied(self, applied: Applied) -> None:
        if applied.snapshot:
            self._wake.set()

    async def _work(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._look_after()
            except StoreLost:
                pass  # the work itself says so; this can wait for the next time
            except Exception as error:  # a mistake of ours: the next time may be better
                asyncio.get_running_loop().call_exception_handler(
                    {"message": "the upkeep of the rows failed", "exception": error}
                )

    async def _look_after(self) -> None:
        await self._replica.tidy()
        if self._link.status is not LinkStatus.LIVE:
            return
        for family in await self._replica.families_wanted():
            await self._fetch(family)
        position, before = self._replica.position, settled_before(self._server_now())
        if position is None:
            return
        if position.settled_before is None or position.settled_before < before:
            await self._replica.let_go(before, await self._in_use())
            await self._replica.tidy()

    async def _in_use(self) -> frozenset[UUID]:
        """What a person has begun something with: it stays until that is done."""
        begun = frozenset(entry.command.aggregate_id for entry in self._outbox.entries())
        return begun | named_in(await self._store.scratch.keys())

    async def _fetch(self, family: UUID) -> None:
        with self._replica.expecting() as expected:
            outcome = await self._transport.call(
                "GET", f"{PRESCRIPTION_LIST}/{family}", tokens=self._tokens
            )
            match outcome:
                case Answer():
                    with suppress(msgspec.DecodeError):  # of another version: told elsewhere
                        found = _DETAIL.decode(outcome.content)
                        await self._replica.take_family(family, found, expected)
                case NotFound():
                    await self._replica.take_family(family, None, expected)


def named_in(keys: Iterable[str]) -> frozenset[UUID]:
    """The identifiers in the keys of half typed forms: `prescription:<uuid>`."""
    return frozenset(UUID(found) for key in keys for found in _UUID.findall(key))


_DETAIL = msgspec.json.Decoder(PrescriptionDetail)
