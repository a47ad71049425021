"""What the safety rules say of the lines on the form, kept in step while one writes."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.commands import Override
from clinicdesk.contract.entities import Tier
from clinicdesk.contract.safety import Finding, unanswered
from clinicdesk.core.denial import Denied
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.therapy.draft import DraftForm

LEAST_REASON = 3
"""Letters that make a reason, as the contract has it."""


class SafetyWatch(QObject):
    """Checks again whenever the lines, or what is known of the patient, are others.

    Signals:
        changed: The findings are others.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._form: DraftForm | None = None
        self._about: tuple[object, ...] = ()
        self._of: UUID | None = None
        self._found: list[Finding] = []
        self.destroyed.connect(context.desk.rules.changed.add(lambda _page: self._look_again()))

    def look(self, form: DraftForm | None) -> None:
        """Look at these lines, unless they were looked at already."""
        self._form = form
        if form is None:
            self._about = ()
            self._take((), None, [])
            return
        allergies = self._context.desk.replica.allergies.of(form.patient_id)
        about = (
            form.prescription_id,
            form.lines,
            tuple((allergy.id, allergy.version) for allergy in allergies),
        )
        if about == self._about:
            return
        self._about = about
        if form.prescription_id != self._of:
            self._take(about, form.prescription_id, [])
            self._learn(form)
        self._check_anew(form)

    def _learn(self, form: DraftForm) -> None:
        """What others have prescribed counts as soon as the server has told it."""

        def learnt(more: bool) -> None:
            if more:
                self._look_again()

        self._context.tasks.start(
            self._context.desk.safety.learn(form.patient_id),
            doing=self.tr("asking what else the patient takes"),
            on_done=learnt,
            of=self,
        )

    def _look_again(self) -> None:
        """More is known than when these lines were looked at."""
        if self._form is not None:
            self._check_anew(self._form)

    def _check_anew(self, form: DraftForm) -> None:
        about = self._about
        self._context.tasks.start(
            self._check(form),
            doing=self.tr("looking at the safety rules"),
            on_done=lambda found: self._take(about, form.prescription_id, found),
            of=self,
        )

    def findings(self) -> list[Finding]:
        """All of them, the gravest first."""
        return list(self._found)

    def standing(self, answers: Collection[str]) -> list[Finding]:
        """Those that keep the form from being signed: stops, and what has no reason yet."""
        return unanswered(self._found, answers)

    async def permit(self, form: DraftForm) -> Denied | list[Override]:
        """Whether a form may be signed as it is now; the reasons that go with it."""
        found = await self._check(form)
        answered = reasons_of(form)
        standing = unanswered(found, answered)
        if standing:
            return Denied(standing[0].summary)
        asked = {finding.key for finding in found if finding.tier is Tier.OVERRIDE}
        return [
            Override(key=key, reason=reason) for key, reason in answered.items() if key in asked
        ]

    async def _check(self, form: DraftForm) -> list[Finding]:
        safety = self._context.desk.safety
        lines = [line.checked() for line in form.lines]
        return await safety.check(lines, form.patient_id, form.prescription_id)

    def _take(self, about: tuple[object, ...], of: UUID | None, found: list[Finding]) -> None:
        if about == self._about and (found != self._found or of != self._of):
            self._of = of
            self._found = found
            self.changed.emit()


def reasons_of(form: DraftForm) -> dict[str, str]:
    """The reasons on the form that are long enough to be one, by the finding's key."""
    tidy = {key: " ".join(text.split()) for key, text in form.reasons.items()}
    return {key: text for key, text in tidy.items() if len(text) >= LEAST_REASON}
