"""The therapist's second place: how far each of their prescriptions has come."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget

from clinicdesk.contract.commands import CancelPrescription
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.wording import time_text
from clinicdesk.desktop.workspace import Context, Hint, NamedAction, Shortcut, Workspace
from clinicdesk.desktop.workspaces.shared.list_width import fit_list
from clinicdesk.desktop.workspaces.therapy.drafts import is_draft
from clinicdesk.desktop.workspaces.therapy.lanes import Lane
from clinicdesk.desktop.workspaces.therapy.prescription_detail import PrescriptionDetail
from clinicdesk.desktop.workspaces.therapy.prescription_list import PrescriptionList

_LIST_WIDTH = 412


class PrescriptionsWorkspace(Workspace):
    """Lanes and list at the left, one prescription at the right.

    Attributes:
        rows: The left side. detail: The right side.
    """

    key = "prescriptions"
    icon = "file-text"
    opens = frozenset({"prescription"})

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk = context.desk
        self._counted = 0
        self.rows = PrescriptionList(context)
        self.detail = PrescriptionDetail(context)
        self._nothing = EmptyState(context.design, "file-text", "")
        self._nothing.setObjectName("no_prescription")
        self._right = QStackedWidget()
        self._right.addWidget(self._nothing)
        self._right.addWidget(self.detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rows)
        row.addWidget(self._right, 1)
        self._connect()
        self._bind_keys()
        self._counted = self.counter()
        self._say_nothing()

    def title(self) -> str:
        """See Workspace."""
        return self.tr("My prescriptions")

    def hints(self) -> list[Hint]:
        """The keys of the list, and those that do something with what is shown."""
        enter = self._enter_words()
        offered = [
            (True, Hint(("Up", "Down"), self.tr("move"))),
            (True, Hint(("Alt+1–7",), self.tr("lanes"))),
            (bool(enter), Hint(("Enter",), enter)),
            (True, Hint(("Ctrl+F",), self.tr("search"))),
            (self.detail.can_print, Hint(("Ctrl+P",), self.tr("print"))),
            (self.detail.can_cancel, Hint(("Ctrl+Del",), self.tr("cancel"))),
        ]
        return [hint for possible, hint in offered if possible]

    def shortcuts(self) -> list[Shortcut]:
        """Every key of this place."""
        group = self.title()
        return [
            Shortcut(("Up", "Down"), self.tr("Previous and next prescription"), group),
            Shortcut(("Alt+1–7",), self.tr("Lanes, in their order"), group),
            Shortcut(("Enter",), self.tr("Go on with a draft"), group),
            Shortcut(("Enter",), self.tr("Choose a pharmacy for what was sent back"), group),
            Shortcut(("Ctrl+F",), self.tr("Search in all lanes"), group),
            Shortcut(("Ctrl+P",), self.tr("Print the prescription"), group),
            Shortcut(("Ctrl+Del",), self.tr("Cancel the prescription"), group),
        ]

    def named_actions(self) -> list[NamedAction]:
        """What can be done by name with the prescription that is shown."""
        if self.detail.prescription is None:
            return []
        button = self.detail.ui.cancel_button
        why = "" if button.isEnabled() else button.toolTip()
        paper = self.detail.print_out
        return [
            NamedAction(self.tr("Print prescription"), "printer", paper, "Ctrl+P"),
            NamedAction(self.tr("Cancel prescription"), "ban", self.detail.cancel, "Ctrl+Del", why),
        ]

    def note(self) -> str:
        """What is shown is of when, while the server is away."""
        link = self._desk.link
        if link.status in (LinkStatus.LIVE, LinkStatus.CATCHING_UP, LinkStatus.CONNECTING):
            return ""
        return self.tr("as of %1").replace("%1", time_text(link.since, self._context.zone))

    def counter(self) -> int:
        """Drafts, and what was sent back, wait for this therapist; the rest waits for others."""
        return self.rows.count(Lane.DRAFTS) + self.rows.count(Lane.SENT_BACK)

    def counter_words(self, _count: int) -> str:
        """See Workspace."""
        drafts, back = self.rows.count(Lane.DRAFTS), self.rows.count(Lane.SENT_BACK)
        said = [self.tr("%n sent back by a pharmacy", "", back)] if back else []
        if drafts or not back:
            said.append(self.tr("%n draft(s) not sent yet", "", drafts))
        return ", ".join(said)

    def open_thing(self, kind: str, thing: UUID) -> bool:
        """Show a prescription that is signed; drafts are shown where they are written."""
        prescription = self._desk.replica.prescriptions.get(thing)
        if kind != "prescription" or prescription is None or is_draft(prescription):
            return False
        if prescription.practitioner_id != self._desk.member.practitioner_id:
            return False
        self.rows.open_prescription(prescription)
        self.rows.focus_rows()
        return True

    def mend(self, entry: OutboxEntry) -> bool:
        """Ask again for the reason of a cancellation that was refused, with the one given."""
        command = entry.command
        if not isinstance(command, CancelPrescription):
            return False
        if not self.open_thing("prescription", command.prescription_id):
            return False
        self.detail.cancel(command.reason)
        return True

    def focus_start(self) -> None:
        """On the list, with something chosen."""
        self.rows.focus_rows()

    def _connect(self) -> None:
        self.rows.selection.chosen.connect(self._show)
        self.rows.model.modelReset.connect(self._say_nothing)
        self.rows.entered.connect(self._enter)
        self.rows.counted.connect(self._recounted)
        self.detail.continue_wanted.connect(partial(self._context.go, "prescription"))
        self.detail.patient_wanted.connect(partial(self._context.go, "patient"))
        self.detail.at_rest.connect(self.rows.focus_rows)
        self.detail.offers_changed.connect(self.hints_changed)
        self.rows.sent_back.changed.connect(lambda _moved: self.hints_changed.emit())
        link = self._desk.link
        self.destroyed.connect(link.changed.add(lambda _status: self.hints_changed.emit()))

    def _bind_keys(self) -> None:
        self._bind("Ctrl+F", self.rows.focus_search)
        self._bind("Ctrl+P", self.detail.print_out)
        self._bind("Ctrl+Del", self.detail.cancel)
        for place, lane in enumerate(Lane, start=1):
            self._bind(f"Alt+{place}", partial(self._go_to_lane, lane))

    def _bind(self, keys: str, run: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)

    def _go_to_lane(self, lane: Lane) -> None:
        self.rows.show_lane(lane)
        self.rows.focus_rows()

    def _show(self, prescription_id: UUID | None) -> None:
        self.detail.show_prescription(prescription_id)
        here = self.detail.prescription is not None
        self._say_nothing()
        self._right.setCurrentWidget(self.detail if here else self._nothing)
        self.hints_changed.emit()

    def _say_nothing(self) -> None:
        """Say in the place of a prescription what would be there, and how it comes there."""
        if self.detail.prescription is not None:
            return
        said = []
        if self.rows.searching and self.rows.model.rowCount():
            said.append(self.tr("Enter shows the first one found."))
        if self.rows.put_aside:
            said.append(self.tr("What was shown before comes back with an empty search."))
        if not said:
            said.append(self.tr("Its lines and how far it has come are shown here."))
        self._nothing.say("file-text", self.tr("Choose a prescription"), " ".join(said))

    def _enter(self) -> None:
        """What is to be done next with what is shown."""
        if self._is_sent_back():
            self.detail.reroute()
        else:
            self.detail.write_on()

    def _is_sent_back(self) -> bool:
        shown = self.detail.prescription
        return shown is not None and shown.id in self.rows.sent_back

    def _enter_words(self) -> str:
        """What Enter does with what is shown; empty where it does nothing."""
        if self._is_sent_back():
            return self.tr("choose a pharmacy")
        shown = self.detail.prescription
        return self.tr("go on with a draft") if shown is not None and is_draft(shown) else ""

    def _recounted(self) -> None:
        count = self.counter()
        if count != self._counted:
            self._counted = count
            self.badge_changed.emit(count)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.rows.selection.current is None:
            self.rows.selection.choose_first()

    def resizeEvent(self, event: QResizeEvent) -> None:
        fit_list(self.rows, self.width(), _LIST_WIDTH)
        super().resizeEvent(event)
