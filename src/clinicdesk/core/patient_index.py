"""An index of patients in memory, quick enough to be asked on every keystroke.

Names repeat: a hundred thousand patients share some thousands of words. So a typed word is compared
with the words, exactly, by its beginning, and, when those find few, by likeness; only then do
patients come in, and never more of them than `_CANDIDATES`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from enum import StrEnum
from heapq import nsmallest
from itertools import islice, takewhile
from typing import Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import Patient
from clinicdesk.core.birth_date import BirthDate, find_birth_date
from clinicdesk.core.folding import digits_of, fold, words
from clinicdesk.core.phone_book import PhoneBook

_CANDIDATES: Final = 1000
"""Patients that are scored for one question, at most."""
_FEW: Final = 20
"""With this many patients found by exact beginnings nobody needs likenesses."""
_LIKENESS: Final = 0.8
_LIKE_WORDS: Final = 40
_SHORTEST_LIKE: Final = 3
_SHORTEST_PHONE: Final = 4
_WIDEST_NUMBER: Final = 12


class Matched(StrEnum):
    """By what a patient was found, for the view to show it."""

    NAME = "name"
    PHONE = "phone"
    NUMBER = "number"
    BIRTH_DATE = "birth_date"


class PatientHit(Struct, frozen=True):
    """A patient, by what they were found, and how well: 0 to 100."""

    patient: Patient
    matched: Matched
    score: float


class PatientIndex:
    """Patients by the words of their names, by telephone, number and date of birth."""

    def __init__(self) -> None:
        self._patients: dict[UUID, Patient] = {}
        self._words: dict[UUID, tuple[str, ...]] = {}
        self._names: dict[UUID, tuple[str, ...]] = {}
        self._phones = PhoneBook()
        self._numbers: dict[str, UUID] = {}
        self._sorted_numbers: list[str] = []
        self._of_word: dict[str, set[UUID]] = {}
        self._vocabulary: list[str] = []
        self._of_year: dict[int, set[UUID]] = {}

    def __len__(self) -> int:
        return len(self._patients)

    def put(self, patient: Patient) -> None:
        """Add a patient, or take their new particulars."""
        self.remove(patient.id)
        self._patients[patient.id] = patient
        own = tuple(dict.fromkeys(words(f"{patient.name} {patient.name_local or ''}")))
        self._words[patient.id] = own
        # How the name is written besides, in another script, is found by and not sorted by: who
        # has no such name would stand before everybody who has one.
        self._names[patient.id] = tuple(words(patient.name))
        for word in own:
            holders = self._of_word.get(word)
            if holders is None:
                holders = self._of_word[word] = set()
                insort(self._vocabulary, word)
            holders.add(patient.id)
        if patient.phone:
            self._phones.put(patient.id, digits_of(patient.phone))
        number = _plain(patient.number)
        if number not in self._numbers:
            insort(self._sorted_numbers, number)
        self._numbers[number] = patient.id
        self._of_year.setdefault(patient.birth_date.year, set()).add(patient.id)

    def remove(self, patient_id: UUID) -> None:
        """Forget a patient; nothing happens when they are not here."""
        patient = self._patients.pop(patient_id, None)
        if patient is None:
            return
        del self._names[patient_id]
        for word in self._words.pop(patient_id):
            holders = self._of_word[word]
            holders.discard(patient_id)
            if not holders:
                del self._of_word[word]
                del self._vocabulary[bisect_left(self._vocabulary, word)]
        self._phones.remove(patient_id)
        number = _plain(patient.number)
        if self._numbers.get(number) == patient_id:
            del self._numbers[number]
            del self._sorted_numbers[bisect_left(self._sorted_numbers, number)]
        self._of_year[patient.birth_date.year].discard(patient_id)

    def search(self, text: str, limit: int) -> list[PatientHit]:
        """Those whom `text` most likely means, the likeliest first; nobody for an empty text."""
        said = find_birth_date(text)
        born, rest = said if said is not None else (None, text)
        hits = {hit.patient.id: hit for hit in self._by_name(words(rest), born)}
        if born is None or not rest:
            digits = digits_of(text)
            # Letters beside the digits: a clinic's number has some, a telephone number none.
            found = self._by_digits(digits, telephone=not any(c.isalpha() for c in text))
            for hit in [*found, *self._by_number(_plain(text))]:
                known = hits.get(hit.patient.id)
                if known is None or known.score < hit.score:
                    hits[hit.patient.id] = hit
        return nsmallest(limit, hits.values(), key=self._rank)

    def _rank(self, hit: PatientHit) -> tuple[float, tuple[str, ...], str]:
        """The better first; who fit alike, by name, those of one name by number."""
        return (-hit.score, self._names[hit.patient.id], hit.patient.number)

    def _by_name(self, typed: list[str], born: BirthDate | None) -> list[PatientHit]:
        if not typed:
            return [] if born is None else self._by_birth_date(born)
        meanings = [self._meanings(word) for word in typed]
        # The rarest word first: it leaves the fewest patients to look at.
        order = sorted(meanings, key=lambda words: sum(len(self._of_word[w]) for w in words))
        hits: list[PatientHit] = []
        for patient_id in self._holders(order[0], born):
            own = self._words[patient_id]
            scores = [
                max((meaning.get(word, 0.0) for word in own), default=0.0) for meaning in order
            ]
            if all(scores):
                # Whose name has no words besides the typed ones is the likelier.
                besides = max(0, len(self._names[patient_id]) - len(typed))
                score = sum(scores) / len(scores) - min(4, besides)
                hits.append(PatientHit(self._patients[patient_id], Matched.NAME, score))
        return hits

    def _holders(self, meaning: dict[str, float], born: BirthDate | None) -> Iterable[UUID]:
        """The patients who bear one of these words, those of the likeliest words first."""
        taken = 0
        for word in sorted(meaning, key=lambda word: -meaning[word]):
            for patient_id in self._of_word[word]:
                if born is not None and not born.fits(self._patients[patient_id].birth_date):
                    continue
                yield patient_id
                taken += 1
                if taken >= _CANDIDATES:
                    return

    def _meanings(self, typed: str) -> dict[str, float]:
        """The words of names that a typed word may stand for, each with a score."""
        meanings: dict[str, float] = {}
        bearers = 0
        place = bisect_left(self._vocabulary, typed)
        while place < len(self._vocabulary) and self._vocabulary[place].startswith(typed):
            word = self._vocabulary[place]
            meanings[word] = 100.0 if word == typed else 94.0 - min(8, len(word) - len(typed))
            bearers += len(self._of_word[word])
            place += 1
        if bearers < _FEW and len(typed) >= _SHORTEST_LIKE:
            for word, likeness in self._like(typed):
                meanings.setdefault(word, 80.0 * likeness)
        return meanings

    def _like(self, typed: str) -> list[tuple[str, float]]:
        from rapidfuzz import process
        from rapidfuzz.distance import JaroWinkler

        near = process.extract(
            typed,
            self._vocabulary,
            scorer=JaroWinkler.normalized_similarity,
            limit=_LIKE_WORDS,
            score_cutoff=_LIKENESS,
        )
        return [(word, likeness) for word, likeness, _place in near]

    def _by_birth_date(self, born: BirthDate) -> list[PatientHit]:
        score = 96.0 if born.day is not None else 90.0
        fitting = (
            patient
            for patient_id in self._of_year.get(born.year, ())
            if born.fits((patient := self._patients[patient_id]).birth_date)
        )
        return [
            PatientHit(patient, Matched.BIRTH_DATE, score)
            for patient in islice(fitting, _CANDIDATES)
        ]

    def _by_digits(self, digits: str, *, telephone: bool) -> list[PatientHit]:
        """By a telephone number, its end, or any part of it; a trunk 0 is not part of it."""
        wanted = digits.lstrip("0")
        if not telephone or len(wanted) < _SHORTEST_PHONE:
            return []
        return [
            PatientHit(self._patients[patient_id], Matched.PHONE, 99.0 if at_end else 85.0)
            for patient_id, at_end in islice(self._phones.holding(wanted), _CANDIDATES)
        ]

    def _by_number(self, plain: str) -> list[PatientHit]:
        """By the clinic's number, with or without its letter and its leading zeros."""
        if not any(c.isdigit() for c in plain):
            return []
        bare = plain.lstrip("p").lstrip("0")
        hits: list[PatientHit] = []
        for width in range(len(bare), _WIDEST_NUMBER + 1):
            patient_id = self._numbers.get(f"p{bare.zfill(width)}")
            if patient_id is not None:
                hits.append(PatientHit(self._patients[patient_id], Matched.NUMBER, 100.0))
        if plain.startswith("p"):
            hits += self._by_beginning_of_number(plain)
        return hits

    def _by_beginning_of_number(self, plain: str) -> list[PatientHit]:
        place = bisect_left(self._sorted_numbers, plain)
        beginning = takewhile(
            lambda number: number.startswith(plain),
            islice(self._sorted_numbers, place, place + _CANDIDATES),
        )
        return [
            PatientHit(
                self._patients[self._numbers[number]],
                Matched.NUMBER,
                100.0 if number == plain else 88.0,
            )
            for number in beginning
        ]


def warm_up() -> None:
    """Load what the first mistyped name would have to wait for."""
    import rapidfuzz.distance.JaroWinkler
    import rapidfuzz.process  # noqa: F401


def _plain(number: str) -> str:
    """A clinic's number without what people leave out: "P-004182" is p004182."""
    return "".join(c for c in fold(number) if c.isalnum())
