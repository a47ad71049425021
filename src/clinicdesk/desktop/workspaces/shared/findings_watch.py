"""What the safety rules say of the prescription that is shown, kept in step with its lines."""

from __future__ import annotations

from collections.abc import Callable
from random import randrange
from typing import Final, NamedTuple
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from clinicdesk.contract.entities import ItemStatus, Prescription, PrescriptionItem
from clinicdesk.contract.safety import Finding, unanswered
from clinicdesk.desktop.workspace import Context

NOT_SUPPLIED: Final = frozenset({ItemStatus.DECLINED, ItemStatus.CANCELLED, ItemStatus.HANDED_OVER})
"""Lines in these states are not looked at: nothing more of them is supplied."""
_REST_MS: Final = 250
"""So long a prescription is shown before the server is asked about its patient: who goes down a
list with the arrow key does not ask about each."""
_SPREAD_MS: Final = 5000
"""When a server is back, its desks do not ask at one moment."""


class _Shown(NamedTuple):
    prescription: Prescription
    lines: list[PrescriptionItem]


class FindingsWatch(QObject):
    """Checks again when another prescription is shown, or other products stand on its lines.

    Signals:
        changed: The findings are others.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._safety = context.desk.safety
        self._about: tuple[object, ...] = ()
        self._shown: _Shown | None = None
        self._found: list[Finding] = []
        self._give_up_check: Callable[[], None] = _nothing
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._learn)
        self._reachable = context.desk.link.reachable
        self.destroyed.connect(context.desk.link.changed.add(lambda _status: self._link_changed()))

    def show_prescription(self, prescription: Prescription, lines: list[PrescriptionItem]) -> None:
        """Look at these lines, unless they were looked at already."""
        before, self._shown = self._shown, _Shown(prescription, lines)
        about = self._what_counts(self._shown)
        if about == self._about:
            return
        self._about = about
        if before is None or before.prescription.id != prescription.id:
            self._take(about, [])
            self._rest.start(_REST_MS)
        self._give_up_check()  # an older answer must not come after this one
        self._give_up_check = self._context.tasks.start(
            self._safety.check_prescription(prescription.id),
            doing=self.tr("looking at the safety rules"),
            on_done=lambda found: self._take(about, found),
            of=self,
        )

    def ask_again(self) -> None:
        """The server has found what this desk did not: ask what the patient takes, look again."""
        self._ask_server(look_anyway=True)

    def findings(self) -> list[Finding]:
        """All of them, the gravest first."""
        return list(self._found)

    def unanswered(self, *item_ids: UUID) -> list[Finding]:
        """Those that keep lines from being dispensed: stops, and what nobody gave a reason for."""
        if self._shown is None:
            return []
        answered = self._safety.answered(self._shown.prescription.id)
        return unanswered(self._found, answered, of=item_ids)

    def _what_counts(self, shown: _Shown) -> tuple[object, ...]:
        wanted = [line for line in shown.lines if line.status not in NOT_SUPPLIED]
        allergies = self._context.desk.replica.allergies.of(shown.prescription.patient_id)
        return (
            shown.prescription.id,
            tuple((line.id, line.substitute_id) for line in wanted),
            tuple((each.id, each.version) for each in allergies),
        )

    def _link_changed(self) -> None:
        before, self._reachable = self._reachable, self._context.desk.link.reachable
        if self._reachable and not before:
            self._rest.start(_REST_MS + randrange(_SPREAD_MS))

    def _learn(self) -> None:
        """What others have prescribed counts as soon as the server has told it."""
        if self._context.desk.link.reachable:
            self._ask_server()

    def _ask_server(self, *, look_anyway: bool = False) -> None:
        asked = self._shown
        if asked is None:
            return

        def learnt(more: bool) -> None:
            now = self._shown
            same = now is not None and now.prescription.id == asked.prescription.id
            if now is not None and same and (more or look_anyway):
                self._about = ()
                self.show_prescription(now.prescription, now.lines)

        self._context.tasks.start(
            self._safety.learn(asked.prescription.patient_id),
            doing=self.tr("asking what else the patient takes"),
            on_done=learnt,
            of=self,
        )

    def _take(self, about: tuple[object, ...], found: list[Finding]) -> None:
        if about == self._about and found != self._found:
            self._found = found
            self.changed.emit()


def _nothing() -> None:
    """Nothing is being looked at."""
