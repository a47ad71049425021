"""What others did to the draft that is being written, or what the server said of it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from clinicdesk.contract.entities import PrescriptionItem
from clinicdesk.contract.problems import Stale
from clinicdesk.core.clock import utc_now
from clinicdesk.core.conflict import account_of
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import moment_text, problem_sentence
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.conflict_settling import Settling
from clinicdesk.desktop.workspaces.shared.conflict_words import doer_words
from clinicdesk.desktop.workspaces.therapy.editing import Editing

_NAMED = 4


class DraftTrouble(Banner):
    """Says why the draft cannot simply be saved, and offers what to do; hidden without trouble."""

    def __init__(self, context: Context, editing: Editing, parent: QWidget | None = None) -> None:
        super().__init__(context.design, Tone.WARNING, parent=parent)
        self.setObjectName("draft_trouble")
        self._context = context
        self._editing = editing
        self.acted.connect(self._act)
        self.hide()

    def refresh(self) -> None:
        """Say what stands in the way now."""
        facts = self._editing.facts
        theirs, refusal = facts.conflict(), facts.refusal()
        if facts.is_frozen():
            self._warn(
                self.tr("It was signed or cancelled while you wrote"),
                self.tr("What you typed is kept, but it can only become another prescription."),
                self.tr("Make it a new one"),
            )
        elif theirs is not None:
            self._warn(
                self._changed_title(refusal),
                self._theirs_words(theirs),
                self.tr("Compare"),
            )
        elif refusal is not None and refusal.refusal is not None:
            self._warn(
                self.tr("The server refused it"),
                problem_sentence(refusal.refusal, self._context.zone),
                self.tr("Understood"),
            )
        else:
            self.hide()

    def save(self) -> None:
        """Nobody replaces by habit what somebody else wrote: first both are shown."""
        if self._editing.facts.conflict() is None:
            self._editing.save()
        else:
            self._compare()

    def _changed_title(self, refusal: OutboxEntry | None) -> str:
        replica, draft = self._context.desk.replica, self._editing.facts.prescription()
        row = None if draft is None else replica.prescriptions.server_row(draft.id)
        answer = None if refusal is None else refusal.refusal
        account = account_of(row, replica, answer if isinstance(answer, Stale) else None)
        when = moment_text(account.at or utc_now(), self._context.zone, utc_now())
        by = doer_words(account)
        if not by:
            text = self.tr("This draft was changed at %1, on another desk")
            return text.replace("%1", when)
        text = self.tr("%1 changed this draft at %2, on another desk")
        return text.replace("%1", by).replace("%2", when)

    def _theirs_words(self, theirs: list[PrescriptionItem]) -> str:
        named = [f"{item.generic_name} {item.strength}".strip() for item in theirs[:_NAMED]]
        if len(theirs) > _NAMED:
            named.append(f"+{len(theirs) - _NAMED}")
        text = self.tr("There it says: %1. Yours is kept below; compare them to choose.")
        return text.replace("%1", ", ".join(named) or self.tr("no medicine"))

    def _warn(self, title: str, text: str, action: str) -> None:
        self.say(title, text, action)
        self.show()

    def _act(self) -> None:
        if self._editing.facts.is_frozen():
            self._editing.make_new()
        elif self._editing.facts.conflict() is not None:
            self._compare()
        else:
            self._editing.dismiss_refusal()

    def _compare(self) -> None:
        """Both versions side by side: mine is saved upon theirs, or given up for it."""
        editing = self._editing
        Settling(
            self._context,
            self.window(),
            find=editing.facts.versions,
            keep=lambda _version: editing.save(),
            take=editing.take_theirs,
            now=utc_now,
        ).begin()
