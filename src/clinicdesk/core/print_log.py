"""What was printed at this desk, told to the server's log at once or as soon as it is back.

A print is kept on this computer before it goes to a printer, so that none is forgotten; what is
kept has identifiers alone, no patient's text. What the server has not heard of yet, as an order
that was written without it, is printed already, and its print is told once it has arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.commands import SignAndSend, WriteSupplyOrder
from clinicdesk.contract.paper import PRINTS, Printed, PrintEntered
from clinicdesk.contract.problems import RETRYABLE, Problem, Refusal, SessionExpired, WrongProtocol
from clinicdesk.core.live.link import Link
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.store.outbox_table import OutboxState
from clinicdesk.core.store.scratch import Scratch
from clinicdesk.core.transport import Tokens, Transport, Unreachable

_PATIENCE_S: Final = 4.0
"""Somebody waits for the paper; what is not answered by then is told again."""
_UNTOLD: Final = "print:"
_TALLY: Final = "prints of:"
_LATER: Final[tuple[type[Problem], ...]] = (*RETRYABLE, SessionExpired, WrongProtocol)
"""Answers that say nothing of the print itself."""


class _Tally(Struct):
    count: int


def is_on_its_way(outbox: Outbox, subject_id: UUID) -> bool:
    """Whether the command that lets it be printed has not been carried out by the server."""
    return any(
        isinstance(entry.command, SignAndSend | WriteSupplyOrder)
        and entry.command.aggregate_id == subject_id
        and entry.state is not OutboxState.DONE
        for entry in outbox.entries()
    )


class PrintLog:
    """Enters prints; knows how often the same was printed before, as far as this desk can know.

    Attributes:
        holds_back: A print waits until the server has heard of what was printed.
    """

    def __init__(
        self,
        scratch: Scratch,
        transport: Transport,
        tokens: Tokens,
        link: Link,
        on_its_way: Callable[[UUID], bool] = lambda _subject_id: False,
    ) -> None:
        """`on_its_way`: Whether the server has not heard of what was printed; see above."""
        self.holds_back = False
        self._on_its_way = on_its_way
        self._link = link
        self._scratch = scratch
        self._transport = transport
        self._tokens = tokens
        self._one_at_a_time = asyncio.Lock()

    async def earlier(self, printed: Printed) -> int:
        """How often the same was printed, as far as this desk knows. Raises StoreLost."""
        tally = await self._scratch.read(_tally_key(printed), _Tally)
        return 0 if tally is None else tally.count

    async def enter(self, printed: Printed) -> PrintEntered | Refusal:
        """Keep a print, and tell it if the server answers; how often the same was printed before.

        Enter a print once, also when the printer has to be tried again. A refusal means that it is
        not this member's to print. Raises StoreLost.
        """
        async with self._one_at_a_time:
            known = await self.earlier(printed)
            await self._scratch.keep(_key(printed), printed)
            answer = await self._tell(printed)
            if answer is None:
                # Kept: the server hears of it later. This desk's own count says first or copy.
                answer = PrintEntered(earlier=known)
            if isinstance(answer, PrintEntered):
                await self._scratch.keep(_tally_key(printed), _Tally(answer.earlier + 1))
            return answer

    async def tell_rest(self) -> int:
        """Tell what could not be told yet; how many still wait. Raises StoreLost."""
        async with self._one_at_a_time:
            keys = await self._scratch.keys(_UNTOLD)
            held = 0
            self.holds_back = False
            for place, key in enumerate(reversed(keys)):
                printed = await self._scratch.read(key, Printed)
                if printed is None:  # an older version's, of another shape
                    await self._scratch.forget(key)
                elif self._on_its_way(printed.subject_id):
                    self.holds_back = True
                    held += 1
                elif await self._tell(printed) is None:
                    return held + len(keys) - place
            return held

    async def _tell(self, printed: Printed) -> PrintEntered | Refusal | None:
        """The server's answer, after which it is no longer kept; None: it is to be told again."""
        if not self._link.reachable:
            return None
        if self._on_its_way(printed.subject_id):
            self.holds_back = True
            return None
        body = msgspec.json.encode(printed)
        outcome = await self._transport.call(
            "POST", PRINTS, body, tokens=self._tokens, timeout_s=_PATIENCE_S
        )
        if isinstance(outcome, Unreachable):
            return None
        if isinstance(outcome, _LATER):
            return None
        await self._scratch.forget(_key(printed))
        if isinstance(outcome, Refusal):
            return outcome
        try:
            return msgspec.json.decode(outcome.content, type=PrintEntered)
        except msgspec.DecodeError:
            return None


def _key(printed: Printed) -> str:
    return f"{_UNTOLD}{printed.id}"


def _tally_key(printed: Printed) -> str:
    return f"{_TALLY}{printed.document} {printed.subject_id} {printed.what}"
