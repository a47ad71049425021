"""How somebody wants to see the queue: in which order, and only what. Kept for each member."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QCoreApplication, QObject, QSettings, Signal

from clinicdesk.contract.entities import ItemStatus, Prescription
from clinicdesk.core.folding import fold

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk
    from clinicdesk.desktop.workspaces.shared.lane_book import LaneBook

_IN_HAND: Final = frozenset({ItemStatus.PICKING, ItemStatus.CHECKED})


class Sort(StrEnum):
    """The orders of the queue."""

    WORK = "work"  # as each lane is worked off
    OLDEST = "oldest"
    NEWEST = "newest"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class QueueView:
    """An order, and what is left out.

    Attributes:
        mine: Only what this member has begun and not finished.
        controlled: Only with a controlled medicine. delivery: Only what is brought.
        prescriber: Only of this practitioner.
    """

    sort: Sort = Sort.WORK
    mine: bool = False
    controlled: bool = False
    delivery: bool = False
    prescriber: UUID | None = None

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return self.mine or self.controlled or self.delivery or self.prescriber is not None


class KeptView(QObject):
    """The view that is in force, written down whenever it changes.

    Signals:
        changed: Another view is in force.
    """

    changed = Signal()

    def __init__(self, desk: Desk, lanes: LaneBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._lanes = lanes
        self._replica = desk.replica
        self._file = QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "clinicdesk", "counter"
        )
        self._group = f"queue-{desk.member.id}"
        self._view = self._read()

    @property
    def view(self) -> QueueView:
        """How the queue is seen now."""
        return self._view

    def change(self, **changes: Any) -> None:
        """See it otherwise, now and when this member comes back."""
        view = replace(self._view, **changes)
        if view != self._view:
            self._view = view
            self._write()
            self.changed.emit()

    def show_all(self) -> None:
        """Leave nothing out; the order stays."""
        self.change(mine=False, controlled=False, delivery=False, prescriber=None)

    def lets_through(self, row: Prescription) -> bool:
        """Whether a prescription is not left out."""
        view = self._view
        return (
            (not view.controlled or row.controlled)
            and (not view.delivery or row.delivery)
            and (view.prescriber is None or row.practitioner_id == view.prescriber)
            and (not view.mine or self._is_mine(row))
        )

    def order(self, row: Prescription) -> tuple[Any, ...]:
        """What to sort by."""
        match self._view.sort:
            case Sort.WORK:
                return self._lanes.order(row)
            case Sort.OLDEST:
                return (self._lanes.since(row).timestamp(),)
            case Sort.NEWEST:
                return (-self._lanes.since(row).timestamp(),)
            case Sort.NAME:
                patient = self._replica.patients.get(row.patient_id)
                name = fold(patient.name) if patient else ""
                return (patient is None, name, self._lanes.order(row))

    def _is_mine(self, row: Prescription) -> bool:
        me = self._desk.member.id
        lines = self._replica.items.of(row.id)
        return any(item.status in _IN_HAND and item.updated_by == me for item in lines)

    def _read(self) -> QueueView:
        self._file.beginGroup(self._group)
        sort = str(self._file.value("sort", Sort.WORK))
        prescriber = str(self._file.value("prescriber", ""))
        only = set(str(self._file.value("only", "")).split())
        self._file.endGroup()
        return QueueView(
            sort=Sort(sort) if sort in set(Sort) else Sort.WORK,
            mine="mine" in only,
            controlled="controlled" in only,
            delivery="delivery" in only,
            prescriber=_identifier(prescriber),
        )

    def _write(self) -> None:
        view = self._view
        only = [name for name in ("mine", "controlled", "delivery") if getattr(view, name)]
        self._file.beginGroup(self._group)
        self._file.setValue("sort", str(view.sort))
        self._file.setValue("only", " ".join(only))
        self._file.setValue("prescriber", str(view.prescriber or ""))
        self._file.endGroup()
        self._file.sync()


def sort_word(sort: Sort) -> str:
    """What an order is called."""
    match sort:
        case Sort.WORK:
            return QCoreApplication.translate("QueueView", "As the work comes")
        case Sort.OLDEST:
            return QCoreApplication.translate("QueueView", "Oldest first")
        case Sort.NEWEST:
            return QCoreApplication.translate("QueueView", "Newest first")
        case Sort.NAME:
            return QCoreApplication.translate("QueueView", "By name")


def filter_words(view: QueueView, prescriber: str) -> str:
    """What is shown alone: "controlled, Dr Rao"; nothing when nothing is left out."""
    words = []
    if view.mine:
        words.append(QCoreApplication.translate("QueueView", "begun by me"))
    if view.controlled:
        words.append(QCoreApplication.translate("QueueView", "controlled"))
    if view.delivery:
        words.append(QCoreApplication.translate("QueueView", "delivery"))
    if view.prescriber is not None:
        words.append(prescriber)
    return ", ".join(words)


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
