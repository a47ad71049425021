"""Advice that goes on a label, by ingredient, class and form.

A small table of our own, for the ingredients of the demonstration's list. **No clinician has
reviewed it**: before a pharmacy uses it with patients, its pharmacist must. An ingredient that is
not in it gets the advice of its form alone; that a label shows no caution does not mean that there
is none to give.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

MOST: Final = 4
"""So many cautions are read; more are not."""

_SYSTEMIC: Final = frozenset(
    {"oral", "sublingual", "buccal", "rectal", "subcutaneous", "intramuscular", "intravenous",
     "transdermal"}
)  # fmt: skip

_PENICILLINS: Final = frozenset(
    {"amoxicillin", "clavulanic acid", "benzylpenicillin", "cloxacillin",
     "phenoxymethylpenicillin"}
)  # fmt: skip
_CEPHALOSPORINS: Final = frozenset(
    {"cefadroxil", "cefalexin", "cefuroxime", "cefdinir", "cefixime", "cefpodoxime", "ceftriaxone"}
)
_MACROLIDES: Final = frozenset({"azithromycin", "clarithromycin", "erythromycin", "roxithromycin"})
_TETRACYCLINES: Final = frozenset({"doxycycline", "minocycline"})
_QUINOLONES: Final = frozenset({"ciprofloxacin", "levofloxacin", "moxifloxacin", "ofloxacin"})
_NITROIMIDAZOLES: Final = frozenset({"metronidazole", "tinidazole", "ornidazole"})
_COURSES: Final = (
    _PENICILLINS | _CEPHALOSPORINS | _MACROLIDES | _TETRACYCLINES | _QUINOLONES | _NITROIMIDAZOLES
    | {"nitrofurantoin", "clindamycin", "linezolid", "trimethoprim", "sulfamethoxazole",
       "rifampicin", "isoniazid", "ethambutol", "oseltamivir", "aciclovir", "valaciclovir"}
)  # fmt: skip
_NSAIDS: Final = frozenset(
    {"aceclofenac", "diclofenac", "etoricoxib", "ibuprofen", "indometacin", "ketorolac",
     "mefenamic acid", "naproxen"}
)  # fmt: skip
_OPIOIDS: Final = frozenset({"buprenorphine", "tapentadol", "tramadol", "codeine", "morphine"})
_SEDATIVES: Final = frozenset(
    {"alprazolam", "clonazepam", "diazepam", "lorazepam", "midazolam", "zolpidem", "phenobarbital"}
)
_DROWSY: Final = (
    _OPIOIDS | _SEDATIVES
    | {"chlorphenamine", "hydroxyzine", "promethazine", "doxylamine", "cetirizine",
       "levocetirizine", "cinnarizine", "flunarizine", "mirtazapine", "amitriptyline",
       "nortriptyline", "haloperidol", "olanzapine", "quetiapine", "risperidone", "gabapentin",
       "pregabalin", "carbamazepine", "oxcarbazepine", "phenytoin", "topiramate", "baclofen",
       "tizanidine", "chlorzoxazone", "melatonin", "clonidine", "pramipexole", "dextromethorphan"}
)  # fmt: skip
_STEROIDS: Final = frozenset(
    {"prednisolone", "methylprednisolone", "dexamethasone", "hydrocortisone"}
)
_NOT_STOPPED: Final = (
    _SEDATIVES - {"midazolam"}
    | _STEROIDS
    | {"sertraline", "escitalopram", "fluoxetine", "venlafaxine", "duloxetine", "clonidine",
       "propranolol", "metoprolol", "atenolol", "bisoprolol", "carvedilol", "levetiracetam",
       "lamotrigine", "sodium valproate", "carbamazepine", "phenytoin", "topiramate", "baclofen"}
)  # fmt: skip
_WITH_FOOD: Final = (
    _NSAIDS | _STEROIDS
    | {"metformin", "clavulanic acid", "metronidazole", "nitrofurantoin", "hydroxychloroquine",
       "chloroquine", "lithium", "carvedilol", "itraconazole"}
)  # fmt: skip
_EMPTY_STOMACH: Final = frozenset(
    {"levothyroxine", "rifampicin", "isoniazid", "cloxacillin", "phenoxymethylpenicillin",
     "alendronic acid", "sucralfate"}
)  # fmt: skip
_BEFORE_FOOD: Final = frozenset(
    {"omeprazole", "esomeprazole", "pantoprazole", "rabeprazole", "domperidone", "metoclopramide"}
)
_NO_MILK: Final = _TETRACYCLINES | {"ciprofloxacin", "alendronic acid"}

_TABLE: Final[tuple[tuple[frozenset[str], str], ...]] = (
    (
        frozenset({"methotrexate"}),
        "Take once a WEEK, never every day, unless your prescriber told you otherwise.",
    ),
    (
        _SEDATIVES | _OPIOIDS | {"pregabalin"},
        "Makes you drowsy and may be habit-forming. Do not drive. Drink no alcohol.",
    ),
    (_DROWSY, "May make you drowsy. If it does, do not drive. Avoid alcohol."),
    (_NITROIMIDAZOLES, "Drink no alcohol with it, and none for 2 days after the last dose."),
    (_COURSES, "Finish the course, even when you feel better."),
    (
        frozenset({"paracetamol"}),
        "Contains paracetamol. Take nothing else with paracetamol in it.",
    ),
    (
        frozenset({"warfarin", "apixaban", "rivaroxaban"}),
        "Thins the blood. Ask before you take other medicines, also for pain.",
    ),
    (
        frozenset({"glimepiride", "gliclazide"}),
        "Take with the first meal of the day. Do not skip meals: your sugar may fall.",
    ),
    (frozenset({"lithium"}), "Drink enough every day. Have your blood tests as arranged."),
    (_NOT_STOPPED, "Do not stop suddenly. Ask your prescriber first."),
    (
        frozenset({"alendronic acid"}),
        "Take upright with a full glass of water. Stay upright for 30 minutes.",
    ),
    (_NO_MILK, "Not within 2 hours of milk, iron, calcium or antacids."),
    (_WITH_FOOD, "Take with or after food."),
    (_EMPTY_STOMACH, "Take on an empty stomach: 1 hour before or 2 hours after food."),
    (_BEFORE_FOOD, "Take half an hour before food."),
    (
        _TETRACYCLINES | {"hydrochlorothiazide", "adapalene"},
        "Protect your skin from strong sun.",
    ),
    (frozenset({"rifampicin"}), "Colours urine, tears and sweat orange. That is harmless."),
    (frozenset({"ferrous ascorbate", "ferrous sulfate"}), "May darken your stools."),
)

_BY_FORM: Final[tuple[tuple[str, str], ...]] = (
    ("suspension", "Shake the bottle."),
    ("prolonged-release", "Swallow whole. Do not crush or chew."),
    ("gastro-resistant", "Swallow whole. Do not crush or chew."),
    ("chewable", "Chew before you swallow."),
    ("effervescent", "Dissolve in water before you take it."),
    ("dispersible", "Disperse in water before you take it."),
    ("orodispersible", "Let it melt on the tongue."),
    ("powder for oral", "Dissolve in water before you take it."),
    ("inhaler", "Shake before use. Rinse your mouth afterwards."),
    ("inhalation capsule", "For the inhaler only. Do not swallow."),
    ("nebuliser", "For the nebuliser only."),
    ("eye", "Throw away 4 weeks after opening."),
    ("pessary", "For use in the vagina only. Do not swallow."),
    ("suppository", "For use in the rectum only. Do not swallow."),
    ("mouthwash", "Rinse and spit out. Do not swallow."),
)

_EXTERNAL_FORMS: Final = frozenset(
    {"cream", "gel", "ointment", "shampoo", "lotion", "scalp solution", "patch"}
)
_CHILLED: Final = frozenset(
    {"insulin glargine", "insulin human isophane", "insulin human soluble", "latanoprost"}
)
_OF_STEROID_INHALERS: Final = frozenset({"beclometasone", "budesonide", "fluticasone"})


def cautions(ingredients: Iterable[str], form: str, route: str) -> list[str]:
    """What to say on the label, the most important first; `MOST` at most.

    Args:
        ingredients: In lower case, as `Medicine.ingredients`.
        form, route: As the line of the prescription has them.
    """
    within = frozenset(each.strip().lower() for each in ingredients)
    kind = form.strip().lower()
    said = [*_of_form(kind, within), *(_of_ingredients(within) if route in _SYSTEMIC else ())]
    if within & _CHILLED:
        said.append("Keep in the fridge. Do not freeze.")
    # The ingredient's warnings before the form's handling, which a patient finds out.
    ordered = sorted(dict.fromkeys(said), key=lambda text: text not in _GRAVE)
    return ordered[:MOST]


def ingredients_of_name(generic_name: str) -> list[str]:
    """The ingredients that a generic name says: "Tramadol + paracetamol"."""
    return [part.strip().lower() for part in generic_name.replace(" and ", "+").split("+")]


def _of_ingredients(within: frozenset[str]) -> list[str]:
    said = [text for among, text in _TABLE if within & among]
    # Whoever was told not to drive need not be told that he may become drowsy.
    if _HABIT in said and _MAYBE_DROWSY in said:
        said.remove(_MAYBE_DROWSY)
    return said


def _of_form(form: str, within: frozenset[str]) -> list[str]:
    said = []
    if form in _EXTERNAL_FORMS:
        said.append("For external use only.")
    for word, text in _BY_FORM:
        if word not in form or (word == "dispersible" and "orodispersible" in form):
            continue
        if word == "inhaler" and not within & _OF_STEROID_INHALERS:
            text = "Shake before use."
        said.append(text)
    return said


_HABIT: Final = _TABLE[1][1]
_MAYBE_DROWSY: Final = _TABLE[2][1]
_GRAVE: Final = frozenset(text for _among, text in _TABLE[:9]) | {"For external use only."}
