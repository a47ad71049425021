"""Finding a patient by what a person types: a name or part of one, misspelt or not, in either
script; a telephone or patient number; a date of birth; or some of these together.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from clinicdesk.contract.entities import Patient
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.database.transaction import Transaction

_QUERIES: Final = load_queries("clinicdesk.server.database.sql", "search.sql")

LONGEST_SEARCH: Final = 120
"""Characters of a search that are looked at."""

_YEAR_FIRST = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b")
_DAY_FIRST = re.compile(r"\b(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})\b")


async def patients_by_text(tx: Transaction, text: str, *, limit: int = 20) -> list[Patient]:
    """The patients that the acting member sees and who match, best first.

    Each word must match; where next to nothing does, the words that come nearest to it in the
    clinic's names are taken for it. An empty text finds nobody.
    """
    born, words = birth_date_in(text[:LONGEST_SEARCH].replace("\0", ""))
    found = {"wanted": words, "born": born, "limit": limit}
    return await tx.all(_QUERIES["patients_by_text"], found, into=Patient)


def birth_date_in(text: str) -> tuple[date | None, str]:
    """The date that a text holds (1984-03-12; day first: 12/3/1984, 12.3.1984), and the rest."""
    for form in (_YEAR_FIRST, _DAY_FIRST):
        if match := form.search(text):
            try:
                born = date(*(int(match[part]) for part in ("year", "month", "day")))
            except ValueError:
                continue
            return born, text[: match.start()] + " " + text[match.end() :]
    return None, text
