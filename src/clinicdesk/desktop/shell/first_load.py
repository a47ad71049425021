"""What stands in the workspaces' place while a desk has nothing yet: how far its clinic is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.replica import Applied
from clinicdesk.core.snapshot_intake import Progress
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.tokens import Tone

_BAR_WIDTH = 280
_FINE = 1000


class FirstLoad(QWidget):
    """Follows the first snapshot of a desk.

    Signals:
        done: Everything is here.
    """

    done = Signal()

    def __init__(self, desk: Desk, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._link = desk.link
        self._state = EmptyState(design, "loader-circle", "")
        self._state.setObjectName("first_load_state")
        self._state.next_step.connect(desk.hurry)
        self._bar = QProgressBar()
        self._bar.setObjectName("first_load_bar")
        self._bar.setRange(0, _FINE)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR_WIDTH)
        self._bar.setAccessibleName(self.tr("How far your clinic has been fetched"))
        # Nothing moves when the server tells how much there is.
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        self._state.add_below(self._bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._state)
        self._leave: tuple[Callable[[], None], ...] = (
            self._link.changed.add(lambda _status: self._show()),
            self._link.progressed.add(lambda _progress: self._show()),
            desk.replica.applied.add(self._applied),
        )
        self._show()

    def leave(self) -> None:
        """Stop following the desk."""
        for leave in self._leave:
            leave()

    def _applied(self, applied: Applied) -> None:
        if applied.snapshot:
            self.leave()
            self.done.emit()

    def _show(self) -> None:
        progress = self._link.progress
        self._bar.setVisible(progress is not None)
        if progress is not None:
            self._show_progress(progress)
        elif self._link.status is LinkStatus.OFFLINE:
            self._state.say(
                "wifi-off",
                self.tr("Your clinic is not on this computer yet"),
                self._link.detail,
                self.tr("Try again"),
                tone=Tone.WARNING,
            )
        elif self._link.status in (LinkStatus.SIGNED_OUT, LinkStatus.REFUSED):
            sentence = self.tr("Your clinic is not on this computer yet")
            self._state.say("lock", sentence, self._link.detail, tone=Tone.WARNING)
        else:
            self._state.say(
                "loader-circle",
                self.tr("Fetching your clinic"),
                self.tr("Asking the server for it"),
            )

    def _show_progress(self, progress: Progress) -> None:
        self._bar.setValue(int(progress.share * _FINE))
        words = self.tr("%1 of %2 records")
        if progress.rows == progress.of:
            words = self.tr("All %2 records are here; one moment")
        number = QLocale().toString
        words = words.replace("%1", number(progress.rows)).replace("%2", number(progress.of))
        self._state.say("loader-circle", self.tr("Fetching your clinic"), words)
