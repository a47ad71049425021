"""What the safety rules found, and what was answered to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QWidget

from clinicdesk.contract.entities import SafetyFinding, Stage, Tier
from clinicdesk.contract.safety import Finding
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.workspaces.pharmacy.finding_rows import TONES, FindingRow, FindingRows


class FindingsCard(Card):
    """The gravest first; one that was answered is information, with the answer."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent=parent)
        self._said: object = None
        self.setObjectName("findings_card")
        self._rows = FindingRows(design)
        self.body.addWidget(self._rows)
        self.hide()

    def say(
        self, found: Sequence[Finding], answered: Mapping[str, SafetyFinding], prescriber: str
    ) -> None:
        """Show these, all of them.

        Args:
            answered: What somebody gave a reason for, by the finding's key.
            prescriber: Who signed, for their answers.
        """
        said = (list(found), {key: row.reason for key, row in answered.items()}, prescriber)
        self.setVisible(bool(found))
        if said == self._said:
            return
        self._said = said
        waits = [each for each in found if each.tier is not Tier.INFORMATION]
        open_ones = [each for each in waits if each.key not in answered]
        self.set_tone(TONES[open_ones[0].tier] if open_ones else None)
        self._rows.show_rows(
            [self._row(each, answered.get(each.key), prescriber) for each in found]
        )
        self.setAccessibleName(" ".join(finding.summary for finding in found))

    def _row(self, finding: Finding, answer: SafetyFinding | None, prescriber: str) -> FindingRow:
        answered = answer is not None and finding.tier is Tier.OVERRIDE
        tier = Tier.INFORMATION if answered else finding.tier
        return FindingRow(tier, finding.summary, self._below(finding, answer, prescriber))

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
