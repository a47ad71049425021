"""Which of a medicine's forms is meant when its name alone is typed.

What stands first is what Enter takes: for an adult that is a tablet rather than an infant's drops.
"""

from __future__ import annotations

from typing import Final

from clinicdesk.contract.entities import Medicine
from clinicdesk.core.folding import fold, words

LIQUIDS_BELOW_YEARS: Final = 12
"""The age from which tablets and capsules are the usual form."""

_SOLIDS: Final = frozenset({"tablet", "capsule"})
_LIQUIDS: Final = frozenset({"drops", "syrup", "suspension", "solution", "elixir"})


def form_rank(medicine: Medicine, typed: list[str], age: int | None) -> tuple[bool, int]:
    """Orders products of one name by their form; the lesser comes first.

    Args:
        typed: The folded words that were typed: a form they name comes before any other.
        age: The patient's whole years; None counts as grown up.
    """
    form = [word for word in words(medicine.form) if word != "oral"]  # that is the route
    name = words(medicine.generic_name)
    # A word that begins the name as well ("so" of sodium) does not ask for a form.
    asked = [word for word in typed if not any(part.startswith(word) for part in name)]
    named = any(part.startswith(word) for word in asked for part in form)
    return (not named, _unlikeliness(form, fold(medicine.route), age))


def _unlikeliness(form: list[str], route: str, age: int | None) -> int:
    """0 for the form that is usually meant, up to 3 for what is not swallowed."""
    if route not in ("oral", ""):
        return 3
    if age is not None and age < LIQUIDS_BELOW_YEARS:
        return 0 if _LIQUIDS.intersection(form) else 1
    if not _SOLIDS.intersection(form):
        return 2
    return 0 if len(form) == 1 else 1  # "prolonged-release tablet" is not the ordinary one
