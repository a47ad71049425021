"""What an attempt to send that came to nothing tells: why it waits, and whether it may be done."""

from __future__ import annotations

from clinicdesk.contract.problems import (
    SessionExpired,
    StillRunning,
    TooManyAttempts,
    Unavailable,
    WrongProtocol,
)
from clinicdesk.core.store.outbox_table import Delay
from clinicdesk.core.transport import Outcome, Unreachable


def delay_of(outcome: Outcome) -> Delay:
    """Why the command waits after an attempt that ended like this."""
    match outcome:
        case SessionExpired():
            return Delay.SIGNED_OUT
        case WrongProtocol():
            return Delay.OTHER_VERSION
        case StillRunning() | TooManyAttempts() | Unavailable():
            return Delay.BUSY
        case Unreachable():
            return Delay.UNREACHABLE
        case _:
            return Delay.FAULT


def may_be_done(outcome: Outcome) -> bool:
    """Whether the command may have taken effect, although nobody here has heard so."""
    match outcome:
        case Unreachable():
            return outcome.heard
        case SessionExpired() | WrongProtocol() | TooManyAttempts() | Unavailable():
            return False
        case _:  # it was being carried out, or something answered that is not understood
            return True
