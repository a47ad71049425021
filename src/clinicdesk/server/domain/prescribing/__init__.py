"""Prescribing: a prescription from its first line to the signature, and the aggregate that it is.

Map:

- `held`         the prescription as one aggregate: locked and checked
- `saving`       writing it
- `plain_words`  what each command does to it, for sentences
- `lines`        what the prescriber wrote, named and priced
- `repricing`    the lines at another pharmacy's prices, or as it quoted
- `drafts`       writing and revising
- `signing`      signing and sending to a pharmacy
- `ledger`       payments and refunds of a prescription
- `sealing`      what its QR code says
"""

from __future__ import annotations

from clinicdesk.server.domain.prescribing.drafts import revise_draft, write_draft
from clinicdesk.server.domain.prescribing.held import Held, hold, no_such_prescription, read
from clinicdesk.server.domain.prescribing.ledger import (
    REFUND_ID_VERSION,
    received,
    refund_id,
    settled_by_lines,
)
from clinicdesk.server.domain.prescribing.lines import GREATEST_AMOUNT, Product, products
from clinicdesk.server.domain.prescribing.repricing import WITHDRAWN, quoted, repriced
from clinicdesk.server.domain.prescribing.saving import create, save, write
from clinicdesk.server.domain.prescribing.sealing import SealOf
from clinicdesk.server.domain.prescribing.signing import (
    Recipient,
    make_known,
    recipient_of,
    sign_and_send,
)

__all__ = [
    "GREATEST_AMOUNT",
    "REFUND_ID_VERSION",
    "WITHDRAWN",
    "Held",
    "Product",
    "Recipient",
    "SealOf",
    "create",
    "hold",
    "make_known",
    "no_such_prescription",
    "products",
    "quoted",
    "read",
    "received",
    "recipient_of",
    "refund_id",
    "repriced",
    "revise_draft",
    "save",
    "settled_by_lines",
    "sign_and_send",
    "write",
    "write_draft",
]
