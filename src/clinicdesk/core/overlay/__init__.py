"""What a desk shows while its own commands are on their way: the server's rows with them applied.

Pure, and only a guess: as soon as the server has spoken, its rows are shown and the guess is
dropped. A command that the lifecycle does not allow on the rows that are there changes nothing; so
does one whose effect the rows hold already.

Map: `rows` (what is projected), then a module for each group of commands: `writing`, `money`,
`lines`, `checking`, `leaving`, `orders` for prescriptions, `supply` and `shelves` beside them;
`projecting` puts them together.
"""

from __future__ import annotations

from collections.abc import Iterable

from clinicdesk.core.overlay.leaving import may_leave
from clinicdesk.core.overlay.money import is_last_line
from clinicdesk.core.overlay.orders import open_order_in, sent_back
from clinicdesk.core.overlay.prescriptions import project
from clinicdesk.core.overlay.rows import (
    PARTS,
    Flat,
    Pending,
    PrescriptionRows,
    SupplyRows,
    flat_prescription,
    flat_supply,
)
from clinicdesk.core.overlay.shelves import project_shelf
from clinicdesk.core.overlay.supply import project_supply


def project_all(pending: Iterable[Pending], rows: PrescriptionRows) -> PrescriptionRows:
    """The rows after several commands, in their order."""
    for each in pending:
        rows = project(each, rows)
    return rows


__all__ = [
    "PARTS",
    "Flat",
    "Pending",
    "PrescriptionRows",
    "SupplyRows",
    "flat_prescription",
    "flat_supply",
    "is_last_line",
    "may_leave",
    "open_order_in",
    "project",
    "project_all",
    "project_shelf",
    "project_supply",
    "sent_back",
]
