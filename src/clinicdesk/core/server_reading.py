"""Asks the server for something to look at that this desk does not keep."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct

from clinicdesk.contract.problems import Refusal
from clinicdesk.core.denial import Denied
from clinicdesk.core.transport import (
    TIMEOUT_S,
    Tokens,
    Transport,
    Unreachable,
    not_clinicdesk,
)

_Read = TypeVar("_Read", bound=Struct)


class ServerReading:
    """Reads as one member."""

    def __init__(self, transport: Transport, tokens: Tokens) -> None:
        self._transport = transport
        self._tokens = tokens

    async def read(
        self, path: str, expected: type[_Read], timeout_s: float = TIMEOUT_S
    ) -> _Read | Denied | Refusal:
        """What is at a path; `Denied` when the server is out of reach or is none of ours."""
        outcome = await self._transport.call("GET", path, tokens=self._tokens, timeout_s=timeout_s)
        if isinstance(outcome, Unreachable):
            return Denied(outcome.sentence)
        if isinstance(outcome, Refusal):
            return outcome
        try:
            return msgspec.json.decode(outcome.content, type=expected)
        except msgspec.DecodeError:
            return Denied(not_clinicdesk(self._transport.server).sentence)
