"""What the rules of stock must know of the clinic, of the medicines, and of who acts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.problems import NotAllowed, NotFound
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from collections.abc import Collection

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.stock", "surroundings.sql")


class Surroundings(Struct, frozen=True, kw_only=True):
    """The clinic at this moment.

    Attributes:
        today: The day in the clinic's zone.
        now: The transaction's time.
        currency: What everything costs.
    """

    today: date
    now: datetime
    currency: str


class StockProduct(Struct, frozen=True, kw_only=True):
    """A medicine as it lies on a shelf or stands on an order."""

    id: UUID
    generic_name: str
    strength: str
    form: str
    brand: str
    pack_size: int
    discontinued: bool

    @property
    def description(self) -> str:
        """As an order to a supplier names it."""
        plain = " ".join(part for part in (self.generic_name, self.strength, self.form) if part)
        return f"{plain} · {self.brand}" if self.brand else plain


async def surroundings(tx: Transaction, actor: MemberActor) -> Surroundings:
    """The actor's clinic at this moment."""
    key = {"clinic_id": actor.member.clinic_id}
    around = await tx.one(_QUERIES["surroundings"], key, into=Surroundings)
    assert around is not None  # the member's own clinic is there
    return around


async def stock_products(
    tx: Transaction, actor: MemberActor, medicine_ids: Collection[UUID]
) -> dict[UUID, StockProduct]:
    """The medicines of these identifiers; those that the clinic does not have are left out."""
    found = await tx.all(
        _QUERIES["products"],
        {"clinic_id": actor.member.clinic_id, "medicine_ids": list(medicine_ids)},
        into=StockProduct,
    )
    return {product.id: product for product in found}


def counter_of(
    actor: MemberActor, command: str, pharmacy_id: UUID | None = None
) -> UUID | NotAllowed | NotFound:
    """The pharmacy whose stock the actor keeps.

    Args:
        actor: Who acts.
        command: What they want to do.
        pharmacy_id: The one that the command names, where it does.
    """
    own = actor.member.pharmacy_id
    if not actor.may(command) or own is None:
        return NotAllowed(
            detail=f"Your role ({actor.member.role}) does not keep a pharmacy's stock."
        )
    if pharmacy_id not in (None, own):
        return NotFound(
            detail="There is no such pharmacy, or it is not the one you work at.",
            entity="pharmacy",
        )
    return own


def no_such_medicine() -> NotFound:
    """The refusal of a medicine that the clinic's formulary does not have."""
    return NotFound(detail="The formulary has no such medicine.", entity="medicine")
