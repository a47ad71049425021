"""Whether a medicine meets an allergy: by ingredient, or by the class that the allergy names.

The classes are those that people are commonly recorded as allergic to, with the generic names (INN)
that belong to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "penicillins": frozenset(
        {"amoxicillin", "amoxycillin", "ampicillin", "benzylpenicillin", "cloxacillin",
         "dicloxacillin", "flucloxacillin", "phenoxymethylpenicillin", "piperacillin"}
    ),
    "cephalosporins": frozenset(
        {"cefaclor", "cefadroxil", "cefalexin", "cephalexin", "cefazolin", "cefdinir", "cefepime",
         "cefixime", "cefotaxime", "cefpodoxime", "ceftazidime", "ceftriaxone", "cefuroxime"}
    ),
    "sulfonamides": frozenset(
        {"sulfamethoxazole", "sulphamethoxazole", "sulfadiazine", "sulfasalazine", "sulfadoxine"}
    ),
    "nsaids": frozenset(
        {"aspirin", "acetylsalicylic acid", "aceclofenac", "celecoxib", "diclofenac", "etoricoxib",
         "ibuprofen", "indometacin", "indomethacin", "ketorolac", "mefenamic acid", "meloxicam",
         "naproxen", "nimesulide", "piroxicam"}
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
    "local anaesthetics": frozenset({"bupivacaine", "lidocaine", "lignocaine", "prilocaine"}),
}  # fmt: skip


def meets(substance: str, ingredients: Iterable[str]) -> bool:
    """Whether one of the ingredients is the substance, a salt of it, or of the class it names.

    A class may be written in the singular; "amoxicillin trihydrate" is taken as amoxicillin.
    """
    wanted = substance.strip().lower()
    members = CLASSES.get(wanted) or CLASSES.get(f"{wanted}s") or frozenset({wanted})
    return any(
        ingredient == member or ingredient.startswith(f"{member} ")
        for ingredient in ingredients
        for member in members
    )
