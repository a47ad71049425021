"""The pharmacist's first page: what waits, what to do next, what has happened, what runs out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Batch, Formulary, StockLevel
from clinicdesk.core.clock import Now, utc_now
from clinicdesk.core.collection import Change
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_2, SPACE_4, TextRole, Tone
from clinicdesk.desktop.models.medicine_names import MedicineNames, medicine_title
from clinicdesk.desktop.wording import age_text, date_text, minutes_since, money
from clinicdesk.desktop.workspace import Context, Hint, NamedAction, Workspace
from clinicdesk.desktop.workspaces.dashboard.agenda import Agenda, Next, first_of
from clinicdesk.desktop.workspaces.dashboard.agenda_words import AgendaWords
from clinicdesk.desktop.workspaces.dashboard.counter_card import CounterCard
from clinicdesk.desktop.workspaces.dashboard.lines import Line, LinesCard
from clinicdesk.desktop.workspaces.dashboard.queue_figures import QueueFigures
from clinicdesk.desktop.workspaces.dashboard.shelf_figures import ShelfFigures
from clinicdesk.desktop.workspaces.dashboard.updates import LatestUpdates
from clinicdesk.desktop.workspaces.shared.lane_book import LaneBook
from clinicdesk.desktop.workspaces.shared.lanes import Lane

_CLOCK_MS: Final = 30_000
_SETTLE_MS: Final = 50
_MARGIN: Final = 22
_SHOWN: Final = 30
_SHELVES: Final = "shelves"
_NOON, _EVENING = 12, 17


class DashboardWorkspace(Workspace):
    """Counters that are links, the queue's head, the shelves' needs, the latest changes.

    Attributes:
        cards: The counters by their lanes. beside: Of lanes that are there while they hold
            something. waiting, shelves, recent: The lists.
    """

    key = "dashboard"
    icon = "layout-dashboard"
    opens = frozenset()

    def __init__(self, context: Context, now: Now = utc_now) -> None:
        super().__init__()
        self._context = context
        self._now = now
        desk = context.desk
        self._replica = desk.replica
        lanes = LaneBook(desk.replica, context.zone, now, self)
        self._queue = QueueFigures(desk.replica, lanes, now, self)
        self._agenda = Agenda(desk.replica, lanes)
        self._words = AgendaWords(desk.replica, self)
        self._needs = ShelfFigures(desk.replica, desk.member.pharmacy_id, context.zone, now, self)
        self._updates = LatestUpdates(desk, _SHOWN)
        self._names = MedicineNames(desk, context.tasks, self)
        design = context.design
        self._greeting = label("", TextRole.HEADLINE)
        self._first: Next | None = None
        self._next = ElidedLabel(design, "", TextRole.BODY, "second")
        self._go_on = Button()
        self._go_on.dress(design, kind=Kind.PRIMARY, icon="arrow-right", key="Enter")
        self._go_on.clicked.connect(self._open_next)
        self.cards = {
            Lane.DISPENSE: CounterCard(design, self.tr("To dispense"), Tone.WARNING),
            Lane.UNPAID: CounterCard(design, self.tr("Waiting for payment"), Tone.INFO),
            Lane.READY: CounterCard(design, self.tr("Ready"), Tone.ACCENT),
            Lane.OWING: CounterCard(design, self.tr("Owing"), Tone.WARNING),
            Lane.DONE: CounterCard(design, self.tr("Completed today"), Tone.SUCCESS),
        }
        self._beside_row = QWidget()
        self.beside = {
            lane: Chip(design, Pill("", Tone.WARNING, icon))
            for lane, icon in ((Lane.SENT_BACK, "undo-2"), (Lane.REFUND, "banknote"))
        }
        self.waiting = LinesCard(
            design,
            self.tr("Next in the queue"),
            EmptyState(
                design,
                "check-check",
                self.tr("Nobody waits"),
                self.tr("What is paid for appears here by itself."),
            ),
        )
        self.shelves = LinesCard(
            design, self.tr("Shelves"), EmptyState(design, "package-check", "")
        )
        self.shelves.nothing.next_step.connect(partial(self.place_wanted.emit, "stock", _SHELVES))
        self.recent = LinesCard(
            design,
            self.tr("Recent updates"),
            EmptyState(
                design,
                "history",
                self.tr("Nothing has happened yet"),
                self.tr("Every change of a prescription is told here."),
            ),
        )
        self.shelves.list.setObjectName("dashboard_shelves")
        self._lay_out()
        self._connect()
        self._refresh_later = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._refresh_later.timeout.connect(self._catch_up_if_seen)
        self._behind = True
        self._clock = QTimer(self, interval=_CLOCK_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._leave = self._follow()
        self.destroyed.connect(self._leave)

    def title(self) -> str:
        """See Workspace."""
        return self.tr("Dashboard")

    def hints(self) -> list[Hint]:
        """The keys of this page."""
        onwards = [Hint(("Tab",), self.tr("counters and lists"))]
        if self._first is None:
            return onwards
        return [Hint(("Enter",), self.tr("the next prescription")), *onwards]

    def note(self) -> str:
        """What its numbers are good for."""
        return self.tr("Every number opens its list")

    def named_actions(self) -> list[NamedAction]:
        """The next thing to do."""
        self._catch_up()
        none = "" if self._first is not None else self.tr("Nobody waits.")
        return [
            NamedAction(self.tr("Open the next prescription"), "arrow-right", self._open_next, "",
                        none)
        ]  # fmt: skip

    def focus_start(self) -> None:
        """On what is to be done next."""
        where = self._go_on if self._go_on.isVisible() else self.cards[Lane.DISPENSE]
        where.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._greeting)
        words.addWidget(self._next)
        head = QHBoxLayout()
        head.addLayout(words, 1)
        head.addWidget(self._go_on, 0, Qt.AlignmentFlag.AlignVCenter)
        counters = QHBoxLayout()
        counters.setSpacing(SPACE_4)
        for card in self.cards.values():
            counters.addWidget(card, 1)
        beside = QHBoxLayout(self._beside_row)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(SPACE_2)
        for chip in self.beside.values():
            beside.addWidget(chip)
        beside.addStretch(1)
        lists = QHBoxLayout()
        lists.setSpacing(SPACE_4)
        for listed in (self.waiting, self.shelves, self.recent):
            lists.addWidget(listed, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 20, _MARGIN, _MARGIN)
        column.setSpacing(SPACE_4)
        column.addLayout(head)
        column.addLayout(counters)
        column.addWidget(self._beside_row)
        column.addLayout(lists, 1)

    def _connect(self) -> None:
        for lane, button in (*self.cards.items(), *self.beside.items()):
            button.clicked.connect(partial(self.place_wanted.emit, "pharmacy", lane.value))
        self.waiting.wanted.connect(lambda row: self._context.go("prescription", row))
        self.recent.wanted.connect(lambda row: self._context.go("prescription", row))
        self.shelves.wanted.connect(lambda medicine: self._context.go("medicine", medicine))
        self._names.changed.connect(self._fall_behind)
        enter = QShortcut(QKeySequence("Return"), self)
        enter.setContext(Qt.ShortcutContext.WidgetShortcut)
        enter.activated.connect(self._open_next)

    def _follow(self) -> Callable[[], None]:
        replica = self._replica
        for figures in (self._queue, self._needs):
            figures.changed.connect(self._fall_behind)
        leaves = [
            collection.subscribe(self._on_rows)
            for collection in (
                replica.prescriptions, replica.items, replica.orders, replica.patients,
                replica.members,
            )
        ]  # fmt: skip
        leaves += [self._updates.leave, self._agenda.leave]
        leaves.append(replica.formularies.subscribe(self._on_formulary))

        def leave() -> None:
            for each in leaves:
                each()

        return leave

    def _on_rows(self, _change: Change[Any]) -> None:
        self._fall_behind()

    def _fall_behind(self) -> None:
        self._behind = True
        self._refresh_later.start()

    def _on_formulary(self, _change: Change[Formulary]) -> None:
        self._names.forget()

    def _tick(self) -> None:
        self._queue.tick()
        self._needs.tick()
        self._behind = True
        self._catch_up_if_seen()

    def _open_next(self) -> None:
        self._catch_up()
        if self._first is not None:
            self._context.go("prescription", self._first.prescription.id)

    def _catch_up_if_seen(self) -> None:
        """For a page that nobody sees nothing is read: the counter's keys would wait for it."""
        if self.isVisible():
            self._catch_up()

    def _catch_up(self) -> None:
        if self._behind:
            self._behind = False
            self._show_all()

    def _show_all(self) -> None:
        now = self._now()
        steps = self._agenda.steps(_SHOWN)
        self._show_greeting(now)
        self._show_next(first_of(steps), now)
        self._show_counters(now)
        self.waiting.show_lines(
            [(each.prescription.id, self._words.content(each, now)) for each in steps],
            len(self._agenda),
        )
        shelves = self._shelf_lines(now)
        self.shelves.show_lines(shelves[:_SHOWN], len(shelves))
        self._say_empty_shelves()
        self.recent.show_lines(self._updates.lines(self._context.zone, now))

    def _show_greeting(self, now: datetime) -> None:
        hour = now.astimezone(self._context.zone).hour
        if hour < _NOON:
            text = self.tr("Good morning, %1")
        elif hour < _EVENING:
            text = self.tr("Good afternoon, %1")
        else:
            text = self.tr("Good evening, %1")
        self._greeting.setText(text.replace("%1", self._context.desk.member.name))

    def _show_next(self, first: Next | None, now: datetime) -> None:
        another = (first is None) is not (self._first is None)
        self._first = first
        self._go_on.setVisible(first is not None)
        if first is None:
            self._next.set_text(self.tr("Nothing to dispense now."))
        else:
            self._next.set_text(self._words.sentence(first, now))
            self._go_on.setText(self._words.button(first))
        if another:
            self.hints_changed.emit()

    def _show_counters(self, now: datetime) -> None:
        for lane, card in self.cards.items():
            wait = self._queue.wait(lane)
            foot = self._foot(wait.count) if lane is Lane.OWING else ""
            card.show_count(wait.count, self._detail(lane, wait.since, now), wait.curve, foot)
        for lane, chip in self.beside.items():
            count = self._queue.count(lane)
            chip.show_pill(Pill(self._beside_words(lane, count), Tone.WARNING, chip.pill.icon))
            chip.setVisible(count > 0)
        self._beside_row.setVisible(any(map(self._queue.count, self.beside)))

    def _detail(self, lane: Lane, since: datetime | None, now: datetime) -> str:
        if since is None or lane is Lane.DONE:
            return ""
        if lane is Lane.UNPAID:
            return self._money(self._queue.due_minor())
        return self.tr("longest %1").replace("%1", age_text(minutes_since(since, now)))

    def _foot(self, count: int) -> str:
        """What those wait for to whom something is owed."""
        return self.tr("for %n medicine(s) to come", "", self._queue.owed()) if count else ""

    def _beside_words(self, lane: Lane, count: int) -> str:
        if lane is Lane.SENT_BACK:
            return self.tr("%n sent back to the prescriber", "", count)
        text = self.tr("%n refund(s) due, %1", "", count)
        return text.replace("%1", self._money(self._queue.refunds_minor()))

    def _money(self, minor: int) -> str:
        return money(minor, self._context.desk.clinic.currency)

    def _shelf_lines(self, now: datetime) -> list[Line]:
        today = now.astimezone(self._context.zone).date()
        lines: list[Line] = [
            (batch.medicine_id, self._batch_content(batch, expired=batch.expiry < today))
            for batch in self._needs.expiring()
        ]
        seen = {medicine for medicine, _ in lines}
        lines += [
            (level.medicine_id, self._level_content(level))
            for level in self._needs.low()
            if level.medicine_id not in seen
        ]
        return lines

    def _say_empty_shelves(self) -> None:
        """Either all is well, or nobody counts here yet."""
        nothing = self.shelves.nothing
        if self._keeps_stock():
            nothing.say(
                "package-check",
                self.tr("Nothing runs out"),
                self.tr("Nothing is low and nothing expires within 60 days."),
            )
        else:
            nothing.say(
                "package",
                self.tr("No stock is counted here yet"),
                self.tr("Receive goods once: from then on they are counted, batch by batch."),
                self.tr("Open the shelves"),
            )

    def _keeps_stock(self) -> bool:
        own = self._context.desk.member.pharmacy_id
        return own is not None and self._context.desk.stock.keeps_any(own)

    def _batch_content(self, batch: Batch, *, expired: bool) -> RowContent:
        said = self.tr("expired %1") if expired else self.tr("expires %1")
        return RowContent(
            key=batch.id,
            primary=self._medicine_name(batch.medicine_id),
            secondary=self.tr("Batch %1").replace("%1", batch.number),
            corner=self.tr("%n left", "", batch.on_hand),
            status=said.replace("%1", date_text(batch.expiry)),
            status_tone=Tone.DANGER if expired else Tone.WARNING,
        )

    def _level_content(self, level: StockLevel) -> RowContent:
        text = self.tr("order at %1").replace("%1", str(level.reorder_level))
        left = self._needs.left(level)
        return RowContent(
            key=level.id,
            primary=self._medicine_name(level.medicine_id),
            secondary=self.tr("Shelf %1").replace("%1", level.shelf) if level.shelf else text,
            corner=self.tr("%n left", "", left),
            status=self.tr("out of stock") if left == 0 else self.tr("low"),
            status_tone=Tone.DANGER if left == 0 else Tone.WARNING,
        )

    def _medicine_name(self, medicine_id: UUID) -> str:
        medicine = self._names.get(medicine_id)
        return medicine_title(medicine) if medicine is not None else "…"

    def showEvent(self, event: QShowEvent) -> None:
        """What happened while it was not seen."""
        self._catch_up()
        super().showEvent(event)
