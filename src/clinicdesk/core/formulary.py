"""Keeps the clinic's list of medicines on this desk, fetched in pages behind everything else."""

from __future__ import annotations

import asyncio
import random
from typing import Final
from urllib.parse import quote
from uuid import UUID

import msgspec

from clinicdesk.contract.entities import Formulary
from clinicdesk.contract.session import FORMULARY_PAGE
from clinicdesk.contract.snapshot import MedicinePage
from clinicdesk.core.errors import StoreLost
from clinicdesk.core.listeners import Listeners, Unsubscribe
from clinicdesk.core.live.link import Link
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.medicine_table import FormularyState, MedicineTable
from clinicdesk.core.transport import Answer, Tokens, Transport

_LONGEST_DELAY_S: Final = 30.0


class FormularySync:
    """Fetches what changed in the formulary since this desk's revision of it.

    Attributes:
        changed: Told after each page: more can be found now.
        complete: Whether all that the replica knows of is here.
    """

    def __init__(
        self,
        replica: Replica,
        table: MedicineTable,
        transport: Transport,
        tokens: Tokens,
        link: Link,
        chance: random.Random,
    ) -> None:
        self._replica = replica
        self._table = table
        self._transport = transport
        self._tokens = tokens
        self._link = link
        self._chance = chance
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._leave: list[Unsubscribe] = []
        self.changed: Listeners[None] = Listeners()
        self.complete = False

    def start(self) -> None:
        """Begin to follow the formularies of the replica."""
        self._leave = [
            self._replica.formularies.subscribe(lambda _change: self._wake.set()),
            self._link.changed.add(lambda _status: self._wake.set()),
        ]
        self._wake.set()
        self._task = asyncio.create_task(self._run(), name="formulary")

    async def close(self) -> None:
        """Stop; an unfinished fetch goes on the next time."""
        for leave in self._leave:
            leave()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        attempts = 0
        while True:
            self._wake.clear()
            if await self._attempt():
                attempts = 0
                await self._wake.wait()
                continue
            delay = self._chance.uniform(0, min(_LONGEST_DELAY_S, 2.0**attempts))
            attempts = min(attempts + 1, 8)
            try:
                async with asyncio.timeout(delay):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _attempt(self) -> bool:
        try:
            return await self._fetch_all()
        except Exception as error:  # a mistake of ours: medicines must not stay old for good
            asyncio.get_running_loop().call_exception_handler(
                {"message": "fetching the formulary failed", "exception": error}
            )
            return False

    async def _fetch_all(self) -> bool:
        """Whether everything is here now; False: the server or the store has to be asked again."""
        formularies = self._replica.formularies.values()
        whole = all([await self._fetch(formulary) for formulary in formularies])
        self.complete = whole and bool(formularies)
        return whole

    async def _fetch(self, formulary: Formulary) -> bool:
        try:
            state = await self._table.state(formulary.id)
            if state.revision > formulary.revision:
                # The server's database was restored to an earlier day: begin anew.
                state = FormularyState(0, None)
            while state.revision < formulary.revision:
                self.complete = False
                page = await self._page(formulary.id, state.after)
                if page is None:
                    return False
                state = _after(page, state)
                await self._table.take_page(formulary.id, page.medicines, state)
                self.changed.tell(None)
                if page.next_after is None:
                    break  # of an older revision still: the row that names a newer one wakes us
        except StoreLost:
            return False
        return True

    async def _page(self, formulary_id: UUID, after: str | None) -> MedicinePage | None:
        path = FORMULARY_PAGE.format(formulary_id=formulary_id)
        if after is not None:
            path += f"?after={quote(after, safe='')}"
        outcome = await self._transport.call("GET", path, tokens=self._tokens)
        if not isinstance(outcome, Answer):
            return None
        try:
            return await asyncio.to_thread(_decode, outcome.content)
        except msgspec.DecodeError:
            return None


def _after(page: MedicinePage, state: FormularyState) -> FormularyState:
    """Where the next page begins; after the last one, with what changes after its revision."""
    if page.next_after is not None:
        return FormularyState(state.revision, page.next_after)
    return FormularyState(page.revision, str(page.revision))


def _decode(content: bytes) -> MedicinePage:
    return msgspec.json.decode(content, type=MedicinePage)
