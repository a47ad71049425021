"""Which schedule of the Indian Drugs Rules a medicine falls under, where a list does not say.

Schedule H1 (notified in 2013) covers the substances below except in preparations for external use;
those for eye, ear and nose are covered. Schedule X names substances of abuse. What is in neither is
taken as Schedule H, prescription only, which is the careful assumption, except a few plain
household remedies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clinicdesk.contract.entities import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEDULE_X: Final = frozenset(
    {
        "amobarbital", "amphetamine", "barbital", "cyclobarbital", "dexamphetamine",
        "ethchlorvynol", "glutethimide", "ketamine", "meprobamate", "methamphetamine",
        "methylphenidate", "methylphenobarbital", "pentobarbital", "phencyclidine",
        "phenmetrazine", "secobarbital",
    }
)  # fmt: skip

SCHEDULE_H1: Final = frozenset(
    {
        "alprazolam", "balofloxacin", "buprenorphine", "capreomycin", "cefdinir", "cefditoren",
        "cefepime", "cefetamet", "cefixime", "cefoperazone", "cefotaxime", "cefpirome",
        "cefpodoxime", "ceftazidime", "ceftibuten", "ceftizoxime", "ceftriaxone",
        "chlordiazepoxide", "clofazimine", "codeine", "cycloserine", "diazepam", "diphenoxylate",
        "doripenem", "ertapenem", "ethambutol", "ethionamide", "faropenem", "gemifloxacin",
        "imipenem", "isoniazid", "levofloxacin", "meropenem", "midazolam", "moxifloxacin",
        "nitrazepam", "pentazocine", "prulifloxacin", "pyrazinamide", "rifabutin", "rifampicin",
        "sparfloxacin", "thiacetazone", "tramadol", "zolpidem",
    }
)  # fmt: skip

HOUSEHOLD_REMEDIES: Final = frozenset(
    {
        "paracetamol", "oral rehydration salts", "calcium carbonate", "magaldrate", "simeticone",
        "ascorbic acid", "folic acid", "zinc", "ferrous sulfate", "ferrous ascorbate",
        "mecobalamin", "calamine", "povidone iodine", "lactulose", "ispaghula husk", "bisacodyl",
    }
)  # fmt: skip

EXTERNAL_FORMS: Final = frozenset(
    {"cream", "ointment", "gel", "lotion", "shampoo", "soap", "scalp solution", "dusting powder"}
)


def schedule_of(ingredients: Iterable[str], form: str) -> Schedule:
    """The strictest schedule that any of the ingredients asks for in this form."""
    names = {_base(ingredient) for ingredient in ingredients}
    if names & SCHEDULE_X:
        return Schedule.X
    if names & SCHEDULE_H1 and form not in EXTERNAL_FORMS:
        return Schedule.H1
    if names and names <= HOUSEHOLD_REMEDIES:
        return Schedule.OTC
    return Schedule.H


def _base(ingredient: str) -> str:
    """A controlled name without its salt: "tramadol hydrochloride" is tramadol."""
    first = ingredient.partition(" ")[0]
    return first if first in SCHEDULE_H1 or first in SCHEDULE_X else ingredient
