"""One finding of the safety rules, told whole, with room for the reason that it asks for."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Tier
from clinicdesk.contract.safety import Finding
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.labels import IconLabel, label, paragraph, set_ink
from clinicdesk.desktop.design.painting import draw_rounded
from clinicdesk.desktop.design.tokens import (
    ICON,
    RADIUS_CONTROL,
    SPACE_1,
    SPACE_2,
    SPACE_3,
    TextRole,
    Tone,
)
from clinicdesk.desktop.workspaces.therapy.safety_watch import LEAST_REASON

_LONGEST_REASON: Final = 300
_MARK_HEIGHT: Final = 18


class FindingCard(QFrame):
    """Tells tiers apart by icon, word and ground; no word of a sentence is ever cut off.

    Attributes:
        finding: What it tells. reason: The field of a finding that asks for one; else None.

    Signals:
        reason_given: A reason was typed: the finding's key, the text.
        entered: Enter was pressed in the reason.
    """

    reason_given = Signal(str, str)
    entered = Signal()

    def __init__(self, design: Design, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._design = design
        self.finding = finding
        self._icon = IconLabel(design, "", Tone.NEUTRAL, ICON, height=_MARK_HEIGHT)
        self._mark = label("", TextRole.PILL)
        mark = QHBoxLayout()
        mark.setSpacing(SPACE_2 - 2)
        mark.addWidget(self._icon)
        mark.addWidget(self._mark, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE_3, SPACE_2, SPACE_3, SPACE_2 + 2)
        self._column.setSpacing(SPACE_1 - 1)
        self._column.addLayout(mark)
        self._summary = paragraph("", TextRole.STRONG)
        self._detail = paragraph("", TextRole.SECONDARY, "second")
        self._column.addWidget(self._summary)
        self._column.addWidget(self._detail)
        self.reason = self._reason_field() if finding.tier is Tier.OVERRIDE else None
        self.show_finding(finding)
        design.changed.connect(self.update)

    @property
    def unanswered(self) -> bool:
        """Whether a reason is asked for and none is given."""
        return self.reason is not None and len(_tidy(self.reason.text())) < LEAST_REASON

    def show_finding(self, finding: Finding) -> None:
        """Tell the same finding in other words; its reason stays."""
        self.finding = finding
        self._summary.setText(finding.summary)
        self._detail.setText(finding.detail)
        self._detail.setVisible(bool(finding.detail))
        self.setAccessibleName(f"{finding.summary}. {finding.detail}")
        if self.reason is not None:
            self.reason.setAccessibleName(self.tr("Reason: %1").replace("%1", finding.summary))
        self._dress()

    def show_reason(self, reason: str) -> None:
        """Show the reason as it is kept."""
        if self.reason is not None and self.reason.text() != reason:
            self.reason.setText(reason)
        self._dress()

    def _reason_field(self) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName("finding_reason")
        field.setMaxLength(_LONGEST_REASON)
        field.setPlaceholderText(self.tr("Why it is meant: the pharmacist reads it"))
        key = self.finding.key
        field.textEdited.connect(lambda text: self.reason_given.emit(key, text))
        field.textChanged.connect(self._dress)
        field.returnPressed.connect(self.entered)
        self._column.addSpacing(SPACE_1)
        self._column.addWidget(field)
        return field

    def _dress(self) -> None:
        match self.finding.tier:
            case Tier.STOP:
                self._say(self.tr("Stop: may not be signed"), Tone.DANGER, "ban")
            case Tier.OVERRIDE if self.unanswered:
                self._say(self.tr("Needs your reason"), Tone.WARNING, "triangle-alert")
            case Tier.OVERRIDE:
                self._say(self.tr("Reason given"), Tone.SUCCESS, "circle-check")
            case Tier.INFORMATION:
                self._say(self.tr("For information"), Tone.INFO, "info")
        self.update()

    def _say(self, word: str, tone: Tone, icon: str) -> None:
        self._mark.setText(word)
        set_ink(self._mark, str(tone))
        self._icon.show_icon(icon, tone)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, rect = self._design.theme, QRectF(self.rect())
        stands = self.finding.tier is Tier.STOP or self.unanswered
        if stands:
            tone = Tone.DANGER if self.finding.tier is Tier.STOP else Tone.WARNING
            tint = theme.tint(tone)
            draw_rounded(painter, rect, RADIUS_CONTROL, tint.weak, tint.ink)
        else:
            draw_rounded(painter, rect, RADIUS_CONTROL, theme.surface, theme.line)
        painter.end()


def _tidy(text: str) -> str:
    return " ".join(text.split())
