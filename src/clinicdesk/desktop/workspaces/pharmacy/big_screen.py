"""A window for those who wait: whose medicines are ready, read from three metres.

It shows codes and initials; no name and nothing clinical.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.contract.entities import ItemStatus, Prescription
from clinicdesk.desktop.design.avatar import initials
from clinicdesk.desktop.design.painting import colour, draw_rounded
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.lane_book import LaneBook
from clinicdesk.desktop.workspaces.shared.lanes import Lane

_CLOCK_MS: Final = 15_000
_AT_WORK: Final = frozenset(
    {ItemStatus.PENDING, ItemStatus.PICKING, ItemStatus.CHECKED, ItemStatus.READY}
)
_FEW: Final = 5
"""So many are shown largest, below each other."""
_MARGIN: Final = 0.028
"""Of the window's height; every length follows from it, since a hall's screen has any size."""


@dataclass(frozen=True, slots=True)
class Called:
    """One prescription on the screen."""

    code: str
    letters: str
    place: str  # the bin it waits in, or ""


class BigScreen(QWidget):
    """Follows the rows; F11 fills the screen, Escape leaves that and then closes it.

    Attributes:
        preparing, ready: What it shows, the first served first.
    """

    def __init__(self, context: Context, lanes: LaneBook, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._context = context
        self._lanes = lanes
        self.preparing: list[Called] = []
        self.ready: list[Called] = []
        self.setObjectName("big_screen")
        self.setWindowTitle(self.tr("Ready to collect"))
        self.resize(1280, 720)
        context.design.changed.connect(self.update)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.look_again)
        self._clock = QTimer(self, interval=_CLOCK_MS)
        self._clock.timeout.connect(self.update)
        self._clock.start()
        lanes.moved.connect(self._later.start)
        replica = context.desk.replica
        leaves = [
            replica.prescriptions.subscribe(lambda _change: self._later.start()),
            replica.items.subscribe(lambda _change: self._later.start()),
            replica.patients.subscribe(lambda _change: self._later.start()),
            context.desk.link.changed.add(lambda _status: self.update()),
        ]

        def leave() -> None:
            for each in leaves:
                each()

        self._leave: Callable[[], None] = leave
        self.destroyed.connect(leave)
        self.look_again()

    def look_again(self) -> None:
        """Read the rows: what is being prepared and what waits to be collected."""
        rows = self._context.desk.replica.prescriptions.values()
        preparing, ready = [], []
        for row in rows:
            lane = self._lanes.lane_of(row)
            if lane is Lane.DISPENSE and self._is_at_work(row):
                preparing.append(row)
            elif lane is Lane.READY and not row.delivery:  # what is brought nobody waits for here
                ready.append(row)
        since = self._lanes.since
        self.preparing = [self._called(row) for row in sorted(preparing, key=since)]
        self.ready = [self._called(row) for row in sorted(ready, key=since, reverse=True)]
        codes = ", ".join(each.code for each in self.ready)
        self.setAccessibleName(self.tr("Ready to collect: %1").replace("%1", codes))
        self.update()

    def _is_at_work(self, row: Prescription) -> bool:
        """Not of what went back to the shelf, or is held: for that nobody need sit and wait."""
        lines = self._context.desk.replica.items.of(row.id)
        return not lines or any(line.status in _AT_WORK for line in lines)

    def _called(self, row: Prescription) -> Called:
        patient = self._context.desk.replica.patients.get(row.patient_id)
        letters = "" if patient is None else initials(patient.name)
        return Called(row.code.removeprefix("RX-"), letters, row.bin or "")

    def _font(self, pixels: float, weight: QFont.Weight = QFont.Weight.DemiBold) -> QFont:
        font = QFont(self._context.design.font())
        font.setPixelSize(max(8, round(pixels)))
        font.setWeight(weight)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _draw(
        self, painter: QPainter, rect: QRectF, text: str, font: QFont, ink: str,
        align: Qt.AlignmentFlag,
    ) -> None:  # fmt: skip
        # The baseline follows from the size alone: letters of another script would move it.
        metrics = QFontMetricsF(font)
        width = metrics.horizontalAdvance(text)
        left = rect.right() - width if align & Qt.AlignmentFlag.AlignRight else rect.left()
        baseline = rect.top() + (rect.height() + metrics.capHeight()) / 2
        painter.setFont(font)
        painter.setPen(colour(ink))
        painter.drawText(QPointF(left, baseline), text)

    def _paint_head(self, painter: QPainter, rect: QRectF) -> None:
        desk, theme = self._context.desk, self._context.design.theme
        height = rect.height()
        left = Qt.AlignmentFlag.AlignLeft
        pharmacy = desk.replica.pharmacies.get(desk.member.pharmacy_id)
        name = pharmacy.name if pharmacy is not None else desk.clinic.name
        self._draw(painter, rect, name, self._font(height * 0.62), theme.text, left)
        now = desk.session.server_now().astimezone(self._context.zone)
        words, ink = f"{now:%H:%M}", theme.text
        if not desk.link.reachable:
            since_when = desk.link.since.astimezone(self._context.zone)
            text = self.tr("not connected since %1").replace("%1", f"{since_when:%H:%M}")
            words, ink = f"{text} · {words}", theme.tint(Tone.WARNING).ink
        right = Qt.AlignmentFlag.AlignRight
        self._draw(painter, rect, words, self._font(height * 0.62), ink, right)

    def _paint_lane(
        self, painter: QPainter, rect: QRectF, title: str, rows: list[Called], *, ready: bool
    ) -> None:
        theme = self._context.design.theme
        unit = self.height() * _MARGIN
        draw_rounded(painter, rect, unit * 0.7, theme.surface, theme.line)
        inner = rect.adjusted(unit, unit * 0.8, -unit, -unit)
        tint = theme.tint(Tone.ACCENT if ready else Tone.INFO)
        head = QRectF(inner.left(), inner.top(), inner.width(), unit * 2)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        self._draw(painter, head, title, self._font(unit * 1.5), tint.ink, left)
        self._draw(painter, head, str(len(rows)), self._font(unit * 1.5), theme.third, right)
        body = inner.adjusted(0, unit * 2.6, 0, 0)
        if not rows:
            text = self.tr("Nobody waits") if not ready else self.tr("Nothing is ready yet")
            line = QRectF(body.left(), body.top(), body.width(), unit * 2.4)
            self._draw(painter, line, text, self._font(unit * 1.3), theme.third, left)
            return
        few = ready and len(rows) <= _FEW
        size = unit * (3.0 if few else 2.2)
        step, columns = size * 1.62, (1 if few else 2)
        room = max(1, int((body.height() + step * 0.14) // step))
        most = room * columns
        shown = rows if len(rows) <= most else rows[: most - 1]
        width = (body.width() - unit * (columns - 1)) / columns
        metrics = QFontMetricsF(self._font(size, QFont.Weight.Bold))
        widest = max(metrics.horizontalAdvance(each.code) for each in shown)
        for at, called in enumerate(shown):
            place = QRectF(
                body.left() + (at // room) * (width + unit), body.top() + (at % room) * step,
                width, step * 0.86,
            )  # fmt: skip
            self._paint_called(painter, place, called, size, widest, ready=ready)
        if len(shown) < len(rows):
            at = len(shown)
            place = QRectF(
                body.left() + (at // room) * (width + unit), body.top() + (at % room) * step,
                width, step * 0.86,
            )  # fmt: skip
            text = self.tr("and %1 more").replace("%1", str(len(rows) - len(shown)))
            self._draw(painter, place, text, self._font(size * 0.6), theme.second, left)

    def _paint_called(
        self, painter: QPainter, rect: QRectF, called: Called, size: float, widest: float, *,
        ready: bool,
    ) -> None:  # fmt: skip
        theme = self._context.design.theme
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        pad = size * 0.35
        if ready:
            draw_rounded(painter, rect, size * 0.28, theme.accent_weak)
        inner = rect.adjusted(pad if ready else 0, 0, -pad if ready else 0, 0)
        font = self._font(size, QFont.Weight.Bold)
        self._draw(painter, inner, called.code, font, theme.text, left)
        after = inner.adjusted(widest + size * 0.35, 0, 0, 0)
        small = self._font(size * 0.62)
        metrics = QFontMetricsF(small)
        room = after.width() - size * 0.3
        letters = called.letters
        if called.place:
            text = self.tr("bin %1").replace("%1", called.place)
            if metrics.horizontalAdvance(letters + text) > room:
                text = called.place
            if metrics.horizontalAdvance(letters + text) > room:
                letters = ""
            ink = theme.tint(Tone.ACCENT).ink
            self._draw(painter, inner, text, small, ink, right)
        self._draw(painter, after, letters, small, theme.second, left)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.showNormal()
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._context.design.theme
        painter.fillRect(self.rect(), colour(theme.background))
        unit = self.height() * _MARGIN
        whole = QRectF(self.rect()).adjusted(unit, unit * 0.7, -unit, -unit)
        head = QRectF(whole.left(), whole.top(), whole.width(), unit * 2.2)
        self._paint_head(painter, head)
        body = whole.adjusted(0, unit * 2.9, 0, 0)
        width = (body.width() - unit) / 2
        first = QRectF(body.left(), body.top(), width, body.height())
        self._paint_lane(painter, first, self.tr("Being prepared"), self.preparing, ready=False)
        second = first.translated(width + unit, 0)
        self._paint_lane(painter, second, self.tr("Please collect"), self.ready, ready=True)
        painter.end()
