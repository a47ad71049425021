"""Why a command is still in the outbox, as a value for views to put into words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from clinicdesk.core.live.link import Link, LinkStatus
from clinicdesk.core.store.outbox_table import Delay, OutboxEntry, OutboxState


class Cause(StrEnum):
    """What a command waits for, the most telling first."""

    BEHIND = "behind"  # another command on the same thing goes first
    SIGNED_OUT = "signed_out"
    NOT_ACCEPTED = "not_accepted"  # rights withdrawn, or another version of the server
    OFFLINE = "offline"
    NO_DATABASE = "no_database"  # the server is there, and its database is not
    BUSY = "busy"
    FAULT = "fault"
    ITS_TURN = "its_turn"  # it goes with the next ones


class Waiting(Struct, frozen=True):
    """Why one command waits.

    Attributes:
        since: Since when nothing gets through; None where no connection is at fault.
    """

    cause: Cause
    since: datetime | None = None


def why_waiting(entry: OutboxEntry, entries: Sequence[OutboxEntry], link: Link) -> Waiting | None:
    """Why `entry` waits, given the `entries` about the same thing; None when it does not wait."""
    if entry.state is not OutboxState.WAITING:
        return None
    if _is_behind(entry, entries):
        return Waiting(Cause.BEHIND)
    match link.status:
        case LinkStatus.SIGNED_OUT:
            return Waiting(Cause.SIGNED_OUT)
        case LinkStatus.REFUSED:
            return Waiting(Cause.NOT_ACCEPTED)
        case LinkStatus.OFFLINE if link.server_answers:
            return Waiting(Cause.NO_DATABASE, link.since)
        case LinkStatus.OFFLINE:
            return Waiting(Cause.OFFLINE, link.since)
        case _:
            return Waiting(_OF_DELAY.get(entry.delay, Cause.ITS_TURN))


def _is_behind(entry: OutboxEntry, entries: Sequence[OutboxEntry]) -> bool:
    return any(other.n < entry.n and other.unanswered for other in entries)


_OF_DELAY = {
    Delay.BUSY: Cause.BUSY,
    Delay.FAULT: Cause.FAULT,
    Delay.SIGNED_OUT: Cause.SIGNED_OUT,
    Delay.OTHER_VERSION: Cause.NOT_ACCEPTED,
    Delay.UNREACHABLE: Cause.OFFLINE,
    None: Cause.ITS_TURN,
}
