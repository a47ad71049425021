"""The allergies of a patient in one pill, which never ends in the middle of a word."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinicdesk.contract.entities import Allergy, Severity
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.pill import Pill, draw_pill, pill_size
from clinicdesk.desktop.design.tokens import Tone


class AllergyPill(PaintedWidget):
    """Names as many allergies as it has room for, the worst first, and counts the others.

    The tooltip, and what a screen reader hears, tells all of them with reaction and severity.
    """

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent)
        self._sayings: tuple[Pill, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_allergies(())

    def show_allergies(self, allergies: Sequence[Allergy]) -> None:
        """Show those of these that hold; of none, that none is recorded."""
        sayings = tuple(self._pills([each.substance for each in by_severity(allergies)]))
        told = allergy_list(allergies)
        if (sayings, told) == (self._sayings, self.toolTip()):
            return
        self._sayings = sayings
        self.setToolTip(told)
        self.setAccessibleName(f"{self._sayings[0].text}\n{told}".strip())
        self.changed_content()

    def _pills(self, names: list[str]) -> list[Pill]:
        """What can be said, from all their names to how many they are."""
        if not names:
            return [Pill(self.tr("No allergy recorded"), icon="circle-check")]
        count = len(names)
        texts = [self._named(names[:shown], count - shown) for shown in range(count, 0, -1)]
        if count > 1:
            texts.append(self.tr("%n allergies", "", count))
        return [Pill(text, Tone.DANGER, "triangle-alert") for text in texts]

    def _named(self, names: list[str], others: int) -> str:
        said = ", ".join(names) + (f" +{others}" if others else "")
        return self.tr("Allergy: %1").replace("%1", said)

    def _fitting(self) -> Pill:
        """The longest saying that fits."""
        fits = (p for p in self._sayings if pill_size(self.design, p).width() <= self.width())
        return next(fits, self._sayings[-1])

    def sizeHint(self) -> QSize:
        return pill_size(self.design, self._sayings[0])

    def minimumSizeHint(self) -> QSize:
        return pill_size(self.design, self._sayings[-1])

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        pill = self._fitting()
        width = min(self.width(), pill_size(self.design, pill).width())
        draw_pill(painter, self.design, QRectF(0, 0, width, self.height()), pill)
        painter.end()


def allergy_list(allergies: Sequence[Allergy]) -> str:
    """All allergies that hold, one a line, with reaction and severity."""
    return "\n".join(
        f"{allergy.substance}: {allergy.reaction} ({severity_word(allergy.severity)})"
        for allergy in by_severity(allergies)
    )


def severity_word(severity: Severity) -> str:
    """How bad a reaction was."""
    match severity:
        case Severity.MILD:
            return QCoreApplication.translate("Severity", "mild")
        case Severity.MODERATE:
            return QCoreApplication.translate("Severity", "moderate")
        case Severity.SEVERE:
            return QCoreApplication.translate("Severity", "severe")


def by_severity(allergies: Sequence[Allergy]) -> list[Allergy]:
    """Those that hold, the worst first."""
    order = (Severity.SEVERE, Severity.MODERATE, Severity.MILD)
    active = (allergy for allergy in allergies if allergy.active)
    return sorted(active, key=lambda allergy: (order.index(allergy.severity), allergy.substance))
