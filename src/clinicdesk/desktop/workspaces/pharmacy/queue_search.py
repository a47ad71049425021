"""Finds prescriptions in all lanes: by their patient, and by their code."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from clinicdesk.contract.entities import Prescription

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk

_FOUND_PATIENTS: Final = 100
_CODE_MARK: Final = re.compile("^RX-?")
_SHORTEST_CODE: Final = 2  # with fewer letters thousands of codes would do, and none is meant yet


@dataclass(frozen=True, slots=True)
class Found:
    """What a text finds, as `RowListModel.set_lane` takes it."""

    accepts: Callable[[Prescription], bool]
    among: Callable[[], list[Prescription]]


class QueueSearch:
    """Quick at each letter with very many prescriptions."""

    def __init__(self, desk: Desk) -> None:
        self._search = desk.search
        self._rows = desk.replica.prescriptions

    def find(self, wanted: str) -> Found:
        """What a folded text finds; not for an empty one."""
        hits = self._search.patients(wanted, _FOUND_PATIENTS)
        patients = {hit.patient.id for hit in hits}

        # A code has a digit, or is said to be one: only then all codes have to be looked at.
        as_code = not patients or wanted.startswith("rx") or any(map(str.isdigit, wanted))
        code = _CODE_MARK.sub("", wanted.upper()) if as_code else ""
        if len(code) < _SHORTEST_CODE:
            code = ""

        def accepts(row: Prescription) -> bool:
            fits = row.patient_id in patients or (code and code in row.code)
            return bool(fits) and row.signed_at is not None

        return Found(accepts, lambda: self._candidates(patients, code))

    def _candidates(self, patients: set[UUID], code: str) -> list[Prescription]:
        """The prescriptions of these patients, and those whose code has `code` in it, if given."""
        rows = self._rows
        found = {row.id: row for patient_id in patients for row in rows.of(patient_id)}
        if code:
            found.update((row.id, row) for row in self._search.prescriptions_with(code))
        return list(found.values())
