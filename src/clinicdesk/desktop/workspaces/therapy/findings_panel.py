"""What the safety rules found in what is being written, with room for the reasons they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from clinicdesk.contract.entities import Tier
from clinicdesk.contract.safety import Finding
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.labels import IconLabel, label
from clinicdesk.desktop.design.tokens import ICON_LARGE, SPACE_1, SPACE_3, TextRole, Tone
from clinicdesk.desktop.workspaces.therapy.safety_watch import LEAST_REASON

_MOST_NOTES = 4
_LONGEST_REASON = 300
_TONES = {Tier.STOP: Tone.DANGER, Tier.OVERRIDE: Tone.WARNING, Tier.INFORMATION: Tone.INFO}
_ICONS = {Tier.STOP: "ban", Tier.OVERRIDE: "triangle-alert", Tier.INFORMATION: "info"}


class FindingsPanel(Card):
    """The gravest first. Stops are said, reasons are asked for, the rest is one quiet line each.

    Signals:
        reason_given: A reason was typed: the finding's key, the text.
        finished: Enter in the last reason that was missing.
    """

    reason_given = Signal(str, str)
    finished = Signal()

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent=parent)
        self.setObjectName("draft_findings")
        self._design = design
        self._shown: list[Finding] = []
        self._fields: dict[str, QLineEdit] = {}
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(SPACE_3)
        self._rows.setVerticalSpacing(SPACE_1)
        self._rows.setColumnStretch(1, 1)
        self.body.addLayout(self._rows)
        self.hide()

    def show_findings(self, found: Sequence[Finding], reasons: Mapping[str, str]) -> None:
        """Show these; a reason that is being typed keeps the keyboard."""
        if list(found) != self._shown:
            self._shown = list(found)
            self._rebuild()
            self.setVisible(bool(found))
        for key, field in self._fields.items():
            if field.text() != reasons.get(key, ""):
                field.setText(reasons.get(key, ""))
        self._dress()

    def focus_reason(self) -> bool:
        """Put the keyboard into the first reason that is missing, or the first; whether there is
        one."""
        wanted = self._missing() or self._in_order()
        if not wanted:
            return False
        field = wanted[0]
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        field.selectAll()
        return True

    def _missing(self) -> list[QLineEdit]:
        return [f for f in self._in_order() if len(" ".join(f.text().split())) < LEAST_REASON]

    def _in_order(self) -> list[QLineEdit]:
        """The reasons as they stand, from the top."""
        return [self._fields[f.key] for f in self._shown if f.key in self._fields]

    def _rebuild(self) -> None:
        self._clear({f.key for f in self._shown if f.tier is Tier.OVERRIDE})
        asked = [finding for finding in self._shown if finding.tier is not Tier.INFORMATION]
        notes = [finding for finding in self._shown if finding.tier is Tier.INFORMATION]
        for finding in asked:
            self._add_asked(finding)
        for finding in notes[:_MOST_NOTES]:
            self._add_note(f"{finding.summary}. {finding.detail}")
        if len(notes) > _MOST_NOTES:
            rest = notes[_MOST_NOTES:]
            self._add_note(
                self.tr("%n more: ", "", len(rest)) + " · ".join(each.summary for each in rest)
            )
        for one, next_one in pairwise(self._in_order()):
            QWidget.setTabOrder(one, next_one)
        self.setAccessibleName(". ".join(finding.summary for finding in self._shown))

    def _add_asked(self, finding: Finding) -> None:
        row = self._rows.rowCount()
        mark = IconLabel(
            self._design, _ICONS[finding.tier], _TONES[finding.tier], ICON_LARGE - 2, height=19
        )
        self._rows.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
        said = QHBoxLayout()
        said.setSpacing(SPACE_3)
        said.addWidget(label(finding.summary, TextRole.STRONG))
        detail = ElidedLabel(self._design, self._detail(finding), TextRole.SECONDARY, "second")
        said.addWidget(detail, 1)
        words = QWidget()
        words.setLayout(said)
        said.setContentsMargins(0, 0, 0, 0)
        self._rows.addWidget(words, row, 1)
        if finding.tier is Tier.OVERRIDE:
            self._rows.addWidget(self._reason_field(finding), row + 1, 1)

    def _detail(self, finding: Finding) -> str:
        if finding.tier is Tier.STOP:
            text = self.tr("%1 It may not be signed.")
            return text.replace("%1", finding.detail)
        return finding.detail

    def _reason_field(self, finding: Finding) -> QLineEdit:
        """The same as long as it is asked for: the keyboard may be in it."""
        known = self._fields.get(finding.key)
        if known is not None:
            return known
        field = QLineEdit()
        field.setObjectName("finding_reason")
        field.setMaxLength(_LONGEST_REASON)
        field.setPlaceholderText(self.tr("Why it is meant: the pharmacist reads it"))
        field.setAccessibleName(self.tr("Reason: %1").replace("%1", finding.summary))
        key = finding.key
        field.textEdited.connect(lambda text: self.reason_given.emit(key, text))
        field.returnPressed.connect(self._go_on)
        self._fields[key] = field
        return field

    def _add_note(self, text: str) -> None:
        row = self._rows.rowCount()
        mark = IconLabel(self._design, "info", Tone.INFO, ICON_LARGE - 4, height=17)
        self._rows.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(ElidedLabel(self._design, text, TextRole.SECONDARY, "second"), row, 1)

    def _go_on(self) -> None:
        if self._missing():
            self.focus_reason()
        else:
            self.finished.emit()

    def _dress(self) -> None:
        """Bordered while something stands in the way."""
        stops = any(finding.tier is Tier.STOP for finding in self._shown)
        if stops:
            self.set_tone(Tone.DANGER)
        else:
            self.set_tone(Tone.WARNING if self._missing() else None)

    def _clear(self, asked: set[str]) -> None:
        """Empty, but for the reasons that are asked for still."""
        self._fields = {key: field for key, field in self._fields.items() if key in asked}
        kept = set(self._fields.values())
        while (part := self._rows.takeAt(0)) is not None:
            widget = part.widget()
            if widget is not None and widget not in kept:
                widget.hide()
                widget.deleteLater()
