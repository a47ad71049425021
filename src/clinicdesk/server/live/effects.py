"""What a conversation asks of whoever has the socket: to be done in this order."""

from __future__ import annotations

from msgspec import Struct

from clinicdesk.contract.frames import Signal
from clinicdesk.server.live.message import Message


class Send(Struct, frozen=True):
    """A frame for the desk."""

    message: Message


class Authenticate(Struct, frozen=True):
    """A token to look up; answer with `authenticated` or `refused`."""

    token: str


class Close(Struct, frozen=True):
    """The end of the conversation."""

    code: int
    reason: str


class Heard(Struct, frozen=True):
    """A sign of presence, for `signals` to pass on to whom it concerns."""

    signal: Signal


Effect = Send | Authenticate | Heard | Close
