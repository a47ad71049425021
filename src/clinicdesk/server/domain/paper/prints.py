"""That something was printed: an entry of the log, which nobody can change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clinicdesk.contract.paper import Document, Printed, PrintEntered
from clinicdesk.contract.problems import NotFound
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.paper.supply import no_such_supply_order
from clinicdesk.server.domain.prescribing import no_such_prescription

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.paper", "paper.sql")


async def enter_print(tx: Transaction, printed: Printed) -> PrintEntered | NotFound:
    """Enter a print of the acting member; a second time under its identifier enters nothing."""
    earlier = await tx.value(_QUERIES["enter_print"], msgspec.structs.asdict(printed))
    if earlier is not None:
        return PrintEntered(earlier=earlier)
    if printed.document is Document.REGISTER:
        return NotFound(
            detail="There is no such pharmacy, or its registers are not yours to see.",
            entity="pharmacy",
        )
    if printed.document is Document.SUPPLY_ORDER:
        return no_such_supply_order()
    return no_such_prescription()
