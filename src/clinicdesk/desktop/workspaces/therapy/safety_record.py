"""A card of what the safety rules found, and who gave which reason at which end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Stage, Tier
from clinicdesk.core.desk import Desk
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.labels import paragraph
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import SPACE_1, SPACE_3, TextRole, Tone
from clinicdesk.desktop.wording import moment_text
from clinicdesk.desktop.workspaces.therapy.safety_answers import Answer, Found

_BETWEEN = 14
_TONES = {Tier.STOP: Tone.DANGER, Tier.OVERRIDE: Tone.WARNING}


class SafetyRecord(Card):
    """One finding below the other; no word of them, nor of their reasons, is ever cut off."""

    def __init__(
        self,
        title: str,
        design: Design,
        desk: Desk,
        zone: ZoneInfo,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, title, parent)
        self._heading = title
        self._design = design
        self._desk = desk
        self._zone = zone
        self._told: list[tuple[Found, list[str]]] = []
        self._content = QWidget()
        self.body.addWidget(self._content)
        self.hide()

    def say(self, found: Sequence[Found], prescriber: str, now: datetime) -> None:
        """Show these; hidden when there are none.

        Args:
            prescriber: Who signed, for reasons of a member who is not known here.
        """
        self.setVisible(bool(found))
        told = [
            (each, [self._giver(answer, prescriber, now) for answer in each.answers])
            for each in found
        ]
        if told != self._told:
            self._told = told
            self._rebuild()

    def _rebuild(self) -> None:
        self.body.removeWidget(self._content)
        self._content.hide()
        self._content.deleteLater()
        self._content = QWidget()
        self._content.setProperty("transparent", True)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_BETWEEN)
        for found, givers in self._told:
            column.addLayout(self._block(found, givers))
        self.body.addWidget(self._content)
        self._content.show()  # at once: a layout would wait for the next turn, and blink
        held_up = [found.tier for found, _ in self._told if found.holds_up]
        self.set_tone(_TONES[held_up[0]] if held_up else None)
        spoken = " ".join(map(self._spoken, self._told))
        self.setAccessibleName(f"{self._heading}. {spoken}")

    def _block(self, found: Found, givers: Sequence[str]) -> QVBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(SPACE_3)
        summary = paragraph(found.summary, TextRole.STRONG)
        summary.setObjectName("found_summary")
        head.addWidget(summary, 1)
        pill = self._pill(found)
        if pill is not None:
            state = StatusPill(self._design, pill)
            state.setObjectName("found_state")
            head.addWidget(state, 0, Qt.AlignmentFlag.AlignTop)
        block = QVBoxLayout()
        block.setSpacing(0)
        block.addLayout(head)
        if below := self._below(found):
            block.addWidget(paragraph(below, TextRole.SECONDARY, "second"))
        for answer, giver in zip(found.answers, givers, strict=True):
            reason = paragraph(self._quoted(answer))
            reason.setObjectName("found_reason")
            who = paragraph(giver, TextRole.SECONDARY, "second")
            who.setObjectName("found_giver")
            block.addSpacing(SPACE_1 + 2)
            block.addWidget(reason)
            block.addWidget(who)
        return block

    def _pill(self, found: Found) -> Pill | None:
        """How it stands; None for what is for information, as the heading says."""
        if found.tier is Tier.STOP:
            return Pill(self.tr("Stop"), Tone.DANGER, "ban")
        if found.holds_up:
            return Pill(self.tr("Not answered"), Tone.WARNING, "triangle-alert")
        if found.answers:
            return Pill(self.tr("Reason given"), Tone.SUCCESS, "circle-check")
        return None

    def _below(self, found: Found) -> str:
        """What may happen, and what it means for the counter."""
        outcome = ""
        if found.tier is Tier.STOP:
            outcome = self.tr("It may not be dispensed.")
        elif found.holds_up:
            outcome = self.tr("The counter has to give a reason.")
        return " ".join(part for part in (found.detail, outcome) if part)

    def _quoted(self, answer: Answer) -> str:
        return self.tr("“%1”").replace("%1", answer.reason)

    def _giver(self, answer: Answer, prescriber: str, now: datetime) -> str:
        """Who gave it where and when: "Vikram Patil, at the counter of Lifeline · 14:05"."""
        when = self.tr("on its way")
        if answer.at is not None:
            when = moment_text(answer.at, self._zone, now)
        text = self.tr("%1, %2 · %3").replace("%3", when).replace("%2", self._where(answer))
        return text.replace("%1", self._who(answer, prescriber))

    def _who(self, answer: Answer, prescriber: str) -> str:
        if answer.by == self._desk.member.id:
            return self.tr("You")
        member = self._desk.replica.members.get(answer.by)
        if member is not None:
            return member.name
        return prescriber if answer.stage is Stage.PRESCRIBING else self.tr("The pharmacy")

    def _where(self, answer: Answer) -> str:
        if answer.stage is Stage.PRESCRIBING:
            return self.tr("when signing")
        pharmacy = self._desk.replica.pharmacies.get(answer.pharmacy_id)
        if pharmacy is None:
            return self.tr("at the counter")
        return self.tr("at the counter of %1").replace("%1", pharmacy.name)

    def _spoken(self, told: tuple[Found, list[str]]) -> str:
        """Everything that stands in a block, as a screen reader says it."""
        found, givers = told
        pill = self._pill(found)
        state = "" if pill is None else pill.text
        parts = [found.summary, state, self._below(found).rstrip(".")]
        for answer, giver in zip(found.answers, givers, strict=True):
            parts += [self._quoted(answer), giver]
        return f"{'. '.join(part for part in parts if part)}."
