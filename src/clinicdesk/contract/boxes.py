"""What is printed on a box, held against a batch on a shelf; both ends go by it."""

from __future__ import annotations

from datetime import date

from clinicdesk.contract.entities import Batch


def is_box_of(batch: Batch, number: str | None, expiry: date | None) -> bool:
    """Whether a box that bears this number and this expiry is of the batch.

    A number alone does not tell: a maker may use it twice, and a label may be exchanged. What is
    not printed (None) tells nothing.
    """
    same_number = number is None or batch.number.casefold() == number.casefold()
    return same_number and (expiry is None or batch.expiry == expiry)
