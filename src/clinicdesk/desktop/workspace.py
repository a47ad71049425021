"""What a workspace is to the window around it, and what it is given to work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.footer_hints import Hint
from clinicdesk.desktop.design.tokens import Tone

# The window is painted before any of these is loaded.
if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from clinicdesk.core.desk import Desk
    from clinicdesk.core.scanning import Scanned
    from clinicdesk.core.store.outbox_table import OutboxEntry
    from clinicdesk.desktop.design.appearance import Design
    from clinicdesk.desktop.paint_trace import PaintTrace
    from clinicdesk.desktop.tasks import TaskOwner

__all__ = ["Context", "Hint", "NamedAction", "Say", "Shortcut", "Workspace"]


class Say(Protocol):
    """Shows a toast; see `__call__`."""

    def __call__(
        self,
        text: str,
        tone: Tone = Tone.NEUTRAL,
        *,
        action: str = "",
        on_action: Callable[[], object] | None = None,
        of_scan: bool = False,
    ) -> None:
        """Say a short text over the lower edge of the window.

        Args:
            action: The word on a button beside it ("Undo", "View"); `on_action` is what it does.
            of_scan: It answers a scanned code, so it goes when the next code comes.
        """


@dataclass(frozen=True, slots=True)
class Context:
    """What a workspace works with.

    Attributes:
        desk: The signed-in member's rows, commands and searches.
        design: Theme, icons and fonts.
        tasks: Runs coroutines; every coroutine of a view goes through it.
        toast: Says a short text.
        go: Opens a thing by its kind ("patient", "prescription", "medicine") and identifier, in
            whichever workspace shows it.
        zone: The clinic's time zone: all times that people see are in it.
        painted: Told by delegates which version of a row they paint.
    """

    desk: Desk
    design: Design
    tasks: TaskOwner
    toast: Say
    go: Callable[[str, UUID], None]
    zone: ZoneInfo
    painted: PaintTrace


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A line of the sheet on F1; `group` is its heading."""

    keys: tuple[str, ...]
    text: str
    group: str


@dataclass(frozen=True, slots=True)
class NamedAction:
    """Something a workspace can do that the search bar offers by name.

    Attributes:
        name: What a person types or reads: "New prescription".
        icon: Name of an icon. key: its shortcut, or empty.
        run: Does it; the window shows the workspace first.
        unavailable: Why it cannot be done now; empty when it can.
    """

    name: str
    icon: str
    run: Callable[[], object]
    key: str = ""
    unavailable: str = ""


class Workspace(QWidget):
    """One place of the rail. Subclasses are made with a `Context` alone.

    It is built when it is first shown or asked for, and lives as long as the window: hiding one
    keeps its selection, its scroll position and what was typed.

    Attributes:
        key: Names it in settings: "pharmacy".
        opens: The kinds that `open_thing` shows; the search bar finds no others.
        icon: Name of its icon on the rail.

    Signals:
        badge_changed: `counter()` has another value.
        hints_changed: `hints()` or `note()` says something else.
        opened: It is shown to the person, or shown again.
        place_wanted: Somebody wants a place of another workspace: its key, and `show_place`'s name.
    """

    badge_changed = Signal(int)
    hints_changed = Signal()
    opened = Signal()
    place_wanted = Signal(str, str)

    key = ""
    icon = ""
    opens = frozenset({"patient", "prescription"})

    def title(self) -> str:
        """What it is called, translated."""
        raise NotImplementedError

    def hints(self) -> list[Hint]:
        """The keys of this screen, the most useful first; the window adds F1 itself."""
        return []

    def shortcuts(self) -> list[Shortcut]:
        """All keys of this workspace for the sheet on F1."""
        return [
            Shortcut(hint.keys, hint.text[:1].upper() + hint.text[1:], self.title())
            for hint in self.hints()
        ]

    def named_actions(self) -> list[NamedAction]:
        """What the search bar offers by name while this member has this workspace."""
        return []

    def note(self) -> str:
        """A short state for the right end of the footer, or nothing."""
        return ""

    def counter(self) -> int:
        """How many things wait here for this member; shown on the rail, nothing at 0."""
        return 0

    def counter_words(self, _count: int) -> str:
        """What it is that waits: "3 drafts are not sent yet"."""
        return ""

    def open_thing(self, _kind: str, _thing: UUID) -> bool:
        """Show a thing; False when this workspace does not show that kind, or does not hold it."""
        return False

    def show_place(self, _place: str) -> None:
        """Show a part of it by name: a lane, a list."""

    def take_scan(self, _scanned: Scanned) -> bool:
        """Do with a scanned code what it is for here, and say what there is to say of it; False
        when it is for another place. The workspace in front is asked first."""
        return False

    def mend(self, _entry: OutboxEntry) -> bool:
        """Show what a refused command was about, with what was typed in it put back; False when
        there is nothing to put back, or not here."""
        return False

    async def settle(self) -> None:
        """Put on the disk what was typed and is not there yet; awaited before the desk closes."""

    def focus_start(self) -> None:
        """Put the keyboard where the work begins."""
        self.setFocus()
