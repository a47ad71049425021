"""An index of patients in memory, quick enough to be asked on every keystroke.

Names repeat: a hundred thousand patients share some thousands of words. So a typed word is compared
with the words, exactly, by its beginning, and, when those find few, by likeness; only then do
patients come in, and never more of them than `_CANDIDATES`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from enum import StrEnum
from heapq import nsmallest
from itertools import islice, takewhile
from typing import Final, TypeAlias
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import Patient
from clinicdesk.core.birth_date import BirthDate, find_birth_date
from clinicdesk.core.folding import digits_of, fold, words
from clinicdesk.core.text_parts import TextParts

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


class _Known(Struct, eq=False):
    """A patient with the words that they are found by.

    Attributes:
        words: Of the name, however it is written. name: Its words as they are sorted by: how it is
            written besides, in another script, is not among them, for who has no such name would
            stand before everybody who has one.
    """

    patient: Patient
    words: tuple[str, ...]
    name: tuple[str, ...]


_Hit: TypeAlias = tuple[_Known, Matched, float]


class PatientIndex:
    """Patients by the words of their names, by telephone, number and date of birth."""

    def __init__(self) -> None:
        self._known: dict[UUID, _Known] = {}
        self._phones = TextParts()
        self._numbers: dict[str, UUID] = {}
        self._sorted_numbers: list[str] = []
        self._of_word: dict[str, dict[UUID, _Known]] = {}
        self._vocabulary: list[str] = []
        self._of_year: dict[int, dict[UUID, _Known]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def put(self, patient: Patient) -> None:
        """Add a patient, or take their new particulars."""
        self.remove(patient.id)
        own = tuple(dict.fromkeys(words(f"{patient.name} {patient.name_local or ''}")))
        known = _Known(patient=patient, words=own, name=tuple(words(patient.name)))
        self._known[patient.id] = known
        for word in own:
            holders = self._of_word.get(word)
            if holders is None:
                holders = self._of_word[word] = {}
                insort(self._vocabulary, word)
            holders[patient.id] = known
        if patient.phone:
            self._phones.put(patient.id, digits_of(patient.phone))
        number = _plain(patient.number)
        if number not in self._numbers:
            insort(self._sorted_numbers, number)
        self._numbers[number] = patient.id
        self._of_year.setdefault(patient.birth_date.year, {})[patient.id] = known

    def remove(self, patient_id: UUID) -> None:
        """Forget a patient; nothing happens when they are not here."""
        known = self._known.pop(patient_id, None)
        if known is None:
            return
        for word in known.words:
            holders = self._of_word[word]
            del holders[patient_id]
            if not holders:
                del self._of_word[word]
                del self._vocabulary[bisect_left(self._vocabulary, word)]
        self._phones.remove(patient_id)
        number = _plain(known.patient.number)
        if self._numbers.get(number) == patient_id:
            del self._numbers[number]
            del self._sorted_numbers[bisect_left(self._sorted_numbers, number)]
        del self._of_year[known.patient.birth_date.year][patient_id]

    def search(self, text: str, limit: int) -> list[PatientHit]:
        """Those whom `text` most likely means, the likeliest first; nobody for an empty text."""
        said = find_birth_date(text)
        born, rest = said if said is not None else (None, text)
        hits = self._by_name(words(rest), born)
        if born is None or not rest:
            digits = digits_of(text)
            # Letters beside the digits: a clinic's number has some, a telephone number none.
            telephone = not any(c.isalpha() for c in text)
            others = [*self._by_digits(digits, telephone=telephone), *self._by_number(_plain(text))]
            if others:
                hits = _best([*hits, *others])
        return [
            PatientHit(known.patient, matched, score)
            for known, matched, score in nsmallest(limit, hits, key=_rank)
        ]

    def _by_name(self, typed: list[str], born: BirthDate | None) -> list[_Hit]:
        if not typed:
            return [] if born is None else self._by_birth_date(born)
        meanings = [self._meanings(word) for word in typed]
        # The rarest word first: it leaves the fewest patients to look at.
        rarest, *others = sorted(
            meanings, key=lambda words: sum(len(self._of_word[word]) for word in words)
        )
        hits: list[_Hit] = []
        for known, score in self._holders(rarest, born):
            scores = [max([other.get(word, 0.0) for word in known.words]) for other in others]
            if all(scores):
                # Whose name has no words besides the typed ones is the likelier.
                besides = max(0, len(known.name) - len(typed))
                whole = (score + sum(scores)) / len(typed) - min(4, besides)
                hits.append((known, Matched.NAME, whole))
        return hits

    def _holders(
        self, meaning: dict[str, float], born: BirthDate | None
    ) -> Iterator[tuple[_Known, float]]:
        """The patients who bear one of these words, each once, those of the likeliest words first.

        With each the score of the likeliest word that they bear.
        """
        seen: set[_Known] = set()
        for word in sorted(meaning, key=lambda word: -meaning[word]):
            score = meaning[word]
            for known in self._of_word[word].values():
                if known in seen or (born is not None and not born.fits(known.patient.birth_date)):
                    continue
                seen.add(known)
                yield known, score
                if len(seen) >= _CANDIDATES:
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

    def _by_birth_date(self, born: BirthDate) -> list[_Hit]:
        score = 96.0 if born.day is not None else 90.0
        fitting = (
            known
            for known in self._of_year.get(born.year, {}).values()
            if born.fits(known.patient.birth_date)
        )
        return [(known, Matched.BIRTH_DATE, score) for known in islice(fitting, _CANDIDATES)]

    def _by_digits(self, digits: str, *, telephone: bool) -> list[_Hit]:
        """By a telephone number, its end, or any part of it; a trunk 0 is not part of it."""
        wanted = digits.lstrip("0")
        if not telephone or len(wanted) < _SHORTEST_PHONE:
            return []
        return [
            (self._known[patient_id], Matched.PHONE, 99.0 if at_end else 85.0)
            for patient_id, at_end in islice(self._phones.holding(wanted), _CANDIDATES)
        ]

    def _by_number(self, plain: str) -> list[_Hit]:
        """By the clinic's number, with or without its letter and its leading zeros."""
        if not any(c.isdigit() for c in plain):
            return []
        bare = plain.lstrip("p").lstrip("0")
        hits: list[_Hit] = []
        for width in range(len(bare), _WIDEST_NUMBER + 1):
            patient_id = self._numbers.get(f"p{bare.zfill(width)}")
            if patient_id is not None:
                hits.append((self._known[patient_id], Matched.NUMBER, 100.0))
        if plain.startswith("p"):
            hits += self._by_beginning_of_number(plain)
        return hits

    def _by_beginning_of_number(self, plain: str) -> list[_Hit]:
        place = bisect_left(self._sorted_numbers, plain)
        beginning = takewhile(
            lambda number: number.startswith(plain),
            islice(self._sorted_numbers, place, place + _CANDIDATES),
        )
        return [
            (self._known[self._numbers[number]], Matched.NUMBER, 100.0 if number == plain else 88.0)
            for number in beginning
        ]


def _best(hits: Iterable[_Hit]) -> list[_Hit]:
    """Of each patient the hit that fits best, the first of those that fit alike."""
    best: dict[_Known, _Hit] = {}
    for hit in hits:
        before = best.get(hit[0])
        if before is None or before[2] < hit[2]:
            best[hit[0]] = hit
    return list(best.values())


def _rank(hit: _Hit) -> tuple[float, tuple[str, ...], str]:
    """The better first; who fit alike, by name, those of one name by number."""
    known, _matched, score = hit
    return (-score, known.name, known.patient.number)


def warm_up() -> None:
    """Load what the first mistyped name would have to wait for."""
    import rapidfuzz.distance.JaroWinkler
    import rapidfuzz.process  # noqa: F401


def _plain(number: str) -> str:
    """A clinic's number without what people leave out: "P-004182" is p004182."""
    return "".join(c for c in fold(number) if c.isalnum())
