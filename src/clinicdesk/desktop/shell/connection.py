"""How the desk stands to its server, in the pill and, where a person has to act, in a banner."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.connection_pill import Connection, ConnectionPill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import time_text
from clinicdesk.desktop.workspace import Context

_SHOWN_AS = {
    LinkStatus.SIGNED_OUT: Connection.SIGNED_OUT,
    LinkStatus.CONNECTING: Connection.CONNECTING,
    LinkStatus.CATCHING_UP: Connection.CATCHING_UP,
    LinkStatus.LIVE: Connection.LIVE,
    LinkStatus.OFFLINE: Connection.OFFLINE,
    LinkStatus.REFUSED: Connection.REFUSED,
}


class ConnectionView(QObject):
    """Keeps pill and banners in step with the link and the outbox of one desk.

    Signals:
        outbox_wanted: The pill was clicked.
        sign_in_wanted: The person wants to sign in again.
    """

    outbox_wanted = Signal()
    sign_in_wanted = Signal()

    def __init__(
        self, context: Context, pill: ConnectionPill, frame: QWidget, column: QVBoxLayout
    ) -> None:
        super().__init__(pill)
        self._pill = pill
        self._frame = frame
        self._link = context.desk.link
        self._outbox = context.desk.outbox
        self._zone = context.zone
        design = context.design
        self._signed_out = Banner(design, Tone.WARNING, icon="log-in")
        self._signed_out.setObjectName("signed_out_banner")
        self._signed_out.acted.connect(self.sign_in_wanted)
        self._refused = Banner(design, Tone.DANGER)
        self._refused.setObjectName("refused_banner")
        self._told = Banner(design, Tone.WARNING, dismissible=True)
        self._told.setObjectName("told_banner")
        self._told.dismissed.connect(self._fit)
        self._banners = (self._signed_out, self._refused, self._told)
        for banner in self._banners:
            banner.hide()
            column.addWidget(banner)
        pill.clicked.connect(self._press)
        self._leave = (
            self._link.changed.add(lambda _status: self._show()),
            self._link.progressed.add(lambda _progress: self._show_pill()),
            self._outbox.changed.add(lambda _aggregate: self._show()),
        )
        self._show()

    def close(self) -> None:
        """Stop following the desk and go."""
        for leave in self._leave:
            leave()
        self._pill.clicked.disconnect(self._press)
        self._pill.show_connection(Connection.SIGNING_IN)
        self._frame.hide()
        for banner in self._banners:
            banner.deleteLater()
        self.deleteLater()

    def tell(self, sentence: str) -> None:
        """Say once something about this desk that a person may take away."""
        self._told.say("", sentence)
        self._told.show()
        self._fit()

    def _show_pill(self) -> None:
        link = self._link
        offline = link.status is LinkStatus.OFFLINE
        self._pill.show_connection(
            Connection.NO_DATABASE if link.server_answers else _SHOWN_AS[link.status],
            time_text(link.since, self._zone) if offline else "",
            self._outbox.unsent,
            len(self._outbox.refused()),
            None if link.progress is None else link.progress.share,
        )
        if link.detail:
            self._pill.setToolTip(link.detail)

    def _show(self) -> None:
        self._show_pill()
        link = self._link
        signed_out = link.status is LinkStatus.SIGNED_OUT
        refused = link.status is LinkStatus.REFUSED
        self._signed_out.say(
            self.tr("Your sign-in has ended"),
            self.tr("Everything is still here. What you do meanwhile is sent once you are back."),
            self.tr("Sign in again"),
        )
        self._signed_out.setVisible(signed_out)
        self._refused.say(self.tr("The server does not take this desk"), link.detail)
        self._refused.setVisible(refused)
        self._fit()

    def _fit(self) -> None:
        """Hide the strip of banners while it has nothing to say."""
        self._frame.setVisible(any(not banner.isHidden() for banner in self._banners))

    def _press(self) -> None:
        if self._link.status is LinkStatus.SIGNED_OUT:
            self.sign_in_wanted.emit()
        else:
            self.outbox_wanted.emit()
