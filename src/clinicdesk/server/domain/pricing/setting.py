"""One price, set by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinicdesk.contract.commands import Done, SetPrice
from clinicdesk.contract.prices import wrong_price
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
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.pricing", "setting.sql")


async def set_price(
    tx: Transaction, actor: MemberActor, command: SetPrice, _expected_version: int = 0
) -> Done | Refusal:
    """Say what a pack costs at the actor's pharmacy from a day on."""
    standing = await list_of(tx, actor, command.price_list_id, lock=True)
    if not isinstance(standing, ListAsItStands):
        return standing
    wrong = wrong_price(
        command.price_minor, command.effective_from, command.effective_until, standing.today
    )
    if wrong is not None:
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


async def _silently(_written: int) -> None:
    """One price is written before anybody could ask how far it has come."""
