"""What the patient is to do, as a sentence: "Take 1 capsule three times a day for 5 days."."""

from __future__ import annotations

import re
from typing import Final

from clinicdesk.contract.sig import FREQUENCIES, dose_amount

_VERBS: Final = {
    "oral": ("Take", ""),
    "topical": ("Apply", "to the skin"),
    "inhaled": ("Inhale", ""),
    "nasal": ("Use", "in the nose"),
    "ophthalmic": ("Put", "into the eye"),
    "otic": ("Put", "into the ear"),
    "sublingual": ("Put", "under the tongue and let it dissolve"),
    "buccal": ("Put", "between cheek and gum and let it dissolve"),
    "rectal": ("Insert", "into the rectum"),
    "vaginal": ("Insert", "into the vagina"),
    "subcutaneous": ("Inject", "under the skin"),
    "intramuscular": ("To be injected:", "into a muscle, by a clinician"),
    "intravenous": ("To be given:", "into a vein, by a clinician"),
    "transdermal": ("Stick", "on the skin"),
}
_ABBREVIATIONS: Final = {"tab": "tablet", "tabs": "tablets", "cap": "capsule", "caps": "capsules"}
_PLURALS: Final = {
    **{
        each: f"{each}s"
        for each in (
            "tablet", "capsule", "drop", "puff", "spray", "sachet", "lozenge", "unit",
            "application", "spoon", "teaspoon", "dose",
        )
    },
    "suppository": "suppositories",
    "patch": "patches",
}  # fmt: skip
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_SPACES: Final = re.compile(r"\s+")


def directions(
    dose: str, route: str, frequency: str, days: int | None, instructions: str = ""
) -> str:
    """The sentence. `frequency` is a code of `sig.FREQUENCIES`; one that is none stays as it is."""
    verb, place = _VERBS.get(route, ("Use", route))
    known = FREQUENCIES.get(frequency)
    # "Apply 1 application" says the same twice.
    how_much = "" if verb == "Apply" and dose == "1 application" else dose_words(dose)
    parts = [verb, how_much, place, frequency if known is None else known.sentence]
    if days is not None and frequency != "STAT":
        # A line that ends after "for 5" is read as the end.
        parts.append(f"for {duration_words(days).replace(' ', _NO_BREAK)}")
    sentence = " ".join(part for part in parts if part)
    extra = _SPACES.sub(" ", instructions).strip(" .,;")
    if not extra:
        return f"{sentence}."
    # What was typed as a sentence stays one; "after food" belongs to ours.
    joint = ". " if extra[0].isupper() else ", "
    return f"{sentence}{joint}{extra}."


def dose_words(dose: str) -> str:
    """The dose without abbreviations, in the plural where it is more than one."""
    words = [_ABBREVIATIONS.get(word.lower(), word) for word in dose.split()]
    amount = dose_amount(dose)
    if words and amount is not None and amount > 1:
        words[-1] = _PLURALS.get(words[-1], words[-1])
    return " ".join(words)


def duration_words(days: int) -> str:
    """`5 days`, `1 day`; whole weeks stay days: nobody has to reckon at the counter."""
    return "1 day" if days == 1 else f"{days} days"
