"""Whether a medicine meets an allergy: by ingredient, or by the class that the allergy names.

The classes are those that people are commonly recorded as allergic to, with the generic names (INN)
that belong to them. They hold without any rule set; a clinic's rules add to them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from clinicdesk.contract.substances import international_name, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "penicillins": frozenset(
        {"amoxicillin", "ampicillin", "benzylpenicillin", "cloxacillin", "dicloxacillin",
         "flucloxacillin", "phenoxymethylpenicillin", "piperacillin"}
    ),
    "cephalosporins": frozenset(
        {"cefaclor", "cefadroxil", "cefalexin", "cefazolin", "cefdinir", "cefepime",
         "cefixime", "cefotaxime", "cefpodoxime", "ceftazidime", "ceftriaxone", "cefuroxime"}
    ),
    "sulfonamides": frozenset(
        {"sulfamethoxazole", "sulfadiazine", "sulfasalazine", "sulfadoxine"}
    ),
    "nsaids": frozenset(
        {"aspirin", "aceclofenac", "celecoxib", "diclofenac", "etoricoxib", "ibuprofen",
         "indometacin", "ketorolac", "mefenamic acid", "meloxicam", "naproxen", "nimesulide",
         "piroxicam"}
    ),
    "macrolides": frozenset({"azithromycin", "clarithromycin", "erythromycin", "roxithromycin"}),
    "fluoroquinolones": frozenset(
        {"ciprofloxacin", "levofloxacin", "moxifloxacin", "norfloxacin", "ofloxacin"}
    ),
    "tetracyclines": frozenset({"doxycycline", "minocycline", "tetracycline"}),
    "opioids": frozenset(
        {"codeine", "fentanyl", "morphine", "oxycodone", "tapentadol", "tramadol", "buprenorphine"}
    ),
    "ace inhibitors": frozenset(
        {"captopril", "enalapril", "lisinopril", "perindopril", "ramipril", "trandolapril"}
    ),
    "local anaesthetics": frozenset({"bupivacaine", "lidocaine", "prilocaine"}),
}  # fmt: skip


def meets(substance: str, ingredients: Iterable[str]) -> bool:
    """Whether one of the ingredients is the substance, a salt of it, or of the class it names.

    A class may be written in the singular; "amoxicillin trihydrate" is taken as amoxicillin.
    """
    wanted = allergen_names(substance)
    return any(
        wanted.intersection((*names_of(ingredient), *known_classes(ingredient)))
        for ingredient in ingredients
    )


def allergen_names(substance: str) -> frozenset[str]:
    """What an allergy may mean: the substance as written, and the class that it is the singular
    of."""
    name = international_name(substance)
    return frozenset({name, f"{name}s"})


@lru_cache(maxsize=8192)
def known_classes(ingredient: str) -> frozenset[str]:
    """The classes above that the ingredient belongs to."""
    names = names_of(ingredient)
    return frozenset(name for name, members in CLASSES.items() if members.intersection(names))
