"""How the desk stands to the server, always in sight; it opens the outbox."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import Tone


class Connection(Enum):
    """What the pill can show."""

    SIGNING_IN = auto()
    CONNECTING = auto()
    LIVE = auto()
    CATCHING_UP = auto()
    OFFLINE = auto()
    NO_DATABASE = auto()
    SIGNED_OUT = auto()
    REFUSED = auto()


class ConnectionPill(Chip):
    """Live · Catching up · Offline since 10:42 · 3 to send · 1 refused; a click says more."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, Pill("", Tone.NEUTRAL), parent)
        self.show_connection(Connection.SIGNING_IN)

    def show_connection(
        self,
        state: Connection,
        since: str = "",
        to_send: int = 0,
        refused: int = 0,
        share: float | None = None,
    ) -> None:
        """Show a state.

        Args:
            since: clinic time since which the desk is offline ("10:42"); only with OFFLINE and
                NO_DATABASE.
            to_send: commands that wait in the outbox. refused: those that need a person.
            share: how far everything has been fetched anew, 0 to 1; only with CATCHING_UP.
        """
        words = self._words(state, since)
        if share is not None and state is Connection.CATCHING_UP:
            words = self.tr("Catching up %1 %").replace("%1", str(int(share * 100)))
        if to_send:
            words += " · " + self.tr("%1 to send").replace("%1", str(to_send))
        if refused:
            words += " · " + self.tr("%1 refused").replace("%1", str(refused))
        tone, icon = _TONES[state], _ICONS[state]
        if refused and tone in (Tone.SUCCESS, Tone.INFO):
            tone, icon = Tone.WARNING, "triangle-alert"  # all is not well while somebody is needed
        self.show_pill(Pill(words, tone, icon))
        self.setToolTip(self._explanation(state))
        self.setAccessibleDescription(self._explanation(state))

    def _words(self, state: Connection, since: str) -> str:
        match state:
            case Connection.SIGNING_IN:
                return self.tr("Signing in")
            case Connection.CONNECTING:
                return self.tr("Connecting")
            case Connection.LIVE:
                return self.tr("Live")
            case Connection.CATCHING_UP:
                return self.tr("Catching up")
            case Connection.OFFLINE if since:
                return self.tr("Offline since %1").replace("%1", since)
            case Connection.OFFLINE:
                return self.tr("Offline")
            case Connection.NO_DATABASE:
                text = self.tr("Server cannot reach its database since %1")
                return text.replace("%1", since)
            case Connection.SIGNED_OUT:
                return self.tr("Sign in again")
            case Connection.REFUSED:
                return self.tr("Not accepted")

    def _explanation(self, state: Connection) -> str:
        match state:
            case Connection.SIGNING_IN:
                return self.tr("Asking the server who you are")
            case Connection.CONNECTING:
                return self.tr("Looking for the server; this is what the desk knew last")
            case Connection.LIVE:
                return self.tr("Everything on this desk is as of now")
            case Connection.CATCHING_UP:
                return self.tr("Connected; the latest changes are on their way")
            case Connection.OFFLINE:
                return self.tr("You can read and write; it is sent when the server is back")
            case Connection.NO_DATABASE:
                return self.tr("You can read and write; it is sent when the database is back")
            case Connection.SIGNED_OUT:
                return self.tr("Your sign-in has ended; what you do is kept until you are back")
            case Connection.REFUSED:
                return self.tr("The server does not take this desk; what you do is kept here")


_TONES = {
    Connection.SIGNING_IN: Tone.NEUTRAL,
    Connection.CONNECTING: Tone.NEUTRAL,
    Connection.LIVE: Tone.SUCCESS,
    Connection.CATCHING_UP: Tone.INFO,
    Connection.OFFLINE: Tone.WARNING,
    Connection.NO_DATABASE: Tone.WARNING,
    Connection.SIGNED_OUT: Tone.WARNING,
    Connection.REFUSED: Tone.DANGER,
}
_ICONS = {
    Connection.SIGNING_IN: "log-in",
    Connection.CONNECTING: "refresh-cw",
    Connection.LIVE: "wifi",
    Connection.CATCHING_UP: "refresh-cw",
    Connection.OFFLINE: "wifi-off",
    Connection.NO_DATABASE: "server",
    Connection.SIGNED_OUT: "log-in",
    Connection.REFUSED: "shield-alert",
}
