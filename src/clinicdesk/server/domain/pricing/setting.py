"""One price, set by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from clinicdesk.contract.commands import Done, SetPrice
from clinicdesk.contract.problems import Conflict, InvalidField
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.outcome import done
from clinicdesk.server.domain.pricing.importing import list_of
from clinicdesk.server.domain.pricing.price_lists import (
    ListAsItStands,
    NewPrice,
    write_prices,
)

if TYPE_CHECKING:
    from datetime import date

    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.pricing", "setting.sql")

_FURTHEST: Final = timedelta(days=5 * 366)
_LONGEST_AGO: Final = timedelta(days=10 * 366)


async def set_price(
    tx: Transaction, actor: MemberActor, command: SetPrice, _expected_version: int = 0
) -> Done | Refusal:
    """Say what a pack costs at the actor's pharmacy from a day on."""
    standing = await list_of(tx, actor, command.price_list_id, lock=True)
    if not isinstance(standing, ListAsItStands):
        return standing
    if wrong := _wrong(command, standing.today):
        return wrong
    clinic_id = actor.member.clinic_id
    key = {
        "clinic_id": clinic_id,
        "price_list_id": standing.id,
        "price_id": command.price_id,
        "medicine_id": command.medicine_id,
        "effective_from": command.effective_from,
    }
    if not await tx.value(_QUERIES["medicine_is_known"], key):
        return InvalidField(detail="The formulary has no such medicine.", field="medicine_id")
    if await tx.value(_QUERIES["identifier_is_taken"], key):
        return Conflict(
            detail="The price's identifier is already in use; make a new one.", field="price_id"
        )
    price = NewPrice(
        id=command.price_id,
        medicine_id=command.medicine_id,
        price_minor=command.price_minor,
        effective_from=command.effective_from,
        effective_until=command.effective_until,
    )
    return await done(tx, actor, await write_prices(tx, clinic_id, standing, [price], _silently))


def _wrong(command: SetPrice, today: date) -> InvalidField | None:
    begins, ends = command.effective_from, command.effective_until
    if command.price_minor == 0:
        return InvalidField(detail="A price is above zero.", field="price_minor")
    if not today - _LONGEST_AGO <= begins <= today + _FURTHEST:
        return InvalidField(
            detail=f"The price would begin on {begins:%d %b %Y}; look at the year again.",
            field="effective_from",
        )
    if ends is not None and ends < max(begins, today):
        return InvalidField(
            detail=f"The price would end on {ends:%d %b %Y}, before it could hold.",
            field="effective_until",
        )
    return None


async def _silently(_written: int) -> None:
    """One price is written before anybody could ask how far it has come."""
