"""What the safety rules found, and what was answered to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from uuid import UUID

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
        self,
        found: Sequence[Finding],
        answered: Mapping[str, SafetyFinding],
        prescriber: str,
        to_check: Set[UUID],
    ) -> None:
        """Show these, all of them.

        Args:
            answered: What somebody gave a reason for, by the finding's key.
            prescriber: Who signed, for their answers.
            to_check: The lines that may be checked still: only for them something is asked.
        """
        reasons = {key: row.reason for key, row in answered.items()}
        said = (list(found), reasons, prescriber, frozenset(to_check))
        self.setVisible(bool(found))
        if said == self._said:
            return
        self._said = said
        open_ones = [
            each
            for each in found
            if each.tier is not Tier.INFORMATION
            and each.key not in answered
            and not to_check.isdisjoint(each.item_ids)
        ]
        self.set_tone(TONES[open_ones[0].tier] if open_ones else None)
        rows = []
        for each in found:
            answer, past = answered.get(each.key), to_check.isdisjoint(each.item_ids)
            rows.append(self._row(each, answer, prescriber, past))
        self._rows.show_rows(rows)
        self.setAccessibleName(" ".join(finding.summary for finding in found))

    def _row(
        self, finding: Finding, answer: SafetyFinding | None, prescriber: str, past: bool
    ) -> FindingRow:
        answered = answer is not None and finding.tier is Tier.OVERRIDE
        tier = Tier.INFORMATION if answered else finding.tier
        return FindingRow(tier, finding.summary, self._below(finding, answer, prescriber, past))

    def _below(
        self, finding: Finding, answer: SafetyFinding | None, prescriber: str, past: bool
    ) -> str:
        if answer is not None:
            who = prescriber if answer.stage is Stage.PRESCRIBING else self.tr("The pharmacy")
            text = self.tr("%1: “%2”").replace("%1", who).replace("%2", answer.reason)
            return f"{text}  {finding.detail}".strip()
        return finding.detail if past else f"{finding.detail} {self._asked_for(finding.tier)}"

    def _asked_for(self, tier: Tier) -> str:
        match tier:
            case Tier.STOP:
                return self.tr("It may not be dispensed.")
            case Tier.OVERRIDE:
                return self.tr("A reason is asked for when it is checked.")
            case Tier.INFORMATION:
                return self.tr("Information only.")
