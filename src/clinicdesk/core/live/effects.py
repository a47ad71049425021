"""What the feed's protocol asks of whoever has a socket and a store: to be done in this order."""

from __future__ import annotations

from msgspec import Struct

from clinicdesk.contract.frames import Digest, Ev, ResyncReason, ScopeChanged, Signalled


class Connect(Struct, frozen=True):
    """Open a socket, then call `connected` or `disconnected` with this number.

    What the socket brings later is told with the number too: a socket that was given up may still
    have frames to deliver.
    """

    number: int


class Send(Struct, frozen=True):
    """A frame for the server."""

    data: bytes


class Apply(Struct, frozen=True):
    """Take the frame, then call `applied` or `failed`."""

    ev: Ev


class ChangeScopes(Struct, frozen=True):
    """Drop what the member may no longer see; call `failed` if it could not be dropped."""

    frame: ScopeChanged


class Compare(Struct, frozen=True):
    """Reckon what the rows add up to, then call `compared`; only if they stand at its `seq`."""

    digest: Digest


class FetchSnapshot(Struct, frozen=True):
    """Fetch the rows anew, then call `snapshot_taken` or `snapshot_failed`.

    Not to be begun any more when the protocol is no longer in `Phase.SNAPSHOT`.
    """

    reason: ResyncReason | None


class Close(Struct, frozen=True):
    """Close the socket; `disconnected` need not be called for it."""

    code: int


class RenewToken(Struct, frozen=True):
    """Renew the access token, then call `renewed`."""


class Serving(Struct, frozen=True):
    """The server greets. `behind`: rows are still to come."""

    behind: bool


class CaughtUp(Struct, frozen=True):
    """Everything that the server had at the greeting has been applied."""


class DatabaseAway(Struct, frozen=True):
    """The server is there, and has not reached its database for a while."""


class DatabaseBack(Struct, frozen=True):
    """The server reaches it again. `behind`: rows are still to come."""

    behind: bool


class Told(Struct, frozen=True):
    """Somebody else is present at something, or not any more."""

    signal: Signalled


class Cut(Struct, frozen=True):
    """The connection is gone. `expected`: by agreement, and the next one follows soon."""

    expected: bool


class Stopped(Struct, frozen=True):
    """There will be no further attempt: the server closed with this code."""

    code: int


Effect = (
    Connect
    | Send
    | Apply
    | ChangeScopes
    | Compare
    | FetchSnapshot
    | Close
    | RenewToken
    | Serving
    | CaughtUp
    | DatabaseAway
    | DatabaseBack
    | Told
    | Cut
    | Stopped
)
