"""Names of substances: one spelling for each, and the shorter names that a longer one contains."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

INTERNATIONAL_NAMES: Final = {
    "acetaminophen": "paracetamol", "acetylsalicylic acid": "aspirin", "albuterol": "salbutamol",
    "acyclovir": "aciclovir", "amoxycillin": "amoxicillin", "beclomethasone": "beclometasone",
    "carboxymethylcellulose sodium": "carboxymethylcellulose",
    "cefadroxyl": "cefadroxil", "cephalexin": "cefalexin",
    "chlorpheniramine": "chlorphenamine", "chlorpheniramine maleate": "chlorphenamine",
    "chlorthalidone": "chlortalidone", "cholecalciferol": "colecalciferol",
    "clavulanate": "clavulanic acid", "cyclosporine": "ciclosporin",
    "dicyclomine": "dicycloverine", "divalproex sodium": "sodium valproate",
    "epinephrine": "adrenaline", "ethinyl estradiol": "ethinylestradiol",
    "frusemide": "furosemide", "glyburide": "glibenclamide", "glycopyrrolate": "glycopyrronium",
    "guaiphenesin": "guaifenesin", "hyoscine": "hyoscine butylbromide",
    "indomethacin": "indometacin", "isoprenaline": "isoproterenol",
    "levosulbutamol": "levosalbutamol", "levalbuterol": "levosalbutamol",
    "lignocaine": "lidocaine", "lithium carbonate": "lithium", "mesalamine": "mesalazine",
    "methylcobalamin": "mecobalamin", "nitroglycerin": "glyceryl trinitrate",
    "norethindrone": "norethisterone", "penicillin g": "benzylpenicillin",
    "penicillin v": "phenoxymethylpenicillin", "pethidine": "meperidine",
    "phenobarbitone": "phenobarbital", "rifampin": "rifampicin", "simethicone": "simeticone",
    "sulphadiazine": "sulfadiazine", "sulphamethoxazole": "sulfamethoxazole",
    "sulphasalazine": "sulfasalazine", "thyroxine": "levothyroxine", "torsemide": "torasemide",
    "trihexyphenidyl hydrochloride": "trihexyphenidyl", "valacyclovir": "valaciclovir",
    "valproate": "sodium valproate", "valproic acid": "sodium valproate",
    "vitamin c": "ascorbic acid", "vitamin d3": "colecalciferol",
}  # fmt: skip
"""Other spellings to the international name (INN), so that all checks meet one word."""


@lru_cache(maxsize=8192)
def international_name(name: str) -> str:
    """The substance in lower case, tidied, by its international name where another was written."""
    tidy = " ".join(name.lower().split())
    return INTERNATIONAL_NAMES.get(tidy, tidy)


@lru_cache(maxsize=8192)
def names_of(ingredient: str) -> tuple[str, ...]:
    """The names under which something may be known of an ingredient, the fullest first.

    "Amoxicillin trihydrate" is also "amoxicillin": what is known of a substance holds for its
    salts, and "insulin" for each kind of it.
    """
    words = international_name(ingredient).split()
    prefixes = (international_name(" ".join(words[:end])) for end in range(len(words), 0, -1))
    return tuple(dict.fromkeys(prefixes))
