"""Tells of changes that wait in an older file of this computer, under a key that is not here."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from clinicdesk.core.clock import Now
from clinicdesk.core.lost_work import LostWork
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.tokens import SPACE_4, Tone
from clinicdesk.desktop.wording import moment_text


class LockedBanner(QFrame):
    """Says how many changes are locked and what opens them; hidden while there are none.

    Signals:
        unlock_wanted: The person wants to give the passphrase, or to ask the keyring again.
    """

    unlock_wanted = Signal()

    def __init__(
        self,
        design: Design,
        lost_work: LostWork,
        zone: ZoneInfo,
        now: Now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("outbox_locked")
        self._lost_work = lost_work
        self._zone = zone
        self._now = now
        self._banner = Banner(design, Tone.WARNING, icon="lock", stacked=True)
        self._banner.acted.connect(self.unlock_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, 0, SPACE_4, SPACE_4)
        column.addWidget(self._banner)
        self._leave = lost_work.changed.add(lambda _event: self.refresh())
        self.refresh()

    def close_for_good(self) -> None:
        """Stop following the desk."""
        self._leave()

    def refresh(self) -> None:
        """Count again."""
        files = self._lost_work.files
        self.setVisible(bool(files))
        if not files:
            return
        count = sum(file.unsent.unsent + file.unsent.refused for file in files)
        last = moment_text(files[-1].since, self._zone, self._now())
        text = self.tr(
            "Their key is missing since %1. They are kept, and sent once the keyring of this "
            "computer has it again or you give your passphrase."
        )
        title = self.tr("%n change(s) are locked in an older file", "", count)
        self._banner.say(title, text.replace("%1", last), self.tr("Unlock"))
