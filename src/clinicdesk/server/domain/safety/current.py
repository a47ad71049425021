"""What a patient takes now, for the checks that a desk makes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec

from clinicdesk.contract.reading import CurrentMedicines
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.safety", "current.sql")
_NONE: Final = UUID(int=0)
_decoder = msgspec.json.Decoder(CurrentMedicines)


async def current_medicines(tx: Transaction, patient_id: UUID) -> CurrentMedicines:
    """Of all prescribers; nothing of a patient who is not the acting member's to see."""
    text = await tx.value(
        _QUERIES["current_medicines"], {"patient_id": patient_id, "besides": _NONE}
    )
    return _decoder.decode(text)
