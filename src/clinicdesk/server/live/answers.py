"""What a conversation is told when a token has been looked up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import Member


class Identity(Struct, frozen=True):
    """Who a token stands for: the session, the member of staff, and until when."""

    session_id: UUID
    member: Member
    expires: datetime


class Position(Struct, frozen=True):
    """Where the clinic's log stands: epoch, head, and the oldest entry to resume after."""

    epoch: str
    head: int
    resumable_after: int
