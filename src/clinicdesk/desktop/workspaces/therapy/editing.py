"""One prescription being written: what it says, what of it is safe, what others did to it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from clinicdesk.core.denial import Denied
from clinicdesk.core.outbox import Submitted
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.therapy.draft import (
    DraftForm,
    DraftLine,
    Entry,
    anew,
)
from clinicdesk.desktop.workspaces.therapy.draft_commands import DraftCommands
from clinicdesk.desktop.workspaces.therapy.drafts import Drafts
from clinicdesk.desktop.workspaces.therapy.form_facts import FormFacts
from clinicdesk.desktop.workspaces.therapy.keeper import DraftKeeper
from clinicdesk.desktop.workspaces.therapy.obstacles import Obstacle, obstacle
from clinicdesk.desktop.workspaces.therapy.safety_watch import SafetyWatch, reasons_of


class Editing(QObject):
    """The form and what is done with it. The view shows `form` and calls the methods.

    Attributes:
        form: What is on the form; None while nothing is written.
        keeper: Where it is kept. drafts: Where forms come from.
        safety: What the rules say of it. facts: What this desk knows of its draft and patient.

    Signals:
        shown: Another form is there, or this one was replaced as a whole.
        changed: Something of the form changed through a method here.
        trouble_changed: `facts.conflict()` or `facts.refusal()` may answer differently.
        closed: It is signed, or left.
        signed: It was signed: prescription identifier.
        saved: The draft is saved on this computer and will be sent.
    """

    shown = Signal()
    changed = Signal()
    trouble_changed = Signal()
    closed = Signal()
    signed = Signal(object)
    saved = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._desk = context.desk
        self.keeper = DraftKeeper(context.desk.scratch, context.tasks, self)
        self.drafts = Drafts(context.desk, self.keeper)
        self.safety = SafetyWatch(context, self)
        self.form: DraftForm | None = None
        self.facts = FormFacts(context.desk, self.drafts, lambda: self.form, self)
        self._commands = DraftCommands(context.desk, self.drafts, self.safety)
        self._busy = False
        for told in (self.shown, self.changed, self.closed):
            told.connect(lambda: self.safety.look(self.form))
        self.safety.changed.connect(self.trouble_changed)
        self.facts.draft_touched.connect(self._look_again)
        self.facts.allergies_touched.connect(self.changed)
        self.facts.allergies_touched.connect(self.trouble_changed)
        self.destroyed.connect(
            context.desk.link.changed.add(lambda _status: self.trouble_changed.emit())
        )

    # Showing

    def show(self, form: DraftForm) -> None:
        """Work on this form."""
        self.keeper.flush()
        self.form = form
        self.shown.emit()
        self.trouble_changed.emit()

    def leave(self) -> None:
        """Put it away; what was typed stays kept."""
        self.keeper.flush()
        self.form = None
        self.closed.emit()

    # Writing

    def put_line(self, line: DraftLine) -> None:
        """Add a line, or replace the one with its identifier."""
        form = self._form()
        if any(old.id == line.id for old in form.lines):
            lines = tuple(line if old.id == line.id else old for old in form.lines)
        else:
            lines = (*form.lines, line)
        self._change(replace(form, lines=lines, entry=Entry()))

    def remove_line(self, line_id: UUID) -> DraftForm:
        """Take a line out; answers the form before, to undo it."""
        before = self._form()
        lines = tuple(line for line in before.lines if line.id != line_id)
        self._change(replace(before, lines=lines))
        return before

    @property
    def line_begun(self) -> bool:
        """Whether a line is half typed."""
        return self.form is not None and not self.form.entry.empty

    def set_entry(self, entry: Entry) -> None:
        """What is being typed for the next line."""
        form = self._form()
        if entry != form.entry:
            self._change(replace(form, entry=entry), says_more=False)

    def set_note(self, note: str) -> None:
        """The note to the pharmacy."""
        if note != self._form().note:
            self._change(replace(self._form(), note=note))

    def set_pharmacy(self, pharmacy_id: UUID | None) -> None:
        """Where it goes. Alone it is no work that anybody would miss."""
        form = self._form()
        if pharmacy_id != form.pharmacy_id:
            self._change(replace(form, pharmacy_id=pharmacy_id), says_more=not form.is_new)

    def set_repeats(self, repeats: int) -> None:
        """How often it may be dispensed again."""
        if repeats != self._form().repeats:
            self._change(replace(self._form(), repeats=repeats))

    def set_delivery(self, delivery: bool) -> None:
        """Whether the patient wants it brought; said when it is signed."""
        if delivery != self._form().delivery:
            self._change(replace(self._form(), delivery=delivery), says_more=False)

    def set_reason(self, key: str, reason: str) -> None:
        """Why a finding does not keep it from being signed."""
        form = self._form()
        if reason != form.reasons.get(key, ""):
            self._change(replace(form, reasons={**form.reasons, key: reason}), says_more=False)

    def put_back(self, form: DraftForm) -> None:
        """Undo: show an earlier state of this form, or of one that was discarded."""
        self.form = form
        self.keeper.keep(form)
        self.shown.emit()
        self.trouble_changed.emit()

    def discard(self) -> DraftForm:
        """Throw away what is not saved, and leave; answers it, to undo it."""
        form = self._form()
        self.form = None
        self._context.tasks.start(
            self.keeper.forget(form), doing=self.tr("discarding what you typed")
        )
        self.closed.emit()
        return form

    def make_new(self) -> None:
        """Go on with it as another prescription: this one cannot be changed any more."""
        form = self._form()
        self._context.tasks.start(self.keeper.forget(form), doing=self.tr("keeping what you typed"))
        self.put_back(anew(form))

    def take_theirs(self) -> None:
        """Give up what was typed here for what the draft says now."""
        self._read_again(self._form(), give_up=True)

    def _read_again(self, form: DraftForm, *, give_up: bool) -> None:
        """Show the draft as it is now; `give_up`: not what was refused here, as it would be."""

        async def read() -> DraftForm | None:
            await self.keeper.forget(form)
            if give_up:
                await self.drafts.dismiss_refusals(form.prescription_id)
            return await self.drafts.saved(form.prescription_id)

        def show(theirs: DraftForm | None) -> None:
            if theirs is None:
                self.leave()
            else:
                self.show(theirs)

        self._context.tasks.start(
            read(), doing=self.tr("reading the draft again"), on_done=show, of=self
        )

    # Saving

    def why_not_save(self) -> Obstacle | None:
        """What keeps it from being saved as a draft."""
        form = self.form
        if form is None or self._busy:
            return Obstacle.NOTHING
        if self._desk.prescribing.can_write() is not None:
            return Obstacle.NOT_A_PRESCRIBER
        if self.facts.is_frozen():
            return Obstacle.FROZEN
        if not form.lines and not form.note.strip() and form.is_new:
            return Obstacle.NOTHING
        return None

    def why_not_sign(self) -> Obstacle | None:
        """What keeps it from being signed and sent."""
        if (why := self.why_not_save()) not in (None, Obstacle.NOTHING):
            return why
        if self._busy or self.form is None:
            return Obstacle.NOTHING
        return obstacle(
            self.form,
            self.facts.allergies(),
            self._desk.replica.pharmacies.get(self.form.pharmacy_id),
            self.safety.standing(reasons_of(self.form)),
            reachable=self._desk.link.reachable,
            conflict=self.facts.conflict() is not None,
        )

    def save(self) -> None:
        """Save it as a draft."""
        if self.why_not_save() is None:
            form = self._form()
            self._run(
                self._commands.save(form),
                self.tr("saving the draft"),
                lambda: self._was_saved(form),
            )

    def sign(self) -> None:
        """Sign it and send it to its pharmacy."""
        if self.why_not_sign() is None:
            form = self._form()
            self._run(
                self._commands.save_and_sign(form),
                self.tr("signing the prescription"),
                lambda: self._was_signed(form),
            )

    # What others did

    def dismiss_refusal(self) -> None:
        """The person has read it. What was refused stays in the form, which alone has it now."""
        form = self.form
        if form is None:
            return
        if self.drafts.refused_writing(form.prescription_id) is not None:
            self._change(replace(form, base=self.drafts.said_now(form.prescription_id)))
        self._context.tasks.start(
            self._put_refusals_away(form), doing=self.tr("putting a refusal away"), of=self
        )

    async def _put_refusals_away(self, form: DraftForm) -> None:
        await self.keeper.settle()
        await self.drafts.dismiss_refusals(form.prescription_id)

    def _form(self) -> DraftForm:
        assert self.form is not None  # the view is not shown without one
        return self.form

    def _change(self, form: DraftForm, *, says_more: bool = True) -> None:
        self.form = replace(form, changed=True) if says_more else form
        self.keeper.keep(self.form)
        self.changed.emit()

    def _run(
        self,
        work: Coroutine[Any, Any, Submitted | Denied],
        doing: str,
        done: Callable[[], None],
    ) -> None:
        """Carry out a command; until it is on the disk the buttons are off."""
        self._busy = True
        self.trouble_changed.emit()

        def ended() -> None:
            self._busy = False
            self.trouble_changed.emit()

        def on_done(_submitted: Submitted) -> None:
            ended()
            done()

        def on_problem(sentence: str) -> None:
            ended()
            self._context.toast(sentence, Tone.DANGER)

        self._context.tasks.start(
            work, doing=doing, on_done=on_done, on_problem=on_problem, of=self
        )

    def _was_saved(self, form: DraftForm) -> None:
        """What was typed while it was being saved stays; the rest is safe in the outbox."""
        self._forget(form)
        now = self.form
        if now is None or now.prescription_id != form.prescription_id:
            return
        changed = now.said != form.said
        self.form = replace(now, base=form.said, changed=changed)
        self.keeper.keep(self.form)
        self.changed.emit()
        self.trouble_changed.emit()
        self.saved.emit()

    def _was_signed(self, form: DraftForm) -> None:
        self._forget(form)
        if self.form is not None and self.form.prescription_id == form.prescription_id:
            self.form = None
            self.closed.emit()
        self.signed.emit(form.prescription_id)

    def _forget(self, form: DraftForm) -> None:
        self._context.tasks.start(self.keeper.forget(form), doing=self.tr("keeping what you typed"))

    def _look_again(self) -> None:
        """The saved draft changed: follow it silently where nothing typed here would be lost.

        What was saved here and refused is on no other desk: it stays until a person chooses.
        """
        form = self.form
        if form is None or self._busy:
            return
        mine = form.worth_keeping or self.drafts.refused_writing(form.prescription_id) is not None
        if not mine and self.facts.conflict() is not None:
            self._read_again(form, give_up=False)
        self.trouble_changed.emit()
