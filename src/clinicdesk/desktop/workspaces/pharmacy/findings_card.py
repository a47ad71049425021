"""What the safety rules found, and what was answered to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from clinicdesk.contract.entities import SafetyFinding, Stage, Tier
from clinicdesk.contract.safety import Finding
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.labels import IconLabel, paragraph
from clinicdesk.desktop.design.tokens import ICON_LARGE, SPACE_1, SPACE_3, TextRole, Tone

_MOST = 6
_TONES = {Tier.STOP: Tone.DANGER, Tier.OVERRIDE: Tone.WARNING, Tier.INFORMATION: Tone.INFO}
_ICONS = {Tier.STOP: "ban", Tier.OVERRIDE: "triangle-alert", Tier.INFORMATION: "info"}


class FindingsCard(Card):
    """The gravest first; one that was answered is information, with the answer."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent=parent)
        self._design = design
        self._said: object = None
        self.setObjectName("findings_card")
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(SPACE_3)
        self._rows.setVerticalSpacing(SPACE_1 + 2)
        self._rows.setColumnStretch(1, 1)
        self.body.addLayout(self._rows)
        self.hide()

    def say(
        self, found: Sequence[Finding], answered: Mapping[str, SafetyFinding], prescriber: str
    ) -> None:
        """Show these.

        Args:
            answered: What somebody gave a reason for, by the finding's key.
            prescriber: Who signed, for their answers.
        """
        shown = list(found[:_MOST])
        said = (shown, {key: row.reason for key, row in answered.items()}, prescriber)
        self.setVisible(bool(shown))
        if said == self._said:
            return
        self._said = said
        self._clear()
        waits = [each for each in shown if each.tier is not Tier.INFORMATION]
        open_ones = [each for each in waits if each.key not in answered]
        self.set_tone(_TONES[open_ones[0].tier] if open_ones else None)
        for place, finding in enumerate(shown):
            self._add(place, finding, answered.get(finding.key), prescriber)
        self.setAccessibleName(" ".join(finding.summary for finding in shown))

    def _add(
        self, place: int, finding: Finding, answer: SafetyFinding | None, prescriber: str
    ) -> None:
        answered = answer is not None and finding.tier is Tier.OVERRIDE
        tone = Tone.INFO if answered else _TONES[finding.tier]
        icon = "info" if answered else _ICONS[finding.tier]
        mark = IconLabel(self._design, icon, tone, ICON_LARGE - 2, height=19)
        title = paragraph(finding.summary, TextRole.STRONG)
        self._rows.addWidget(mark, 2 * place, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(title, 2 * place, 1)
        below = self._below(finding, answer, prescriber)
        self._rows.addWidget(paragraph(below, TextRole.SECONDARY, "second"), 2 * place + 1, 1)

    def _below(self, finding: Finding, answer: SafetyFinding | None, prescriber: str) -> str:
        if answer is not None:
            who = prescriber if answer.stage is Stage.PRESCRIBING else self.tr("The pharmacy")
            text = self.tr("%1: “%2”").replace("%1", who).replace("%2", answer.reason)
            return f"{text}  {finding.detail}".strip()
        return f"{finding.detail} {self._asked_for(finding.tier)}".strip()

    def _asked_for(self, tier: Tier) -> str:
        match tier:
            case Tier.STOP:
                return self.tr("It may not be dispensed.")
            case Tier.OVERRIDE:
                return self.tr("A reason is asked for when it is checked.")
            case Tier.INFORMATION:
                return self.tr("Information only.")

    def _clear(self) -> None:
        while (part := self._rows.takeAt(0)) is not None:
            widget = part.widget()
            if isinstance(widget, QLabel | IconLabel):
                widget.hide()
                widget.deleteLater()
