"""What the safety rules found in what is being written, beside its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Tier
from clinicdesk.contract.safety import Finding
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_2, TextRole, Tone
from clinicdesk.desktop.workspaces.therapy.finding_card import FindingCard
from clinicdesk.desktop.workspaces.therapy.pill_flow import PillFlow

_HEAD_HEIGHT = 28
_CARD_HEIGHT = 120


class FindingsPanel(QWidget):
    """The gravest first, each told whole; what does not fit is scrolled to.

    Signals:
        reason_given: A reason was typed: the finding's key, the text.
        finished: Enter in the last reason that was missing.
    """

    reason_given = Signal(str, str)
    finished = Signal()

    def __init__(self, design: Design, after: QWidget, parent: QWidget | None = None) -> None:
        """Make it empty.

        Args:
            after: From where Tab leads to the reasons.
        """
        super().__init__(parent)
        self.setObjectName("draft_findings")
        self._design = design
        self._after = after
        self._cards: list[FindingCard] = []
        self._tally = PillFlow(design)
        self._tally.setObjectName("findings_tally")
        head = QHBoxLayout()
        head.setSpacing(SPACE_2)
        title = label(self.tr("Safety"), TextRole.STRONG)
        title.setFixedHeight(_HEAD_HEIGHT)
        head.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._tally, 1)
        content = QWidget()
        content.setProperty("transparent", True)
        self._stack = QVBoxLayout(content)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(SPACE_2)
        self._stack.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("findings_scroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2 + 2)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        self.hide()

    def show_findings(self, found: Sequence[Finding], reasons: Mapping[str, str]) -> None:
        """Show these; a reason that is being typed keeps the keyboard."""
        if list(found) != [card.finding for card in self._cards]:
            self._rebuild(found)
            self.setVisible(bool(found))
        for card in self._cards:
            card.show_reason(reasons.get(card.finding.key, ""))
        self._count()

    def focus_reason(self) -> bool:
        """Put the keyboard into the first reason that is missing, or the first; whether there is
        one."""
        asked = [card for card in self._cards if card.reason is not None]
        card = next((card for card in asked if card.unanswered), next(iter(asked), None))
        if card is None or card.reason is None:
            return False
        card.reason.setFocus(Qt.FocusReason.ShortcutFocusReason)
        card.reason.selectAll()
        self._reveal(card)
        return True

    def reveal_stop(self) -> None:
        """Bring what may not be signed into sight."""
        if self._cards:
            self._reveal(self._cards[0])

    def scroll_by(self, cards: int) -> None:
        """Show what is further down, or up, by about so many cards."""
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.value() + cards * _CARD_HEIGHT)

    def _reveal(self, card: FindingCard) -> None:
        self._scroll.ensureWidgetVisible(card, 0, 0)

    def _rebuild(self, found: Sequence[Finding]) -> None:
        """A card that stays keeps the keyboard that may be in it."""
        known = {_identity(card.finding): card for card in self._cards}
        cards: list[FindingCard] = []
        for finding in found:
            kept = known.pop(_identity(finding), None)
            if kept is not None:
                kept.show_finding(finding)
            cards.append(self._card(finding) if kept is None else kept)
        for gone in known.values():
            self._stack.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, card in enumerate(cards):
            self._stack.insertWidget(place, card)
        self._cards = cards
        fields = [card.reason for card in cards if card.reason is not None]
        for one, next_one in pairwise([self._after, *fields]):
            QWidget.setTabOrder(one, next_one)
        self.setAccessibleName(". ".join(finding.summary for finding in found))

    def _card(self, finding: Finding) -> FindingCard:
        card = FindingCard(self._design, finding)
        card.reason_given.connect(self.reason_given)
        card.entered.connect(self._go_on)
        return card

    def _go_on(self) -> None:
        if any(card.unanswered for card in self._cards):
            self.focus_reason()
        else:
            self.finished.emit()

    def _count(self) -> None:
        """How much there is of each, so that what is below the edge is known."""
        tiers = [card.finding.tier for card in self._cards]
        stops, notes = tiers.count(Tier.STOP), tiers.count(Tier.INFORMATION)
        asked = sum(card.unanswered for card in self._cards)
        pills = []
        if stops:
            pills.append(Pill(self.tr("%n stop(s)", "", stops), Tone.DANGER, "ban"))
        if asked:
            text = self.tr("%n to answer", "", asked)
            pills.append(Pill(text, Tone.WARNING, "triangle-alert"))
        if notes:
            pills.append(Pill(self.tr("%n note(s)", "", notes), Tone.INFO, "info"))
        self._tally.show_pills(pills)


def _identity(finding: Finding) -> tuple[str, Tier]:
    """What makes two findings one, however they are worded."""
    return finding.key, finding.tier
