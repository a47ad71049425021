"""The form in which a prescription is written: medicines, note, pharmacy, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget

from clinicdesk.core.clock import utc_now
from clinicdesk.core.outbox import PendingState
from clinicdesk.desktop.design.availability import reason_when_disabled
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import TextRole
from clinicdesk.desktop.forms.therapy_editor import Ui_TherapyEditor
from clinicdesk.desktop.wording import moment_text
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.prescription_facts import pending_pill
from clinicdesk.desktop.workspaces.therapy.draft import DraftForm, DraftLine
from clinicdesk.desktop.workspaces.therapy.draft_trouble import DraftTrouble
from clinicdesk.desktop.workspaces.therapy.editing import Editing
from clinicdesk.desktop.workspaces.therapy.findings_panel import FindingsPanel
from clinicdesk.desktop.workspaces.therapy.line_entry import LineEntry
from clinicdesk.desktop.workspaces.therapy.lines_table import LinesModel
from clinicdesk.desktop.workspaces.therapy.obstacles import Obstacle, obstacle_words
from clinicdesk.desktop.workspaces.therapy.pharmacy_picker import PharmacyPicker

_ROOM_FOR_KEYS = 760
_FINDINGS_SHARE = 0.38
_FINDINGS_WIDTH = (280, 480)
"""The narrowest and the widest, in pixels."""
_LEAVE_KEY, _SAVE_KEY, _SIGN_KEY = "Esc", "Ctrl+S", "Ctrl+Enter"


class PrescriptionEditor(QWidget):
    """Shows what `Editing` holds, below the patient's head.

    Signals:
        left: The person wants back to the patient's page.
    """

    left = Signal()

    def __init__(self, context: Context, editing: Editing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._editing = editing
        self._filling = False
        design = context.design
        self.ui = Ui_TherapyEditor()
        self.ui.setupUi(self)
        self._state = StatusPill(design, Pill(""))
        self._state.setObjectName("draft_state")
        self.ui.head.insertWidget(self.ui.head.indexOf(self.ui.kept_label), self._state)
        self._trouble = DraftTrouble(context, editing)
        self.ui.body.insertWidget(0, self._trouble)
        self.entry = LineEntry(context, self)
        entry_card = Card(design)
        entry_card.body.addWidget(self.entry)
        self.ui.entry_place.addWidget(entry_card)
        self._lines = LinesModel(self)
        # Not an EmptyState: it would ask for more height than a small window has.
        self._empty = label(
            self.tr("No medicine yet. Type a name above: Enter takes it, Enter again adds it."),
            TextRole.SECONDARY,
            "second",
        )
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._dress_lines()
        self.findings = FindingsPanel(design, self.ui.lines_table)
        self.ui.findings_place.addWidget(self.findings)
        self._picker = PharmacyPicker(context, editing, self.ui, self._lines, self)
        self._dress_buttons()
        self._order_tabs()
        self._connect()

    def focus_start(self) -> None:
        """Put the keyboard where the work goes on."""
        if self._editing.form is not None and self._editing.form.entry.medicine is not None:
            self.entry.ui.sig_line.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.entry.focus_search()

    def _dress_lines(self) -> None:
        table = self.ui.lines_table
        table.dress(self._context.design, self._lines)
        card = Card(self._context.design, padded=False)
        card.fill(table)
        card.body.addWidget(self._empty)
        self.ui.lines_place.addWidget(card)
        design = self._context.design
        self.ui.edit_line_button.dress(
            design, kind=Kind.QUIET, icon="pencil", key="Enter", compact=True
        )
        self.ui.remove_line_button.dress(
            design, kind=Kind.QUIET, icon="trash-2", key="Del", compact=True
        )

    def _dress_buttons(self) -> None:
        design, ui = self._context.design, self.ui
        ui.leave_button.dress(design, kind=Kind.QUIET, icon="arrow-left", key=_LEAVE_KEY)
        ui.discard_button.dress(design, kind=Kind.DANGER, icon="trash-2")
        ui.save_draft_button.dress(design, icon="save", key=_SAVE_KEY)
        ui.sign_button.dress(design, kind=Kind.PRIMARY, icon="send", key=_SIGN_KEY)

    def _order_tabs(self) -> None:
        """Tab goes the way of the work: what was put into cards had come last."""
        ui = self.ui
        way = (
            self.entry.ui.add_line_button, ui.lines_table, ui.note_field, ui.pharmacy_choice,
            ui.repeats_field, ui.delivery_box, ui.discard_button, ui.save_draft_button,
            ui.sign_button,
        )  # fmt: skip
        for one, next_one in pairwise(way):
            QWidget.setTabOrder(one, next_one)

    def _connect(self) -> None:
        ui, editing = self.ui, self._editing
        self.entry.changed.connect(lambda: editing.set_entry(self.entry.entry()))
        self.entry.added.connect(self._add)
        self.entry.search.left_below.connect(self._to_lines)
        ui.lines_table.edit_wanted.connect(self._edit)
        ui.lines_table.removal_wanted.connect(self._remove)
        ui.lines_table.chosen.connect(self._show_line_buttons)
        ui.edit_line_button.clicked.connect(ui.lines_table.edit_current)
        ui.remove_line_button.clicked.connect(ui.lines_table.remove_current)
        ui.note_field.textChanged.connect(self._note_changed)
        ui.repeats_field.valueChanged.connect(self._repeats_changed)
        ui.delivery_box.toggled.connect(self._delivery_changed)
        ui.leave_button.clicked.connect(self.left)
        ui.discard_button.clicked.connect(self._discard)
        ui.save_draft_button.clicked.connect(self._trouble.save)
        ui.sign_button.clicked.connect(editing.sign)
        editing.shown.connect(self._show_form)
        editing.changed.connect(self._show_changes)
        editing.trouble_changed.connect(self._show_standing)
        editing.safety.changed.connect(self._show_findings)
        self.findings.reason_given.connect(editing.set_reason)
        self.findings.finished.connect(self.ui.sign_button.setFocus)
        editing.saved.connect(self._tell_saved)
        editing.keeper.kept.connect(self._tell_kept)
        self._bind("Ctrl+S", ui.save_draft_button.click)
        self._bind("F4", self._picker.open)
        self._bind("Ctrl+Down", lambda: self.findings.scroll_by(1))
        self._bind("Ctrl+Up", lambda: self.findings.scroll_by(-1))
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            self._bind(key, self._sign)
        escape = QShortcut(QKeySequence(_LEAVE_KEY), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._escape)

    def _escape(self) -> None:
        """One step back: out of the line that is half typed, then out of the editor."""
        if self._editing.line_begun:
            self.entry.clear()
        else:
            self.left.emit()

    def _bind(self, key: str, run: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)

    def _sign(self) -> None:
        """Sign; where a reason is all that is missing, the keyboard goes there."""
        match self._editing.why_not_sign():
            case Obstacle.NEEDS_REASON:
                self.findings.focus_reason()
                self.ui.editor_scroll.ensureWidgetVisible(self.findings)
            case Obstacle.STOPPED | Obstacle.SEVERE_ALLERGY:
                self.findings.reveal_stop()
                self.ui.editor_scroll.ensureWidgetVisible(self.findings)
            case _:
                self.ui.sign_button.click()

    # What is on the form

    def _show_form(self) -> None:
        form = self._editing.form
        if form is None:
            return
        self._filling = True
        self.ui.note_field.setPlainText(form.note)
        self._picker.refresh()
        self.ui.repeats_field.setValue(form.repeats)
        self.ui.delivery_box.setChecked(form.delivery)
        self.entry.show_entry(form.entry)
        self._filling = False
        self.ui.kept_label.setText("")
        self._show_changes()

    def _show_changes(self) -> None:
        """Everything that follows from the form."""
        form = self._editing.form
        if form is None:
            return
        allergies = self._editing.facts.allergies()
        today = utc_now().astimezone(self._context.zone).date()
        self.entry.set_patient(allergies, self._editing.facts.age(today))
        self.entry.search.set_pharmacy(form.pharmacy_id)
        self._lines.show_lines(form.lines, allergies)
        self.ui.lines_table.setVisible(bool(form.lines))
        self._empty.setVisible(not form.lines)
        count = len(form.lines)
        self.ui.line_count.setText(str(count) if count else "")
        self._picker.show_changes()
        self.ui.delivery_note.setVisible(form.delivery and not self._editing.facts.address())
        self.ui.leave_button.set_key("" if self._editing.line_begun else _LEAVE_KEY)
        self._show_line_buttons()
        self._show_findings()
        self._show_standing()

    def _show_findings(self) -> None:
        form = self._editing.form
        if form is not None:
            self.findings.show_findings(self._editing.safety.findings(), form.reasons)

    def _show_line_buttons(self) -> None:
        some = self.ui.lines_table.current_line() is not None
        self.ui.edit_line_button.setVisible(some)
        self.ui.remove_line_button.setVisible(some)

    def _add(self, line: DraftLine) -> None:
        self._editing.put_line(line)
        self.ui.lines_table.keep_in_sight(line.id)
        self.ui.lines_table.glow.flash(line.id)

    def _edit(self, line: DraftLine) -> None:
        self.entry.edit(line)

    def _remove(self, line: DraftLine) -> None:
        place = self._lines.place_of(line.id) or 0
        before = self._editing.remove_line(line.id)
        self.ui.lines_table.choose(place)
        if not self._lines.rowCount():
            self.entry.focus_search()
        self._context.toast(
            self.tr("Line removed"),
            action=self.tr("Undo"),
            on_action=lambda: self._put_back(before),
        )

    def _to_lines(self) -> None:
        """Down from the empty search, as if both were one list."""
        if self._lines.rowCount():
            self.ui.lines_table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put_back(self, before: DraftForm) -> None:
        form = self._editing.form
        if form is not None and form.prescription_id == before.prescription_id:
            self._editing.put_back(before)

    # What goes with it

    def _note_changed(self) -> None:
        if not self._filling:
            self._editing.set_note(self.ui.note_field.toPlainText())

    def _repeats_changed(self, repeats: int) -> None:
        if not self._filling:
            self._editing.set_repeats(repeats)

    def _delivery_changed(self, wanted: bool) -> None:
        if not self._filling:
            self._editing.set_delivery(wanted)

    # How it stands

    def _show_standing(self) -> None:
        if self._editing.form is None:
            return
        self._show_title()
        self._trouble.refresh()
        why = self._editing.why_not_save()
        reason_when_disabled(self.ui.save_draft_button, "" if why is None else obstacle_words(why))
        why = self._editing.why_not_sign()
        reason_when_disabled(
            self.ui.sign_button,
            "" if why is None else obstacle_words(why),
            self.ui.sign_reason,
        )
        form = self._editing.form
        self.ui.discard_button.setVisible(form.worth_keeping)
        self.ui.discard_button.setText(
            self.tr("Discard") if form.is_new else self.tr("Discard changes")
        )

    def _show_title(self) -> None:
        prescription = self._editing.facts.prescription()
        form = self._editing.form
        if form is None:
            return
        if prescription is None or form.is_new:
            self.ui.editor_title.setText(self.tr("New prescription"))
            self._state.hide()
            return
        self.ui.editor_title.setText(self.tr("Draft %1").replace("%1", prescription.code))
        pending = self._context.desk.outbox.pending(prescription.id)
        if pending is PendingState.REFUSED:
            self.ui.kept_label.clear()  # "Draft saved" is not so any more
        pill = pending_pill(pending)
        self._state.setVisible(pill is not None)
        if pill is not None:
            self._state.show_pill(pill)

    def _tell_kept(self) -> None:
        form = self._editing.form
        if form is not None and form.worth_keeping:
            self.ui.kept_label.setText(self.tr("Kept on this computer"))

    def _tell_saved(self) -> None:
        when = moment_text(utc_now(), self._context.zone, utc_now())
        self.ui.kept_label.setText(self.tr("Draft saved %1").replace("%1", when))

    def _discard(self) -> None:
        form = self._editing.discard()
        self._context.toast(
            self.tr("Discarded"),
            action=self.tr("Undo"),
            on_action=lambda: self._editing.put_back(form),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        # The footer names the keys as well; the reason why signing is off stands only here.
        narrow = self.width() < _ROOM_FOR_KEYS
        self.ui.save_draft_button.set_key("" if narrow else _SAVE_KEY)
        self.ui.sign_button.set_key("" if narrow else _SIGN_KEY)
        least, most = _FINDINGS_WIDTH
        self.findings.setFixedWidth(min(most, max(least, int(_FINDINGS_SHARE * self.width()))))
        super().resizeEvent(event)
