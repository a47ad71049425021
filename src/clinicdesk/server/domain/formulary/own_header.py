"""The project's own header for formulary files; docs/formulary-import.md describes each column."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from clinicdesk.contract.entities import Schedule
from clinicdesk.contract.sig import FREQUENCIES, ROUTES, frequency_code
from clinicdesk.server.domain.formulary.controlled import schedule_of
from clinicdesk.server.domain.formulary.forms import dosage_form
from clinicdesk.server.domain.formulary.rows import (
    GREATEST_PACK,
    BadFieldError,
    MedicineRow,
    checked_gtin,
    checked_text,
    price_to_minor,
    whole_number,
    yes_or_no,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = (
    "code", "generic_name", "strength", "form", "route", "brand", "manufacturer", "pack_size",
    "pack_unit", "price", "currency", "schedule", "therapeutic_class", "ingredients", "gtin",
    "default_dose", "default_frequency", "default_days", "discontinued",
)  # fmt: skip

REQUIRED: Final = frozenset({"generic_name", "form", "pack_size", "pack_unit", "price"})

_IDENTITY = (
    "generic_name",
    "strength",
    "form",
    "route",
    "brand",
    "manufacturer",
    "pack_size",
    "pack_unit",
)


def read_row(row: Mapping[str, str], currency: str) -> MedicineRow:
    """One medicine; columns that the file leaves out take their documented default.

    Raises:
        BadFieldError: A column cannot be understood.
    """
    generic_name = checked_text("generic_name", row["generic_name"], 200, required=True)
    form = checked_text("form", row["form"], 60, required=True).lower()
    ingredients = _ingredients(row.get("ingredients", ""), generic_name)
    return MedicineRow(
        code=_code(row),
        generic_name=generic_name,
        strength=checked_text("strength", row.get("strength", ""), 120),
        form=form,
        route=_route(row.get("route", ""), form),
        brand=checked_text("brand", row.get("brand", ""), 200),
        manufacturer=checked_text("manufacturer", row.get("manufacturer", ""), 120),
        pack_size=whole_number("pack_size", row["pack_size"], GREATEST_PACK),
        pack_unit=checked_text("pack_unit", row["pack_unit"], 40, required=True),
        price_minor=price_to_minor("price", row["price"], currency),
        currency=_currency(row.get("currency", ""), currency),
        schedule=_schedule(row.get("schedule", ""), ingredients, form),
        ingredients=ingredients,
        discontinued=yes_or_no("discontinued", row.get("discontinued", "")),
        default_dose=checked_text("default_dose", row.get("default_dose", ""), 60),
        default_frequency=_frequency(row.get("default_frequency", "")),
        default_days=_days(row.get("default_days", "")),
        therapeutic_class=checked_text("therapeutic_class", row.get("therapeutic_class", ""), 120),
        gtin=checked_gtin("gtin", row.get("gtin", "")),
    )


def _code(row: Mapping[str, str]) -> str:
    """The file's own code, or a digest of what makes the product itself.

    The price is no part of it: a new price changes a medicine, it does not make another one.
    """
    code = checked_text("code", row.get("code", ""), 60)
    if code:
        return code
    identity = "\x1f".join(" ".join(row.get(column, "").split()).casefold() for column in _IDENTITY)
    return "x-" + blake2b(identity.encode(), digest_size=12).hexdigest()


def _ingredients(text: str, generic_name: str) -> list[str]:
    names = [checked_text("ingredients", part, 120).lower() for part in text.split(";")]
    names = [name for name in names if name]
    if not names:
        names = [part.strip().lower() for part in generic_name.split(" + ") if part.strip()]
    if len(names) > 40:
        raise BadFieldError(
            "ingredients", f"ingredients names {len(names)}; at most 40 are allowed."
        )
    return list(dict.fromkeys(names))


def _route(text: str, form: str) -> str:
    route = checked_text("route", text, 40).lower()
    if not route:
        return dosage_form(form).route
    if route not in ROUTES:
        raise BadFieldError("route", f'route is "{route}"; known are {", ".join(ROUTES)}.')
    return route


def _currency(text: str, currency: str) -> str:
    written = text.strip().upper()
    if written not in ("", currency):
        raise BadFieldError(
            "currency", f'currency is "{written[:10]}"; this formulary is priced in {currency}.'
        )
    return currency


def _schedule(text: str, ingredients: list[str], form: str) -> Schedule:
    word = text.strip().upper()
    if not word:
        return schedule_of(ingredients, form)
    try:
        return Schedule(word)
    except ValueError:
        known = ", ".join(Schedule)
        raise BadFieldError("schedule", f'schedule is "{word[:20]}"; known are {known}.') from None


def _frequency(text: str) -> str:
    word = text.strip()
    if not word:
        return ""
    code = frequency_code(word)
    if code is None:
        known = ", ".join(FREQUENCIES)
        raise BadFieldError(
            "default_frequency", f'default_frequency is "{word[:20]}"; known are {known}.'
        )
    return code


def _days(text: str) -> int | None:
    return whole_number("default_days", text, 365) if text.strip() else None
