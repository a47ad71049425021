"""The pharmacist's place: the queue at the left, the chosen prescription at the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from clinicdesk.contract.entities import Prescription, PrescriptionStatus
from clinicdesk.core.clock import Now, utc_now
from clinicdesk.core.collection import Change
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.retention import family_of
from clinicdesk.core.scanning import PatientScan, PrescriptionScan, ProductScan, Scanned
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.printing.desk_printing import DeskPrinting
from clinicdesk.desktop.wording import time_text
from clinicdesk.desktop.workspace import Context, Hint, NamedAction, Shortcut, Workspace
from clinicdesk.desktop.workspaces.pharmacy.big_screen import BigScreen
from clinicdesk.desktop.workspaces.pharmacy.counter_work import CounterWork
from clinicdesk.desktop.workspaces.pharmacy.counters import Counters
from clinicdesk.desktop.workspaces.pharmacy.deeds import KEYS, Deed, look_of
from clinicdesk.desktop.workspaces.pharmacy.gone_elsewhere import tell_what_leaves
from clinicdesk.desktop.workspaces.pharmacy.prescription_pane import PrescriptionPane
from clinicdesk.desktop.workspaces.pharmacy.queue_pane import QueuePane
from clinicdesk.desktop.workspaces.shared.lanes import KEYED_LANES, Lane
from clinicdesk.desktop.workspaces.shared.list_width import fit_list
from clinicdesk.desktop.workspaces.shared.refunds_due import RefundsDue

_CLOCK_MS = 30_000

_LIST_WIDTH = 412


class PharmacyWorkspace(Workspace):
    """Takes a prescription from the queue to the patient's hands, by keyboard alone.

    Attributes:
        queue: The left side. pane: The right side. work: What is done at the counter.
    """

    key = "pharmacy"
    icon = "pill"

    def __init__(self, context: Context, now: Now = utc_now) -> None:
        super().__init__()
        self._context = context
        self._desk = context.desk
        self._counted = 0
        self._hinted: PrescriptionStatus | None = None
        self._refunds = RefundsDue(self._desk.replica.payments, self)
        self._printing = DeskPrinting(context, self)
        self.pane = PrescriptionPane(context, self._refunds, self._printing, now)
        tell_what_leaves(context, self.pane.being_there)  # before the queue chooses another
        self.work = CounterWork(context, self.pane, self._refunds, self._printing)
        self._nothing = EmptyState(context.design, "pill", "")
        self._right = QStackedWidget()
        self._right.addWidget(self._nothing)
        self._right.addWidget(self.pane)
        self._counters = Counters(context.desk, self)
        self.pane.being_there.turned.connect(self._counters.turn_to)
        self.queue = QueuePane(context, self._refunds, self._counters, now)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.queue)
        row.addWidget(self._right, 1)
        self.setTabOrder(self.queue, self.pane)
        self._screen: BigScreen | None = None
        self._letters = self._letter_keys()
        self._connect()
        self._bind_keys()
        self._clock = QTimer(self, interval=_CLOCK_MS)
        self._clock.timeout.connect(self.pane.refresh)
        self._clock.start()
        self._leave = self._follow()
        self.destroyed.connect(self._leave)
        self._show_side()

    def title(self) -> str:
        """See Workspace."""
        return self.tr("Pharmacy")

    def hints(self) -> list[Hint]:
        """The keys of the next steps, as the prescription that is shown has them."""
        prescription = self.pane.prescription
        status = None if prescription is None else prescription.status
        moves = [Hint(("Up", "Down"), self.tr("move")), Hint(("Enter",), self.tr("lines"))]
        searches = Hint(("/",), self.tr("search"))
        match status:
            case PrescriptionStatus.DRAFT:
                return [*moves, Hint(("F8",), self.tr("take payment")), searches]
            case PrescriptionStatus.PAID:
                return [
                    *moves,
                    Hint(("Space",), self.tr("check by hand, or undo")),
                    Hint(("O",), self.tr("owe")),
                    Hint(("S",), self.tr("substitute")),
                    Hint(("D",), self.tr("decline")),
                    Hint(("M",), self.tr("more")),
                    Hint(("C",), self.tr("counselling")),
                    searches,
                ]
            case PrescriptionStatus.FULFILLED:
                bring = Hint(("T",), self.tr("dispatch, then delivered"))
                return [
                    *moves,
                    *([bring] if prescription is not None and prescription.delivery else []),
                    Hint(("R",), self.tr("return to stock")),
                    Hint(("C",), self.tr("counselling")),
                    Hint(("F11",), self.tr("big screen")),
                    searches,
                ]
        return [*moves, Hint(("1–5",), self.tr("lanes")), searches]

    def shortcuts(self) -> list[Shortcut]:
        """Every key of this place."""
        queue, counter = self.tr("Queue"), self.tr("At the counter")
        return [
            Shortcut(("Up", "Down"), self.tr("Previous and next prescription"), queue),
            Shortcut(("Enter",), self.tr("To the lines; Esc back to the queue"), queue),
            Shortcut(("/",), self.tr("Search in all lanes; also Ctrl+F"), queue),
            Shortcut(("F",), self.tr("Order and filter"), queue),
            Shortcut(("1–5",), self.tr("Lanes, in their order; also Alt with the digit"), queue),
            Shortcut(("F11",), self.tr("Open the big screen"), queue),
            *(Shortcut((KEYS[deed],), look_of(deed).words, counter) for deed in Deed),
            Shortcut(("B",), self.tr("Ready, into a bin"), counter),
            Shortcut(("C",), self.tr("Write the counselling"), counter),
            Shortcut(("M",), self.tr("Everything that can be done now"), counter),
        ]

    def named_actions(self) -> list[NamedAction]:
        """What can be done by name: with the prescription that is shown, and beside it."""
        screen = NamedAction(self.tr("Open the big screen"), "monitor", self.open_screen, "F11")
        offers = self.pane.offers
        if offers is None:
            return [screen]
        return [
            *(
                NamedAction(
                    look_of(deed).words, look_of(deed).icon, partial(self.work.do, deed),
                    KEYS[deed], offers[deed].why_off,
                )
                for deed in Deed
            ),
            screen,
        ]  # fmt: skip

    def note(self) -> str:
        """What is shown is of when, while the server is away."""
        return self._freshness() if not self._desk.link.reachable else ""

    def counter(self) -> int:
        """What waits for the pharmacist: to be paid or to be dispensed."""
        return self.queue.count(Lane.UNPAID) + self.queue.count(Lane.DISPENSE)

    def counter_words(self, count: int) -> str:
        """See Workspace."""
        return self.tr("%n prescription(s) to be paid or dispensed", "", count)

    def show_place(self, place: str) -> None:
        """Show a lane by its name."""
        self._go_to_lane(Lane(place))

    def open_thing(self, kind: str, thing: UUID) -> bool:
        """Show a prescription, or all prescriptions of a patient."""
        if kind == "prescription":
            return self._open_prescription(thing)
        patient = self._desk.replica.patients.get(thing) if kind == "patient" else None
        if patient is None:
            return False
        self.queue.search_for(patient.number)
        self.queue.selection.choose_first()
        self.queue.focus_rows()
        return True

    def take_scan(self, scanned: Scanned) -> bool:
        """A prescription is opened, a patient's are listed, a box is checked for its line."""
        match scanned:
            case PrescriptionScan():
                return self._take_prescription(scanned)
            case PatientScan():
                return self.open_thing("patient", scanned.patient_id)
            case ProductScan() if self.pane.prescription is not None:
                self.work.take_product(scanned)
                return True
        return False

    async def settle(self) -> None:
        """What was typed as counselling is saved as a command."""
        self.pane.counselling.save_now()

    def mend(self, entry: OutboxEntry) -> bool:
        """Ask again what a refused command was given upon."""
        if not self._open_prescription(entry.command.aggregate_id):
            return False
        self.pane.refresh()
        return self.work.mend(entry.command)

    def focus_start(self) -> None:
        """On the queue, with something chosen."""
        self.queue.focus_rows()

    def _open_prescription(self, prescription_id: UUID) -> bool:
        prescription = self._desk.replica.prescriptions.get(prescription_id)
        if prescription is None or prescription.signed_at is None:
            return False
        self.queue.open_prescription(prescription)
        shown = self.pane.prescription
        if shown is not None and shown.id == prescription_id:
            self.pane.choose_open_line()  # it may have been left at a line that is settled
        self.queue.focus_rows()
        return True

    def _take_prescription(self, scan: PrescriptionScan) -> bool:
        if not self._open_prescription(scan.prescription_id):
            return False
        if scan.sentence:
            self._context.toast(scan.sentence, Tone.WARNING, of_scan=True)
        self.pane.refresh()
        self._enter_lines()
        return True

    def open_screen(self) -> None:
        """Show who is served now on a screen of its own, for those who wait."""
        if self._screen is None:
            self._screen = BigScreen(self._context, self.queue.lanes)
        if self._screen.isVisible():
            self._screen.raise_()
        self._screen.show()

    def _connect(self) -> None:
        self.queue.chosen.connect(self.pane.show_prescription)
        self.pane.refreshed.connect(self._after_refresh)
        self.queue.entered.connect(self._enter_lines)
        self.queue.counted.connect(self._on_counted)
        self.queue.pressed.connect(self._on_key)
        self.pane.table.installEventFilter(self)
        self.pane.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.pane.table.customContextMenuRequested.connect(
            lambda at: self.pane.menu.open_at(self.pane.table.viewport().mapToGlobal(at))
        )
        self.pane.counselling.left.connect(self._enter_lines)
        self.pane.dismissed.connect(self._dismiss)
        self.pane.history_wanted.connect(lambda patient: self.open_thing("patient", patient))
        self.work.at_rest.connect(self._rest)
        self.work.prescription_wanted.connect(self._open_prescription)
        self.queue.deserted.connect(self._rest)

    def _bind_keys(self) -> None:
        do = self.work.do
        for deed, keys in KEYS.items():
            if len(keys) > 1 and keys != "Space":  # single keys are for where nobody types
                self._bind(keys, partial(do, deed), self)
        self._bind("Ctrl+F", self.queue.focus_search, self)
        self._bind("F11", self.open_screen, self)
        for place, lane in enumerate(Lane, start=1):
            self._bind(f"Alt+{place}", partial(self._go_to_lane, lane), self)

    def _on_key(self, event: QKeyEvent) -> None:
        """A key on the queue or on the lines, where nothing is typed; others are left alone."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return
        run: Callable[[], object]
        letter = event.text().upper()
        place = event.key() - Qt.Key.Key_1
        if event.key() == Qt.Key.Key_Delete:
            run = partial(self.work.do, Deed.DECLINE)
        elif event.key() == Qt.Key.Key_Space:
            run = partial(self.work.do, Deed.CHECK)
        elif letter in self._letters:
            run = self._letters[letter]
        elif 0 <= place < len(KEYED_LANES):
            run = partial(self._go_to_lane, KEYED_LANES[place])
        else:
            return
        event.accept()
        run()

    def _letter_keys(self) -> dict[str, Callable[[], object]]:
        letters: dict[str, Callable[[], object]] = {
            keys: partial(self.work.do, deed) for deed, keys in KEYS.items() if len(keys) == 1
        }
        letters["B"] = partial(self.work.do, Deed.READY)
        letters["C"] = self._write_counselling
        letters["M"] = lambda: self.pane.menu.open_above(self.pane.ui.more_button)
        letters["/"] = self.queue.focus_search
        letters["F"] = self.queue.view_menu.open
        return letters

    def _write_counselling(self) -> None:
        field = self.pane.counselling.field
        if self.pane.counselling.isVisible() and not field.isReadOnly():
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.pane.ui.prescription_scroll.ensureWidgetVisible(field)

    def _bind(self, keys: str, run: Callable[[], object], where: QWidget) -> None:
        shortcut = QShortcut(QKeySequence(keys), where)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)

    def _follow(self) -> Callable[[], None]:
        """Show again what is shown when its rows, the outbox or the connection change."""
        replica = self._desk.replica
        leaves = [
            collection.subscribe(self._on_rows)
            for collection in (
                replica.prescriptions, replica.items, replica.payments, replica.patients,
                replica.allergies, replica.practitioners, replica.dispenses, replica.findings,
                replica.orders, replica.stock_levels, replica.batches, replica.patient_notices,
            )
        ]  # fmt: skip
        leaves.append(self._desk.outbox.changed.add(self._on_outbox))
        leaves.append(self._desk.link.changed.add(lambda _status: self._on_link()))

        def leave() -> None:
            for each in leaves:
                each()

        return leave

    def _on_rows(self, change: Change[Any]) -> None:
        # All day long others change prescriptions: that is nothing to the one that is shown, but a
        # new one may be the repeat that is waited for.
        shown = self.pane.prescription
        rows = (*change.added, *change.removed, *(new for _old, new in change.updated))
        if (
            shown is None
            or change.reset
            or any(family_of(row) in (None, shown.id) for row in rows)
            or any(isinstance(row, Prescription) for row in change.added)
        ):
            self.pane.refresh_later()

    def _on_outbox(self, which: UUID | None) -> None:
        shown = self.pane.prescription
        of_it = which is None or shown is None or shown.id == which
        # What waits for another one takes from the same shelf, and may give it back.
        if of_it or self.pane.shelf_differs():
            self.pane.refresh_later()

    def _on_link(self) -> None:
        self.pane.refresh_later()
        self.hints_changed.emit()

    def _after_refresh(self) -> None:
        self.work.look_again()
        self._show_side()

    def _show_side(self) -> None:
        """The prescription that is chosen, or that none is."""
        here = self.pane.prescription is not None
        if not here:
            self._say_nothing()
        self._right.setCurrentWidget(self.pane if here else self._nothing)
        self._tell_hints()
        self.queue.say_state(self._freshness())

    def _tell_hints(self) -> None:
        prescription = self.pane.prescription
        status = None if prescription is None else prescription.status
        if status is not self._hinted:
            self._hinted = status
            self.hints_changed.emit()

    def _say_nothing(self) -> None:
        if len(self._desk.replica.prescriptions):
            sentence = self.tr("Choose a prescription")
            detail = self.tr("Its lines, its patient and what comes next are shown here.")
        else:
            sentence = self.tr("No prescriptions yet")
            detail = self.tr("What is signed and sent to this pharmacy comes here by itself.")
        self._nothing.say("pill", sentence, detail)

    def _freshness(self) -> str:
        """Of when the rows are."""
        link = self._desk.link
        match link.status:
            case LinkStatus.LIVE:
                return self.tr("as of now")
            case LinkStatus.CATCHING_UP | LinkStatus.CONNECTING:
                return self.tr("catching up")
            case LinkStatus.OFFLINE | LinkStatus.REFUSED | LinkStatus.SIGNED_OUT:
                text = self.tr("as of %1")
                return text.replace("%1", time_text(link.since, self._context.zone))

    def _on_counted(self) -> None:
        self.queue.say_state(self._freshness())
        count = self.counter()
        if count != self._counted:
            self._counted = count
            self.badge_changed.emit(count)

    def _go_to_lane(self, lane: Lane) -> None:
        self.queue.show_lane(lane)
        self.queue.selection.choose_first()
        self.queue.focus_rows()

    def _rest(self) -> None:
        """Give the keyboard a place: the queue, or the lines when the queue has no row any more."""
        if self.queue.model.rowCount() or self.pane.prescription is None:
            self.queue.focus_rows()
        else:
            self._enter_lines()

    def _enter_lines(self) -> None:
        if self.pane.prescription is not None:
            self.pane.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _dismiss(self, op_id: UUID) -> None:
        self._context.tasks.start(
            self._desk.outbox.dismiss(op_id), doing=self.tr("closing the message"), of=self
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is not self.pane.table
            or event.type() is not QEvent.Type.KeyPress
            or not isinstance(event, QKeyEvent)
        ):
            return False
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Left):
            self.queue.focus_rows()
            return True
        event.ignore()
        self._on_key(event)
        return event.isAccepted()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.queue.selection.current is None:
            self.queue.selection.choose_first()

    def resizeEvent(self, event: QResizeEvent) -> None:
        fit_list(self.queue, self.width(), _LIST_WIDTH)
        super().resizeEvent(event)
