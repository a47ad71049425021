"""Takes a file of prices to the server: first to see what it would change, then to have it so.

It needs the server, which reads the file; nothing of it waits in the outbox. An import whose answer
was lost is asked for again with the same identity, so that it takes effect once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final
from uuid import UUID

import msgspec

from clinicdesk.contract.prices import (
    LARGEST_FILE,
    ImportLine,
    ImportProgress,
    ImportRefused,
    PricePreview,
    PricesImported,
    decode_import_line,
)
from clinicdesk.contract.problems import Refusal
from clinicdesk.contract.session import PRICE_IMPORT, PRICE_PREVIEW
from clinicdesk.core.denial import Denied
from clinicdesk.core.identity import new_id
from clinicdesk.core.pricing import Pricing
from clinicdesk.core.transport import (
    Stream,
    StreamCut,
    Tokens,
    Transport,
    Unreachable,
    Upload,
)

Told = Callable[[ImportProgress], None]
"""Hears how far it has come."""

_IDLE_S: Final = 60.0
_TRIES: Final = 3
_FILE: Final = "application/octet-stream"
_CUT_OFF: Final = "The connection broke while the file was read. Nothing is lost: try it again."
_TOO_LARGE: Final = "The file has more than 8 MB. Is it the right one? Split it if it is."
_NO_LIST: Final = "Your pharmacy has no price list yet. An administrator has to open one."


class PriceImport:
    """The file's way for one desk."""

    def __init__(self, pricing: Pricing, transport: Transport, tokens: Tokens) -> None:
        self._pricing = pricing
        self._transport = transport
        self._tokens = tokens

    async def preview(
        self, pharmacy_id: UUID | None, content: bytes, told: Told
    ) -> PricePreview | Denied | Refusal:
        """What the file would change now."""
        listed = None if pharmacy_id is None else self._pricing.list_of(pharmacy_id)
        if listed is None:
            return Denied(_NO_LIST)
        if len(content) > LARGEST_FILE:
            return Denied(_TOO_LARGE)
        path = PRICE_PREVIEW.format(price_list_id=listed.id)
        outcome = await self._ask(path, Upload(content, {"Content-Type": _FILE}), told)
        match outcome:
            case PricePreview():
                return outcome
            case ImportRefused():
                return outcome.problem
            case Unreachable():
                return Denied(outcome.sentence)
            case Denied():
                return outcome
            case PricesImported() | ImportProgress() | None:
                return Denied(_CUT_OFF)
            case _:
                return outcome

    async def apply(
        self, content: bytes, preview: PricePreview, told: Told
    ) -> PricesImported | ImportRefused | Denied | Refusal:
        """Have it so, if it would still change just that; `ImportRefused` may say what it would."""
        headers = {"Content-Type": _FILE, "Idempotency-Key": str(new_id())}
        path = f"{PRICE_IMPORT.format(price_list_id=preview.price_list_id)}?digest={preview.digest}"
        outcome: ImportLine | Denied | Refusal | Unreachable | None = None
        for _attempt in range(_TRIES):
            outcome = await self._ask(path, Upload(content, headers), told)
            if outcome is not None:
                break
        match outcome:
            case Unreachable():
                return Denied(outcome.sentence)
            case PricePreview() | ImportProgress() | None:
                return Denied(_CUT_OFF)
            case _:
                return outcome

    async def _ask(
        self, path: str, upload: Upload, told: Told
    ) -> ImportLine | Denied | Refusal | Unreachable | None:
        """The last line of the answer; None when it was cut off."""
        last: ImportLine | None = None
        streaming = self._transport.stream(
            path, tokens=self._tokens, codings=("identity",), idle_s=_IDLE_S, upload=upload
        )
        async with streaming as outcome:
            if not isinstance(outcome, Stream):
                return outcome
            try:
                async for line in _lines(outcome.pieces):
                    last = await asyncio.to_thread(decode_import_line, line)
                    if isinstance(last, ImportProgress):
                        told(last)
            except StreamCut:
                return None
            except msgspec.DecodeError:
                return Denied(_CUT_OFF)
        return None if isinstance(last, ImportProgress) else last


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    begun = bytearray()
    async for piece in pieces:
        begun += piece
        *whole, rest = begun.split(b"\n")
        begun = bytearray(rest)
        for line in whole:
            if line:
                yield bytes(line)
    if begun:
        yield bytes(begun)
