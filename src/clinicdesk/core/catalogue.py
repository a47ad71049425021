"""Keeps a clinic's long lists on this desk: medicines, prices and safety rules, fetched in pages
behind everything else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.entities import Formulary, Medicine, Price, PriceList, RuleSet, SafetyRule
from clinicdesk.contract.session import FORMULARY_PAGE, PRICE_PAGE, RULE_PAGE
from clinicdesk.contract.snapshot import MedicinePage, PricePage, RulePage
from clinicdesk.core.collection import Collection
from clinicdesk.core.errors import StoreLost
from clinicdesk.core.listeners import Listeners, Unsubscribe
from clinicdesk.core.live.link import Link
from clinicdesk.core.store.paged_table import NOTHING, CatalogueState, PagedTable
from clinicdesk.core.transport import Answer, Tokens, Transport

_LONGEST_DELAY_S: Final = 30.0

H = TypeVar("H", Formulary, PriceList, RuleSet)
R = TypeVar("R", Medicine, Price, SafetyRule)


class Page(Struct, Generic[R], frozen=True):
    """A page of any of the lists."""

    revision: int
    rows: Sequence[R]
    next_after: str | None


ReadPage = Callable[[bytes], Page[R]]
"""Reads what the server answered. Raises `msgspec.DecodeError`."""


class Catalogue(Generic[H, R]):
    """Fetches what changed in the lists of one kind since this desk's revision of them.

    Attributes:
        changed: Told after each page: more can be found now.
        complete: Whether all that the replica knows of is here.
    """

    def __init__(
        self,
        heads: Collection[H],
        table: PagedTable[R],
        path_of: Callable[[UUID], str],
        read_page: ReadPage[R],
        transport: Transport,
        tokens: Tokens,
        link: Link,
        chance: random.Random,
    ) -> None:
        self._heads: Collection[H] = heads
        self._table: PagedTable[R] = table
        self._path_of = path_of
        self._read_page: ReadPage[R] = read_page
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
        """Begin to follow the lists that the replica knows of."""
        self._leave = [
            self._heads.subscribe(lambda _change: self._wake.set()),
            self._link.changed.add(lambda _status: self._wake.set()),
        ]
        self._wake.set()
        self._task = asyncio.create_task(self._run(), name=f"fetch each {self._heads.kind}")

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
        except Exception as error:  # a mistake of ours: what is here must not stay old for good
            asyncio.get_running_loop().call_exception_handler(
                {"message": f"fetching the {self._heads.kind} failed", "exception": error}
            )
            return False

    async def _fetch_all(self) -> bool:
        """Whether everything is here now; False: the server or the store has to be asked again."""
        heads = self._heads.values()
        whole = all([await self._fetch(head) for head in heads])
        self.complete = whole and bool(heads)
        return whole

    async def _fetch(self, head: H) -> bool:
        try:
            state = await self._table.state(head.id)
            if state.revision > head.revision:
                # The server's database was restored to an earlier day.
                await self._table.begin_anew(head.id)
                state = NOTHING
            while state.revision < head.revision:
                self.complete = False
                page = await self._page(head.id, state.after)
                if page is None:
                    return False
                state = _after(page.revision, page.next_after, state)
                await self._table.take_page(head.id, page.rows, state)
                self.changed.tell(None)
                if page.next_after is None:
                    break  # of an older revision still: the row that names a newer one wakes us
        except StoreLost:
            return False
        return True

    async def _page(self, list_id: UUID, after: str | None) -> Page[R] | None:
        path = self._path_of(list_id)
        if after is not None:
            path += f"?after={quote(after, safe='')}"
        outcome = await self._transport.call("GET", path, tokens=self._tokens)
        if not isinstance(outcome, Answer):
            return None
        try:
            return await asyncio.to_thread(self._read_page, outcome.content)
        except msgspec.DecodeError:
            return None


def medicine_path(formulary_id: UUID) -> str:
    """Where a formulary's medicines are."""
    return FORMULARY_PAGE.format(formulary_id=formulary_id)


def price_path(price_list_id: UUID) -> str:
    """Where a price list's prices are."""
    return PRICE_PAGE.format(price_list_id=price_list_id)


def rule_path(rule_set_id: UUID) -> str:
    """Where a rule set's rules are."""
    return RULE_PAGE.format(rule_set_id=rule_set_id)


def medicine_page(content: bytes) -> Page[Medicine]:
    """A page of a formulary."""
    page = msgspec.json.decode(content, type=MedicinePage)
    return Page(page.revision, page.medicines, page.next_after)


def price_page(content: bytes) -> Page[Price]:
    """A page of a price list."""
    page = msgspec.json.decode(content, type=PricePage)
    return Page(page.revision, page.prices, page.next_after)


def rule_page(content: bytes) -> Page[SafetyRule]:
    """A page of a rule set."""
    page = msgspec.json.decode(content, type=RulePage)
    return Page(page.revision, page.rules, page.next_after)


def _after(revision: int, next_after: str | None, state: CatalogueState) -> CatalogueState:
    """Where the next page begins; after the last one, with what changes after its revision."""
    if next_after is not None:
        return CatalogueState(state.revision, next_after)
    return CatalogueState(revision, str(revision))
