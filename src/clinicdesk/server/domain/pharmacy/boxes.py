"""The box in the hand: what is printed on it is what the shelf says, and it has not expired."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from clinicdesk.contract.boxes import is_box_of
from clinicdesk.contract.problems import Conflict

if TYPE_CHECKING:
    from datetime import date

    from clinicdesk.contract.commands import CheckItem
    from clinicdesk.contract.entities import Batch
    from clinicdesk.server.domain.stock import Shelf


def batch_in_hand(shelf: Shelf, command: CheckItem, today: date) -> UUID | Conflict | None:
    """The batch that is taken from; None: the one that expires first, or none is kept.

    Refuses a box that has expired, whether stock is kept or not, and one that bears another number
    or expiry than the batch, or than any batch that is there.
    """
    number, expiry = command.batch_number, command.expiry
    if expiry is not None and expiry < today:
        return Conflict(
            detail=f"The box expired on {expiry:%d %b %Y}: take another one, and put it aside.",
            field="expiry",
        )
    unmarked = number is None and expiry is None
    if unmarked or not shelf.keeps(command.medicine_id):
        return command.batch_id
    batches = shelf.batches.get(command.medicine_id, [])
    if command.batch_id is None:
        # A box that says no expiry is taken for one that may be dispensed, where there is one.
        fitting = [b for b in batches if b.on_hand and is_box_of(b, number, expiry)]
        found = min(fitting, key=lambda batch: (batch.expiry < today, batch.expiry), default=None)
        return _not_there(command) if found is None else found.id
    named = next((b for b in batches if b.id == command.batch_id), None)
    if named is not None and not is_box_of(named, number, expiry):
        return _another(command, named)
    return command.batch_id


def _another(command: CheckItem, named: Batch) -> Conflict:
    return Conflict(
        detail=f"{_said(command)}, and batch {named.number} on the shelf expires on "
        f"{named.expiry:%d %b %Y}: put the box aside, or receive it into stock as what it is.",
        field="batch_id",
    )


def _not_there(command: CheckItem) -> Conflict:
    return Conflict(
        detail=f"{_said(command)}, and nothing of it is on the shelf: receive it into stock first, "
        "or take a box of a batch that is there.",
        field="batch_id",
    )


def _said(command: CheckItem) -> str:
    """What the box says: "The box says batch B1, expiry 31 Mar 2027"."""
    batch = command.batch_number and f"batch {command.batch_number}"
    expiry = command.expiry and f"expiry {command.expiry:%d %b %Y}"
    return "The box says " + ", ".join(part for part in (batch, expiry) if part)
