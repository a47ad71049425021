"""What may be put on the screen of the operating system, and what every back end can do.

Notices are short and carry no clinical text: that is for the caller to ensure, because only the
caller knows what its words mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

DEFAULT_ACTION = "default"
"""The key that a click on a notice without any action of its own reports."""

ActionHandler = Callable[[str, str], None]
"""Called with (thing, action key) on the event loop when a person acts on a notice."""


class Urgency(Enum):
    """How hard a notice may press; the operating system decides what that means."""

    LOW = "low"
    NORMAL = "normal"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Action:
    """One button of a notice.

    Attributes:
        key: what the handler is told, for example "view".
        label: what the person reads, already translated.
    """

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class OsNotice:
    """One notice about one thing.

    Attributes:
        thing: what it is about, for example "prescription:<uuid>". A newer notice about the same
            thing takes the older one's place on the screen.
        event: the identity of what happened. One event is shown once, however often it arrives.
        title: one line of plain text.
        body: plain text; markup in it is shown literally.
        actions: buttons, most natural first: a click on the notice itself means the first one.
        urgency: how hard it may press.
    """

    thing: str
    event: str
    title: str
    body: str = ""
    actions: tuple[Action, ...] = ()
    urgency: Urgency = Urgency.NORMAL

    def action_of(self, key: str) -> str:
        """The action meant by what the operating system reported for this notice."""
        if key == DEFAULT_ACTION and self.actions:
            return self.actions[0].key
        return key


class CannotShow(Exception):
    """The operating system has no way to show a notice now; the message says why."""


class Notifier(Protocol):
    """Shows, replaces and withdraws notices."""

    async def start(self) -> None:
        """Get ready. Raises CannotShow; `show` tries again by itself."""

    async def show(self, notice: OsNotice) -> None:
        """Put a notice on the screen. Raises CannotShow."""

    async def withdraw(self, thing: str) -> None:
        """Take the notice about a thing off the screen; nothing happens when there is none."""

    async def close(self) -> None:
        """Withdraw what is still on the screen, since nobody is left to answer it, and let go."""
