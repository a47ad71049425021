"""The widely used list of medicines sold in India: one row per product, nine columns.

It names the product, its pack in words ("strip of 10 tablets") and up to two ingredients with
their strengths ("Amoxycillin  (500mg)"). Form, pack, strengths and ingredients are read out of
those words. It says nothing about dosing, so frequency and days stay empty.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from clinicdesk.contract.substances import INTERNATIONAL_NAMES
from clinicdesk.server.domain.formulary.controlled import schedule_of
from clinicdesk.server.domain.formulary.forms import UNKNOWN, DosageForm, dosage_form
from clinicdesk.server.domain.formulary.rows import (
    GREATEST_PACK,
    BadFieldError,
    MedicineRow,
    checked_text,
    price_to_minor,
    yes_or_no,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS: Final = (
    "id", "name", "price(₹)", "is_discontinued", "manufacturer_name", "type", "pack_size_label",
    "short_composition1", "short_composition2",
)  # fmt: skip
"""In lower case, as headers are compared."""

REQUIRED: Final = frozenset(COLUMNS) - {"type", "short_composition2"}


class _Pack(Struct, frozen=True):
    size: int
    unit: str
    form: DosageForm


class _Part(Struct, frozen=True):
    name: str
    strength: str


_LABEL = re.compile(
    r"(?P<container>[a-z -]+?) of (?P<amount>\d+(?:\.\d+)?)\s*"
    r"(?P<measure>ml|gm|g|ltr|kg)?\b\s*(?P<what>.*)",
    re.I,
)
_LABEL_TURNED = re.compile(
    r"(?P<amount>\d+(?:\.\d+)?)\s*(?P<measure>ml|gm|g|ltr|kg)?\b\s*(?P<what>.*?)"
    r" in 1 (?P<container>[a-z -]+)",
    re.I,
)
_MEASURES: Final = {
    "ml": ("ml", 1), "ltr": ("ml", 1000), "gm": ("g", 1), "g": ("g", 1), "kg": ("g", 1000),
}  # fmt: skip
_COMPOSITION = re.compile(r"(.*?)\s*\(([^()]*)\)")


def read_row(row: Mapping[str, str], currency: str) -> MedicineRow:
    """One product of the list.

    Raises:
        BadFieldError: A column cannot be understood.
    """
    parts = _parts(row)
    brand = checked_text("name", row["name"], 200, required=True)
    pack = _pack(checked_text("pack_size_label", row["pack_size_label"], 120), brand)
    ingredients = list(dict.fromkeys(part.name.lower() for part in parts))
    return MedicineRow(
        code=_code(row["id"]),
        generic_name=checked_text(
            "short_composition1", " + ".join(part.name for part in parts), 300, required=True
        ),
        strength=checked_text(
            "short_composition1", " + ".join(part.strength for part in parts if part.strength), 120
        ),
        form=pack.form.name,
        route=pack.form.route,
        brand=brand,
        manufacturer=checked_text("manufacturer_name", row["manufacturer_name"], 120),
        pack_size=pack.size,
        pack_unit=pack.unit,
        price_minor=price_to_minor("price(₹)", row["price(₹)"], currency),
        currency=currency,
        schedule=schedule_of(ingredients, pack.form.name),
        ingredients=ingredients,
        discontinued=yes_or_no("is_discontinued", row["is_discontinued"]),
        default_dose=f"1 {pack.form.unit}" if pack.form.unit in ("tablet", "capsule") else "",
    )


def _code(identifier: str) -> str:
    text = identifier.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise BadFieldError("id", f'id is "{text[:40]}"; the list numbers its products.')
    return f"in-{int(text)}"


def _parts(row: Mapping[str, str]) -> Sequence[_Part]:
    parts = []
    for column in ("short_composition1", "short_composition2"):
        text = checked_text(column, row.get(column, ""), 200)
        if text:
            parts.append(_part(text))
    if not parts or not parts[0].name:
        raise BadFieldError("short_composition1", "short_composition1 names no ingredient.")
    return parts


@lru_cache(maxsize=16384)
def _part(text: str) -> _Part:
    found = _COMPOSITION.fullmatch(text)
    name, strength = (found[1], found[2]) if found and found[1] else (text, "")
    name = INTERNATIONAL_NAMES.get(name.lower(), name)
    return _Part(name[:1].upper() + name[1:], _strength(strength))


def _strength(text: str) -> str:
    """ "500mg" as "500 mg"; micrograms in full, as safe prescribing asks; "NA" is none."""
    tidy = text.strip()
    if tidy.upper() in ("", "NA", "N/A"):
        return ""
    spaced = re.sub(r"(\d)\s*([A-Za-zµ])", r"\1 \2", tidy)
    return re.sub(r"\b(?:mcg|µg)\b", "microgram", re.sub(r"\bgm\b", "g", spaced))


@lru_cache(maxsize=8192)
def _label(label: str) -> _Pack | None:
    found = _LABEL.fullmatch(label) or _LABEL_TURNED.fullmatch(label)
    if found is None:
        return None
    form = dosage_form(found["what"] or "")
    if form is UNKNOWN:
        form = dosage_form(found["container"])
    measure, factor = _MEASURES.get((found["measure"] or "").lower(), ("", 1))
    container = found["container"].strip().lower()
    amount = found["amount"]
    counted = amount.isdigit() and 1 <= int(amount) * factor <= GREATEST_PACK
    # An opened vial is not sold by the millilitre, and half a millilitre is not counted at all.
    if not counted or form.name == "injection":
        whole = not measure and counted
        return _Pack(int(amount) if whole else 1, container, form)
    if measure:
        return _Pack(int(amount) * factor, measure, form)
    if form.name == "inhaler" and int(amount) < 20:
        return _Pack(int(amount), "inhaler", form)
    return _Pack(int(amount), form.unit or container, form)


def _pack(label: str, brand: str) -> _Pack:
    """The pack that the label describes; the product's name helps where the label names no form."""
    pack = _label(label)
    if pack is None:
        return _Pack(1, "pack", dosage_form(brand))
    if pack.form is UNKNOWN:
        return _Pack(pack.size, pack.unit, dosage_form(brand))
    return pack
