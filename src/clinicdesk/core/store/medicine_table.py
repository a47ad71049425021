"""The formulary in the store, with an index of its words.

A clinic's list may have a quarter of a million products, so it stays on the disk and is searched
there: by the beginning of the name, by any words in any order, and, when those find nothing, by the
beginning of the list's own code, and then by the words of the list that look most like what was
typed. Whose code it is comes first in any case.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Final
from uuid import UUID

import msgspec

from clinicdesk.contract.entities import Medicine
from clinicdesk.core.folding import fold, words
from clinicdesk.core.store.medicine_forms import form_rank
from clinicdesk.core.store.paged_table import PagedTable
from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.store.thread import StoreThread

_WIDE: Final = 300
"""Candidates that are ranked, at most: what is typed next narrows further."""
_NEAREST: Final = 3
"""Words of the list that a mistyped word may stand for."""
_LIKENESS: Final = 60.0
"""Of 100; below it two words are not the same word mistyped."""


Prefer = Callable[[UUID], int]
"""Orders products that are equally likely by their identifier; the lesser comes first."""


class MedicineTable(PagedTable[Medicine]):
    """The tables `medicine` and `medicine_words`."""

    def __init__(self, writer: StoreThread, reader: StoreThread) -> None:
        super().__init__(writer, reader)
        self._vocabulary: list[str] | None = None

    async def get(self, medicine_ids: Iterable[UUID]) -> dict[UUID, Medicine]:
        """Those of these that are here."""
        wanted = [medicine_id.bytes for medicine_id in medicine_ids]

        def work(connection: Connection) -> dict[UUID, Medicine]:
            marks = ", ".join("?" * len(wanted))
            rows = connection.execute(
                f"SELECT body FROM medicine WHERE id IN ({marks})", tuple(wanted)
            )
            return _decoded(rows.fetchall())

        return await self._reader.run(work)

    async def by_gtin(self, gtin: str) -> list[Medicine]:
        """The products with this trade item number of fourteen digits; those still made first."""

        def work(connection: Connection) -> list[Medicine]:
            rows = connection.execute("SELECT body FROM medicine WHERE gtin = ?", (gtin,))
            return sorted(_decoded(rows.fetchall()).values(), key=lambda m: m.discontinued)

        return await self._reader.run(work)

    async def alternatives(self, medicine: Medicine) -> list[Medicine]:
        """The products that can be dispensed in its place: the same generic, strength and form.

        Without itself, and without those that are no longer made; by brand.
        """

        def work(connection: Connection) -> list[Medicine]:
            rows = connection.execute(
                "SELECT body FROM medicine WHERE name = ?", (_name(medicine),)
            )
            same = [m for m in _decoded(rows.fetchall()).values() if is_same(m, medicine)]
            found = [m for m in same if m.id != medicine.id and not m.discontinued]
            return sorted(found, key=lambda m: m.brand)

        return await self._reader.run(work)

    async def count(self) -> int:
        """How many medicines are here."""

        def work(connection: Connection) -> int:
            found = connection.execute("SELECT count(*) FROM medicine").fetchone()
            return int(found[0]) if found else 0

        return await self._reader.run(work)

    async def search(
        self, text: str, limit: int, *, age: int | None = None, prefer: Prefer | None = None
    ) -> list[Medicine]:
        """The medicines that `text` most likely means, the likeliest first.

        Words may be cut short and stand in any order ("500 amox"), or `text` is a product's code in
        the clinic's list, whole or its beginning. Those no longer made come last.
        Among products of one name the usual form for a patient of this age comes first; among those
        of one name and form what is preferred, then the lesser strength, then the brand.

        Args:
            age: The patient's whole years; None when it is not for anybody in particular.
            prefer: Called in the event loop, after the store has answered.
        """
        typed = words(text)
        if not typed:
            return []
        code = text.strip()
        alike = await self._reader.run(
            lambda connection: self._search(connection, typed, code, limit, age)
        )
        if prefer is not None:
            alike = [sorted(group, key=lambda m: prefer(m.id)) for group in alike]
        return [medicine for group in alike for medicine in group][:limit]

    def _readable(self, connection: Connection) -> bool:
        oldest = connection.execute("SELECT body FROM medicine ORDER BY n LIMIT 1").fetchone()
        return oldest is None or bool(_decoded([oldest]))

    def _put(self, connection: Connection, rows: Sequence[Medicine]) -> None:
        for medicine in rows:
            _put(connection, medicine)

    def _let_go(self, connection: Connection, _list_id: UUID) -> None:
        # A clinic has one list of medicines, and what cannot be read does not say of which it is.
        connection.execute("DELETE FROM medicine_words WHERE rowid IN (SELECT n FROM medicine)")
        connection.execute("DELETE FROM medicine")

    def _changed(self) -> None:
        self._vocabulary = None

    def _search(
        self, connection: Connection, typed: list[str], code: str, limit: int, age: int | None
    ) -> list[list[Medicine]]:
        """Those of one name and form together, as many as begin within the limit."""
        found = _by_name(connection, " ".join(typed)) | _by_words(connection, typed)
        whose = list(_of_code(connection, code).values())
        if whose:
            rest = [medicine for medicine in found.values() if medicine not in whose]
            return [whose, *_alike(rest, typed, limit, age)]
        if not found and (coded := _by_code(connection, code)):
            return [[medicine] for medicine in coded.values()]
        if not found:
            found = _by_words(connection, self._nearest_words(connection, typed), alternatives=True)
        return _alike(found.values(), typed, limit, age)

    def _nearest_words(self, connection: Connection, typed: list[str]) -> list[str]:
        """For each typed word those of the list that it may stand for, as one OR group."""
        vocabulary = self._vocabulary  # another page may clear it meanwhile
        if vocabulary is None:
            connection.execute(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary "
                "USING fts5vocab('main', 'medicine_words', 'row')"
            )
            rows = connection.execute("SELECT term FROM temp.vocabulary").fetchall()
            vocabulary = self._vocabulary = [term for (term,) in rows]
        return [group for word in typed if (group := _meant(word, vocabulary))]


def _alike(
    found: Iterable[Medicine], typed: list[str], limit: int, age: int | None
) -> list[list[Medicine]]:
    likely = [(_likeness(medicine, typed, age), medicine) for medicine in found]
    likely.sort(key=lambda each: (each[0], _among_alike(each[1])))
    alike: list[list[Medicine]] = []
    for _likely, group in groupby(likely, key=lambda each: each[0]):
        if sum(map(len, alike)) >= limit:
            break
        alike.append([medicine for _likely, medicine in group])
    return alike


def _meant(word: str, vocabulary: list[str]) -> str:
    """What one word may stand for; itself alone when words of the list begin so."""
    place = bisect_left(vocabulary, word)
    if place < len(vocabulary) and vocabulary[place].startswith(word):
        return f"{_quoted(word)}*"
    if word.isdigit():
        return ""  # a strength is not another one mistyped
    from rapidfuzz import fuzz, process  # 30 ms that a window's start does not wait for

    near = process.extract(
        word, vocabulary, scorer=fuzz.ratio, limit=_NEAREST, score_cutoff=_LIKENESS
    )
    return " OR ".join(_quoted(term) for term, _score, _place in near)


def is_same(one: Medicine, other: Medicine) -> bool:
    """Whether either may be dispensed for the other: the same generic, strength and form."""
    return (one.generic_name, one.strength, one.form) == (
        other.generic_name,
        other.strength,
        other.form,
    )


def _put(connection: Connection, medicine: Medicine) -> None:
    old = connection.execute("SELECT n FROM medicine WHERE id = ?", (medicine.id.bytes,)).fetchone()
    if old is not None:
        connection.execute("DELETE FROM medicine_words WHERE rowid = ?", old)
        connection.execute("DELETE FROM medicine WHERE n = ?", old)
    n = connection.execute(
        "INSERT INTO medicine (id, name, gtin, code, body) VALUES (?, ?, ?, ?, ?)",
        (
            medicine.id.bytes,
            _name(medicine),
            medicine.gtin,
            medicine.code,
            msgspec.json.encode(medicine),
        ),
    ).lastrowid
    spoken = " ".join(
        words(
            f"{medicine.generic_name} {medicine.strength} {medicine.form} {medicine.brand} "
            f"{' '.join(medicine.ingredients)}"
        )
    )
    connection.execute("INSERT INTO medicine_words (rowid, words) VALUES (?, ?)", (n, spoken))


def _name(medicine: Medicine) -> str:
    return " ".join(words(f"{medicine.generic_name} {medicine.strength}"))


def _by_name(connection: Connection, beginning: str) -> dict[UUID, Medicine]:
    rows = connection.execute(
        "SELECT body FROM medicine WHERE name >= ? AND name < ? ORDER BY name LIMIT ?",
        (beginning, f"{beginning}\U0010ffff", _WIDE),
    )
    return _decoded(rows.fetchall())


def _of_code(connection: Connection, code: str) -> dict[UUID, Medicine]:
    rows = connection.execute("SELECT body FROM medicine WHERE code = ?", (code,))
    return _decoded(rows.fetchall())


def _by_code(connection: Connection, beginning: str) -> dict[UUID, Medicine]:
    rows = connection.execute(
        "SELECT body FROM medicine WHERE code >= ? AND code < ? ORDER BY code LIMIT ?",
        (beginning, f"{beginning}\U0010ffff", _WIDE),
    )
    return _decoded(rows.fetchall())


def _by_words(
    connection: Connection, typed: list[str], *, alternatives: bool = False
) -> dict[UUID, Medicine]:
    if not typed:
        return {}
    query = " AND ".join(f"({word})" if alternatives else f"{_quoted(word)}*" for word in typed)
    rows = connection.execute(
        "SELECT body FROM medicine_words JOIN medicine ON n = medicine_words.rowid "
        "WHERE medicine_words MATCH ? LIMIT ?",
        (query, _WIDE),
    )
    return _decoded(rows.fetchall())


def _decoded(rows: list[tuple[bytes]]) -> dict[UUID, Medicine]:
    """Those that can be read: what another version of this program wrote is on its way anew."""
    found: dict[UUID, Medicine] = {}
    for (body,) in rows:
        with suppress(msgspec.DecodeError):
            medicine = _DECODER.decode(body)
            found[medicine.id] = medicine
    return found


def _likeness(medicine: Medicine, typed: list[str], age: int | None) -> tuple[object, ...]:
    first = typed[0]
    generic, brand = fold(medicine.generic_name), fold(medicine.brand)
    return (
        medicine.discontinued,
        0 if generic.startswith(first) else 1 if brand.startswith(first) else 2,
        generic,
        *form_rank(medicine, typed, age),
    )


def _among_alike(medicine: Medicine) -> tuple[object, ...]:
    return (_strength(medicine.strength), fold(medicine.brand))


def _strength(text: str) -> tuple[float, str]:
    """Strengths in the order of their amount: 250 mg before 1000 mg."""
    digits = "".join(c if c.isdigit() or c == "." else " " for c in text).split()
    try:
        return (float(digits[0]), text) if digits else (0.0, text)
    except ValueError:
        return (0.0, text)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


_DECODER = msgspec.json.Decoder(Medicine)
