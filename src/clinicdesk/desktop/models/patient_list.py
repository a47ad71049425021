"""The patients of a desk: all by name, or those that a search found, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from PySide6.QtCore import QObject

from clinicdesk.contract.entities import Patient
from clinicdesk.core.collection import Collection
from clinicdesk.core.folding import fold
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.models.sorted_rows import SortKey


class PatientListModel(RowListModel[Patient]):
    """A list of patients that a search narrows from outside, since it knows more than words do."""

    def __init__(
        self,
        patients: Collection[Patient],
        content: Callable[[Patient], RowContent],
        parent: QObject | None = None,
    ) -> None:
        self._ranks: dict[UUID, int] | None = None
        super().__init__(
            patients,
            order=self._key,
            content=content,
            words=lambda patient: patient.name,
            parent=parent,
        )
        self.set_lane(self._is_wanted)

    @property
    def searching(self) -> bool:
        """Whether only found patients are shown."""
        return self._ranks is not None

    def show_found(self, patient_ids: Sequence[UUID] | None) -> None:
        """Show these in this order; None: all by name."""
        if patient_ids is None and self._ranks is None:
            return
        self._ranks = (
            None
            if patient_ids is None
            else {patient_id: rank for rank, patient_id in enumerate(patient_ids)}
        )
        self._refill()

    def _key(self, patient: Patient) -> SortKey:
        if self._ranks is not None:
            return (self._ranks[patient.id],)
        return (fold(patient.name), patient.number)

    def _is_wanted(self, patient: Patient) -> bool:
        return self._ranks is None or patient.id in self._ranks

    def _fill(self, rows: Iterable[Patient]) -> None:
        if self._ranks is not None:
            found = map(self.rows.get, self._ranks)
            rows = [patient for patient in found if patient is not None]
        super()._fill(rows)
