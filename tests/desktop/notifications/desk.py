"""What the tests of notices say and hear."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from clinicdesk.desktop.notifications import (
    Action,
    Notifier,
    OsNotice,
    Urgency,
    choose_notifier,
)

_events = count(1)


def a_notice(
    thing: str = "prescription:1",
    title: str = "Prescription ready",
    body: str = "",
    *,
    event: str = "",
    actions: tuple[Action, ...] = (Action("view", "View"), Action("later", "Later")),
    urgency: Urgency = Urgency.NORMAL,
) -> OsNotice:
    """A notice of an event of its own, unless one is named."""
    return OsNotice(thing, event or f"event:{next(_events)}", title, body, actions, urgency)


@dataclass
class Desk:
    """A notifier with what it told its owner.

    Attributes:
        acted: (thing, action) of each answer of a person, in order.
        toasts: the notices that were left to the window.
    """

    acted: list[tuple[str, str]] = field(default_factory=list)
    toasts: list[OsNotice] = field(default_factory=list)

    def on_action(self, thing: str, action: str) -> None:
        self.acted.append((thing, action))

    async def notifier(self, bus_address: str | None) -> Notifier:
        return await choose_notifier(self.on_action, self.toasts.append, bus_address=bus_address)
