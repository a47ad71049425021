"""The whole working set of one member at one sequence number, and the formulary's pages."""

from __future__ import annotations

from uuid import UUID

from msgspec import Raw, Struct

from clinicdesk.contract.entities import Medicine


class Snapshot(Struct, frozen=True, kw_only=True):
    """`rows` maps each entity kind to bodies in the member's view, as `ev` items carry them."""

    clinic: UUID
    epoch: str
    seq: int
    access: str
    rows: dict[str, list[Raw]]


class MedicinePage(Struct, frozen=True, kw_only=True):
    """Medicines changed after the revision asked for, in the order (revision, id).

    Attributes:
        revision: The formulary's revision when the page was read.
        next_after: Give it as `after` for the next page; None on the last. A desk that holds all of
            a revision gives that revision's number.
    """

    formulary_id: UUID
    revision: int
    medicines: list[Medicine]
    next_after: str | None
