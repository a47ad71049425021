"""Stock and price lists for the pharmacies of the small clinic."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from clinicdesk.core.desk import Desk
from tests.end_to_end.clinic import CLINIC, CORNER, MAIN, PARACETAMOL, an_id
from tests.end_to_end.desks import sent, submitted
from tests.end_to_end.polling import until
from tests.end_to_end.truth import Truth

EXPIRY: Final = date(2031, 6, 30)
PACK: Final = 10
"""Units in a pack of each medicine of the clinic."""


async def open_price_lists(truth: Truth) -> None:
    """Each pharmacy has an empty list of its own."""
    for pharmacy_id in (MAIN, CORNER):
        await truth.do(
            "insert into price_list (id, clinic_id, pharmacy_id, name, currency, revision, "
            "price_count) values (%(id)s, %(clinic)s, %(pharmacy)s, 'Counter', 'INR', 1, 0)",
            id=an_id(f"prices {pharmacy_id}"),
            clinic=CLINIC,
            pharmacy=pharmacy_id,
        )


async def stocked(desk: Desk, medicine_id: UUID, packs: int, batch: str = "B1") -> None:
    """Packs come onto the shelf of the pharmacist at this desk, who sees them there."""
    units = packs * PACK
    pharmacy_id = desk.member.pharmacy_id
    assert pharmacy_id is not None
    before = desk.stock.on_hand(pharmacy_id, medicine_id) or 0
    submitted(await desk.stock.receive(medicine_id, batch, EXPIRY, units, 900))
    await sent(desk)
    await until(lambda: desk.stock.on_hand(pharmacy_id, medicine_id) == before + units)


async def in_database(truth: Truth, pharmacy_id: UUID, medicine_id: UUID = PARACETAMOL) -> int:
    """Units that the database counts on a shelf."""
    units: int = await truth.value(
        "select on_hand from stock_level where pharmacy_id = %(p)s and medicine_id = %(m)s",
        p=pharmacy_id,
        m=medicine_id,
    )
    return units
