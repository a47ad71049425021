"""A price list's file: what it would change, and changing just that.

Reading and comparing leave the server's loop free; the transaction that writes compares anew under
the list's lock, and writes only if that is what the person has seen.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from clinicdesk.contract.commands import Done
from clinicdesk.contract.prices import PricePreview
from clinicdesk.contract.problems import Conflict, InvalidField, NotAllowed, NotFound
from clinicdesk.server.domain.formulary.rows import HEADER
from clinicdesk.server.domain.outcome import done
from clinicdesk.server.domain.pricing.comparing import Comparison, compared
from clinicdesk.server.domain.pricing.price_files import read_prices
from clinicdesk.server.domain.pricing.price_lists import (
    ListAsItStands,
    medicines_named,
    price_list,
    standing_prices,
    write_prices,
)
from clinicdesk.server.domain.pricing.price_rows import PriceRow, Reading, RejectedPrice

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

    Told: TypeAlias = Callable[[str, int, int], None]
    """Told the stage, how much of it is done, and of how much (0: not known)."""

Rows: TypeAlias = list[PriceRow | RejectedPrice]


class Considered(Struct, frozen=True, kw_only=True):
    """A file beside a list.

    Attributes:
        rows: How many lines it has.
    """

    standing: ListAsItStands
    digest: str
    rows: int
    comparison: Comparison

    @property
    def preview(self) -> PricePreview:
        """As a person sees it."""
        return PricePreview(
            price_list_id=self.standing.id,
            digest=self.digest,
            revision=self.standing.revision,
            currency=self.standing.currency,
            rows=self.rows,
            counts=self.comparison.counts,
            changes=self.comparison.changes,
            left_out=self.comparison.left_out,
        )


async def list_of(
    tx: Transaction, actor: MemberActor, price_list_id: UUID, *, lock: bool = False
) -> ListAsItStands | NotAllowed | NotFound:
    """The price list of the actor's own pharmacy."""
    if not actor.may("set_price"):
        return NotAllowed(detail=f"Your role ({actor.member.role}) does not set prices.")
    found = await price_list(tx, actor.member.clinic_id, price_list_id, lock=lock)
    if found is None or found.pharmacy_id != actor.member.pharmacy_id:
        return NotFound(
            detail="There is no such price list, or it is another pharmacy's.",
            entity="price_list",
        )
    return found


async def read_file(content: bytes, standing: ListAsItStands, told: Told) -> Rows | InvalidField:
    """The file's lines, read on another thread; or why nothing of it can be read."""
    loop = asyncio.get_running_loop()

    def progress(done_so_far: int) -> None:
        loop.call_soon_threadsafe(told, "reading", done_so_far, 0)

    reading = Reading(currency=standing.currency, today=standing.today)
    rows = await asyncio.to_thread(lambda: list(read_prices(content, reading, progress)))
    if rows and isinstance(rows[-1], RejectedPrice) and rows[-1].field == HEADER:
        return InvalidField(detail=rows[-1].detail, field="file")
    return rows


async def considered(
    tx: Transaction, clinic_id: UUID, standing: ListAsItStands, content: bytes, rows: Rows
) -> Considered:
    """What the lines would change of the list as the transaction sees it."""
    codes, gtins = await asyncio.to_thread(_named_by, rows)
    medicines = await medicines_named(tx, clinic_id, codes, gtins)
    reached = await asyncio.to_thread(
        lambda: {medicine.id for found in medicines.values() for medicine in found}
    )
    held = await standing_prices(tx, clinic_id, standing.id, reached)
    return Considered(
        standing=standing,
        digest=await asyncio.to_thread(_digest, content, standing),
        rows=len(rows),
        comparison=await asyncio.to_thread(compared, rows, medicines, held),
    )


async def import_prices(
    tx: Transaction,
    actor: MemberActor,
    price_list_id: UUID,
    content: bytes,
    rows: Rows,
    digest: str,
    told: Told,
    seen_otherwise: Callable[[PricePreview], None],
) -> Done | Conflict | NotAllowed | NotFound:
    """Write what the file changes, if that is still what the digest was given for.

    Args:
        tx: The import is one transaction: all of it takes effect, or nothing.
        actor: Whose pharmacy's list it is.
        price_list_id: Which.
        content: The file.
        rows: Its lines, read before the transaction began.
        digest: Of the preview that a person has looked at.
        told: How far it has come.
        seen_otherwise: Given the new preview when the list has changed since.
    """
    standing = await list_of(tx, actor, price_list_id, lock=True)
    if not isinstance(standing, ListAsItStands):
        return standing
    clinic_id = actor.member.clinic_id
    found = await considered(tx, clinic_id, standing, content, rows)
    told("comparing", len(rows), len(rows))
    if found.digest != digest:
        seen_otherwise(found.preview)
        return Conflict(
            detail="The file, the price list or the formulary is not what was looked at; look at "
            "what it would change now.",
            field="digest",
        )
    prices = found.comparison.prices
    if not prices:
        return Conflict(detail="The file changes nothing of this list.", field="file")

    async def progress(written: int) -> None:
        told("writing", written, len(prices))

    version = await write_prices(tx, clinic_id, standing, prices, progress)
    return await done(tx, actor, version)


def _named_by(rows: Rows) -> tuple[set[str], set[str]]:
    """The codes and the article numbers that medicines are to be found by."""
    prices = [row for row in rows if isinstance(row, PriceRow)]
    return {row.code for row in prices if row.code}, {row.gtin for row in prices if not row.code}


def _digest(content: bytes, standing: ListAsItStands) -> str:
    """Names all that a preview rests on: the file, the list, the formularies and the day."""
    digest = hashlib.sha256(content)
    digest.update(
        f"\0{standing.id} {standing.revision} {standing.formularies} {standing.today}".encode()
    )
    return digest.hexdigest()
