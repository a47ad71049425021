"""How this desk stands with its server, for the window to show."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from clinicdesk.core.clock import Now
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.snapshot_intake import Progress


class LinkStatus(Enum):
    """The one word for the connection."""

    SIGNED_OUT = "signed_out"  # the session is over: the person has to sign in again
    CONNECTING = "connecting"  # the first attempt, or one after a short cut
    CATCHING_UP = "catching_up"  # connected, rows are still coming
    LIVE = "live"  # each change arrives as it happens
    OFFLINE = "offline"  # the server, or its database, is out of reach; attempts go on
    REFUSED = "refused"  # the server does not take this desk: another version, rights withdrawn


class Link:
    """The status, with the moment it began.

    Attributes:
        status, since: The present one. detail: A sentence that says why, empty when all is well.
        server_answers: While `OFFLINE`: the server is there, and it is its database that is not.
        changed: Told the new status.
        progress: How far the rows have come that are being fetched anew; None when none are.
        progressed: Told of each step of it, and None when it is over.
    """

    def __init__(self, now: Now) -> None:
        self._now = now
        self.status = LinkStatus.CONNECTING
        self.since: datetime = now()
        self.detail = ""
        self.server_answers = False
        self.changed: Listeners[LinkStatus] = Listeners()
        self.progress: Progress | None = None
        self.progressed: Listeners[Progress | None] = Listeners()

    @property
    def reachable(self) -> bool:
        """Whether a command given now goes to the server at once."""
        return self.status in (LinkStatus.LIVE, LinkStatus.CATCHING_UP)

    def become(self, status: LinkStatus, detail: str = "", *, server_answers: bool = False) -> None:
        """Say how it stands; the follower alone does."""
        if (status, detail, server_answers) == (self.status, self.detail, self.server_answers):
            return
        if status is not self.status:
            self.since = self._now()
        self.status, self.detail, self.server_answers = status, detail, server_answers
        self.changed.tell(status)

    def progress_to(self, progress: Progress | None) -> None:
        """Say how far the rows have come; the follower alone does."""
        if progress != self.progress:
            self.progress = progress
            self.progressed.tell(progress)
