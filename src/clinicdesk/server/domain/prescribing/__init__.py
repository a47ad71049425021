"""Prescribing: a prescription from its first line to the signature, and its cancelling.

Map:

- `held`        the prescription as one aggregate: locked, checked, saved
- `lines`       what the prescriber wrote, named and priced by the formulary
- `drafts`      writing and revising
- `signing`     signing and sending to a pharmacy
- `ledger`      payments and refunds of a prescription
- `cancelling`  stopping it
"""

from __future__ import annotations

from clinicdesk.server.domain.prescribing.cancelling import cancel_prescription
from clinicdesk.server.domain.prescribing.drafts import revise_draft, write_draft
from clinicdesk.server.domain.prescribing.held import Held, hold, no_such_prescription, save
from clinicdesk.server.domain.prescribing.ledger import (
    REFUND_ID_VERSION,
    owed_back,
    received,
    refund_id,
)
from clinicdesk.server.domain.prescribing.signing import sign_and_send

__all__ = [
    "REFUND_ID_VERSION",
    "Held",
    "cancel_prescription",
    "hold",
    "no_such_prescription",
    "owed_back",
    "received",
    "refund_id",
    "revise_draft",
    "save",
    "sign_and_send",
    "write_draft",
]
