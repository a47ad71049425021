"""The other counters of this pharmacy: which prescription is open at which."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

from clinicdesk.contract.threads import thread_of

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk
    from clinicdesk.core.presence import Someone


class Counters(QObject):
    """Present in the pharmacy's room while its place is seen.

    Signals:
        changed: At these prescriptions there are others than before: a set of identifiers.
    """

    changed = Signal(object)

    def __init__(self, desk: Desk, place: QWidget) -> None:
        super().__init__(place)
        self._presence = desk.presence
        self._place = place
        pharmacy = desk.member.pharmacy_id
        self._room = None if pharmacy is None else thread_of("pharmacy", pharmacy)
        self._inside = False
        self._about: UUID | None = None
        self._known: dict[UUID, list[Someone]] = {}
        place.installEventFilter(self)
        self.destroyed.connect(desk.presence.changed.add(self._on_change))

    def at(self, prescription_id: UUID) -> list[Someone]:
        """Who has it open at another counter."""
        return self._known.get(prescription_id, [])

    def turn_to(self, prescription_id: UUID | None) -> None:
        """This counter has another prescription open."""
        self._about = prescription_id
        if self._room is not None:
            self._presence.turned_to(self._room, prescription_id)

    def _settle(self) -> None:
        inside = self._place.isVisible()
        if self._room is None or inside is self._inside:
            return
        self._inside = inside
        if inside:
            self._presence.opened(self._room)
            self._presence.turned_to(self._room, self._about)
        else:
            self._presence.closed(self._room)

    def _on_change(self, thread: str) -> None:
        if thread != self._room:
            return
        before, self._known = self._known, self._presence.at_what(thread)
        touched = {
            prescription
            for prescription in before.keys() | self._known.keys()
            if before.get(prescription) != self._known.get(prescription)
        }
        if touched:
            self.changed.emit(touched)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._place and event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._settle()
        return False
