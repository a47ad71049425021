"""The dialog that shows two versions of a draft and asks which one holds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from clinicdesk.core.conflict import Conflict, DraftConflict, Happening
from clinicdesk.core.replica import Replica
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.availability import reason_when_disabled
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.tokens import TextRole, Tone
from clinicdesk.desktop.forms.conflict import Ui_Conflict
from clinicdesk.desktop.wording import moment_text
from clinicdesk.desktop.workspaces.shared.conflict_sides import ConflictSides
from clinicdesk.desktop.workspaces.shared.conflict_words import account_words, doer_words


class ConflictDialog(QDialog):
    """Mine at the left, theirs at the right; its owner carries out what is chosen.

    Attributes:
        conflict: What it shows.

    Signals:
        kept: Mine is to replace theirs: the version of theirs that was shown.
        taken: Theirs holds.
        draft_wanted: The person goes on by hand.
    """

    kept = Signal(int)
    taken = Signal()
    draft_wanted = Signal()

    def __init__(
        self, design: Design, replica: Replica, zone: ZoneInfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._replica = replica
        self._zone = zone
        self.conflict: DraftConflict | None = None
        self.ui = Ui_Conflict()
        self.ui.setupUi(self)
        ui = self.ui
        self._banner = Banner(design, Tone.WARNING)
        self._banner.setObjectName("conflict_banner")
        ui.banner_place.addWidget(self._banner)
        self._sides = ConflictSides(design)
        ui.conflict_scroll.setWidget(self._sides)
        ui.conflict_scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        _, self._mine_when = _head(ui.mine_head, self.tr("Yours"))
        self._theirs, self._theirs_when = _head(ui.theirs_head, self.tr("Theirs"))
        ui.conflict_later.dress(design, kind=Kind.QUIET, key="Esc")
        ui.conflict_open.dress(design, kind=Kind.QUIET, icon="file-pen", key="O")
        ui.conflict_take.dress(design, icon="users", key="T")
        ui.conflict_keep.dress(design, kind=Kind.PRIMARY, icon="user-round", key="M")
        ui.conflict_later.clicked.connect(self.reject)
        ui.conflict_open.clicked.connect(self.draft_wanted)
        ui.conflict_take.clicked.connect(self.taken)
        ui.conflict_keep.clicked.connect(self._keep)
        for key, button in (
            ("O", ui.conflict_open),
            ("T", ui.conflict_take),
            ("M", ui.conflict_keep),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(button.click)
        ui.conflict_keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_conflict(self, conflict: Conflict, now: datetime) -> None:
        """Show it as it is now: their version may change again while somebody looks."""
        story = account_words(conflict.account, self._zone, now)
        if not isinstance(conflict, DraftConflict):
            self._banner.say(story, self.tr("It cannot be changed any more; yours is kept here."))
            why = self.tr("Keep mine is off: it is no draft any more.")
            reason_when_disabled(self.ui.conflict_keep, why, self.ui.conflict_reason)
            self.ui.conflict_open.hide()
            self.ui.conflict_take.setText(self.tr("Discard mine"))
            return
        self.conflict = conflict
        self._show_whose(conflict)
        self._banner.say(
            story, self.tr("Yours was written upon the version before. Choose which one holds.")
        )
        written = moment_text(conflict.mine_at, self._zone, now)
        self._mine_when.setText(self.tr("Written here at %1").replace("%1", written))
        other = self.tr("On the other desk") if conflict.account.own else self.tr("Theirs")
        self._theirs.setText(other)
        self._theirs_when.setText(self._theirs_words(conflict, now))
        self._sides.show_conflict(conflict, self._pharmacy)
        self._offer(conflict)

    def _offer(self, conflict: DraftConflict) -> None:
        """Nobody chooses against a version that is not here yet."""
        waits = "" if conflict.here else self.tr("Their version is on its way to this desk.")
        for button in (self.ui.conflict_keep, self.ui.conflict_take):
            reason_when_disabled(button, waits)
        follows = self.tr("%n change(s) that you made after it go with it.", "", conflict.followers)
        said = waits or (follows if conflict.followers else "")
        self.ui.conflict_reason.setText(said)
        self.ui.conflict_reason.setVisible(bool(said))

    def _show_whose(self, conflict: DraftConflict) -> None:
        patient = self._replica.patients.get(conflict.prescription.patient_id)
        names = [] if patient is None else [patient.name, patient.name_local or ""]
        self.ui.conflict_about.setText(
            " · ".join(part for part in (*names, conflict.prescription.code) if part)
        )

    def _theirs_words(self, conflict: DraftConflict, now: datetime) -> str:
        account = conflict.account
        assert account.happening is Happening.CHANGED  # or it were no conflict of drafts
        when = "" if account.at is None else moment_text(account.at, self._zone, now)
        return " · ".join(part for part in (doer_words(account), when) if part)

    def _pharmacy(self, pharmacy_id: UUID | None) -> str:
        found = self._replica.pharmacies.get(pharmacy_id)
        return "" if found is None else found.name

    def _keep(self) -> None:
        if self.conflict is not None:
            self.kept.emit(self.conflict.version)


def _head(place: QVBoxLayout, title: str) -> tuple[QLabel, QLabel]:
    """The heading of a side: whose it is, and since when."""
    whose, when = label(title, TextRole.STRONG), label("", TextRole.SECONDARY, "second")
    place.addWidget(whose)
    place.addWidget(when)
    return whose, when
