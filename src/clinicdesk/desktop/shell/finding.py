"""What the search bar finds: patients, prescriptions by their code, medicines, things to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.codes import corrected, typed_code
from clinicdesk.contract.entities import Medicine, Patient, Prescription
from clinicdesk.core.clock import Now
from clinicdesk.core.desk import Desk
from clinicdesk.core.folding import fold
from clinicdesk.desktop.design.avatar import initials
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.wording import money, person_line
from clinicdesk.desktop.workspace import NamedAction
from clinicdesk.desktop.workspaces.shared.order_words import standing_look

_PATIENTS: Final = 6
_PRESCRIPTIONS: Final = 6
_MEDICINES: Final = 5
_ACTIONS: Final = 6
_LETTERS_OF_AN_ACTION: Final = 3
_CODE = re.compile(r"(?:rx)?[\s-]*([0-9a-z]{2,10})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One result.

    Attributes:
        key: Tells results apart while the list changes.
        icon: Before the words; `avatar` (initials) stands there instead for a person.
        text, tail: First line. second: quiet words after it.
        pill: At the right: a status. shortcut: a key that does the same.
        open: Goes there.
    """

    key: str
    text: str
    open: Callable[[], object]
    icon: str = ""
    avatar: str = ""
    tail: str = ""
    second: str = ""
    pill: Pill | None = None
    shortcut: str = ""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """Results of one sort under their heading."""

    title: str
    results: tuple[Found, ...]


class Finder:
    """Searches one desk; everything but medicines answers at once.

    Args of the constructor:
        go: Opens a thing by kind and identifier.
        look_up: Asks the server for the prescription with a code, and says what comes of it.
        opens: The kinds that some workspace of this member shows.
        actions: What can be done by name now.
    """

    def __init__(
        self,
        desk: Desk,
        go: Callable[[str, UUID], None],
        look_up: Callable[[str], None],
        opens: frozenset[str],
        actions: Callable[[], Sequence[NamedAction]],
        now: Now,
    ) -> None:
        self._desk = desk
        self._go = go
        self._look_up = look_up
        self._opens = opens
        self._actions = actions
        self._now = now

    def find(self, text: str) -> list[FoundGroup]:
        """All that needs no waiting, the most telling group first."""
        text = text.strip()
        asked_for, others = self._group_actions(text)
        groups = [asked_for, others]
        if text:
            found = [self._group_prescriptions(text), self._group_patients(text)]
            groups = [asked_for, *found, others]
        return [group for group in groups if group.results]

    async def find_medicines(self, text: str) -> FoundGroup:
        """The medicines that a text means; nothing for those whose work they are not."""
        title = QCoreApplication.translate("Finder", "Medicines")
        if "medicine" not in self._opens or len(text.strip()) < 2:
            return FoundGroup(title, ())
        hits = await self._desk.search.medicines(text, _MEDICINES)
        return FoundGroup(title, tuple(self._medicine(medicine) for medicine in hits))

    def scanned(self, text: str) -> UUID | None:
        """The prescription whose whole code this is, as a scanner or the clipboard gives it."""
        code = typed_code(text)
        if code is None:
            return None
        every = self._desk.replica.prescriptions.values()
        return next((each.id for each in every if each.code == code), None)

    def open_prescription(self, prescription_id: UUID) -> None:
        """Go to a prescription."""
        self._go("prescription", prescription_id)

    def _group_prescriptions(self, text: str) -> FoundGroup:
        title = QCoreApplication.translate("Finder", "Prescriptions")
        match = _CODE.fullmatch(text)
        # A plain word is a name more often than the beginning of a code; a code has a digit.
        if match is None or not any(c.isdigit() for c in text):
            return FoundGroup(title, ())
        code = _folded_code(text)
        every = self._desk.replica.prescriptions.values()
        hits = sorted(
            (each for each in every if each.code.startswith(code)),
            key=lambda each: (len(each.code), each.code),
        )
        found = tuple(map(self._prescription, hits[:_PRESCRIPTIONS]))
        return FoundGroup(title, found or self._not_here(text))

    def _not_here(self, text: str) -> tuple[Found, ...]:
        """A whole code that is on no prescription of this desk: the server may know it."""
        code = typed_code(text)
        if code is None:
            return ()
        words = (
            QCoreApplication.translate("Finder", "not on this desk: ask the server")
            if self._desk.link.reachable
            else QCoreApplication.translate("Finder", "not on this desk, and the server is away")
        )
        found = Found(
            key=code,
            text=code,
            second=words,
            icon="search",
            open=lambda: self._look_up(code),
        )
        return (found,)

    def _group_patients(self, text: str) -> FoundGroup:
        hits = self._desk.search.patients(text, _PATIENTS)
        today = self._now().date()
        return FoundGroup(
            QCoreApplication.translate("Finder", "Patients"),
            tuple(self._patient(hit.patient, today) for hit in hits),
        )

    def _group_actions(self, text: str) -> tuple[FoundGroup, FoundGroup]:
        """What can be done now and is meant by its name, then the rest that answers to the text."""
        asked = fold(text).split()
        hits = [action for action in self._actions() if _answers(action, asked)][:_ACTIONS]
        # Fewer letters are the beginning of somebody's name more often than of an action's.
        typed = sum(map(len, asked)) >= _LETTERS_OF_AN_ACTION
        meant = [action for action in hits if typed and not action.unavailable]
        title = QCoreApplication.translate("Finder", "Actions")
        others = (action for action in hits if action not in meant)
        return (
            FoundGroup(title, tuple(map(_action, meant))),
            FoundGroup(title, tuple(map(_action, others))),
        )

    def _prescription(self, prescription: Prescription) -> Found:
        patient = self._desk.replica.patients.get(prescription.patient_id)
        return Found(
            key=str(prescription.id),
            text=prescription.code,
            second="" if patient is None else patient.name,
            icon="clipboard-list",
            pill=standing_look(prescription, self._desk.orders).pill(),
            open=lambda: self._go("prescription", prescription.id),
        )

    def _patient(self, patient: Patient, today: date) -> Found:
        return Found(
            key=str(patient.id),
            text=patient.name,
            tail=patient.name_local or "",
            second=person_line(patient, today),
            avatar=initials(patient.name),
            open=lambda: self._go("patient", patient.id),
        )

    def _medicine(self, medicine: Medicine) -> Found:
        return Found(
            key=str(medicine.id),
            text=f"{medicine.generic_name} {medicine.strength}".strip(),
            tail=medicine.form,
            second=f"{medicine.brand} · {money(medicine.price_minor, medicine.currency)}",
            icon="pill",
            open=lambda: self._go("medicine", medicine.id),
        )


def _answers(action: NamedAction, asked: Sequence[str]) -> bool:
    """Whether each word that was typed begins a word of an action's name."""
    words = fold(action.name).split()
    return all(any(word.startswith(each) for word in words) for each in asked)


def _action(action: NamedAction) -> Found:
    return Found(
        key=f"action:{action.name}",
        text=action.name,
        second=action.unavailable,
        icon=action.icon,
        shortcut=action.key,
        open=action.run,
    )


def _folded_code(text: str) -> str:
    letters = re.sub(r"[\s-]", "", text.upper())
    return "RX-" + corrected(letters.removeprefix("RX"))
