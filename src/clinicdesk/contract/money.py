"""Money: integer minor units with their ISO 4217 currency. No floats, ever."""

from __future__ import annotations

from typing import Final

MINOR_DIGITS: Final = {"INR": 2, "NZD": 2, "AUD": 2, "USD": 2, "EUR": 2, "GBP": 2, "JPY": 0}
"""Decimal places of the currencies the product prints; others are taken as two (ISO 4217)."""

SYMBOLS: Final = {
    "INR": "₹",
    "NZD": "$",
    "AUD": "$",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
}


GREATEST_PRICE_MINOR: Final = 1_000_000_000
"""Of a pack: ten million, where the currency has two decimal places. More is a slip of the hand."""


def line_amount(price_minor: int, pack_size: int, quantity: int) -> int:
    """What `quantity` units cost when a pack of `pack_size` units costs `price_minor`.

    Medicines are sold by the unit out of an opened pack, so the price is divided
    and the line rounded half up to a whole minor unit.
    """
    return (2 * price_minor * quantity + pack_size) // (2 * pack_size)


def format_money(minor: int, currency: str) -> str:
    """The amount as its country writes it: ₹ 1,23,456.00 in lakh, $ 1,234.50 in thousands."""
    digits = MINOR_DIGITS.get(currency, 2)
    sign = "-" if minor < 0 else ""
    whole, fraction = divmod(abs(minor), 10**digits)
    grouped = _group_lakh(whole) if currency == "INR" else f"{whole:,}"
    tail = f".{fraction:0{digits}d}" if digits else ""
    symbol = SYMBOLS.get(currency, currency)
    return f"{sign}{symbol}\N{NO-BREAK SPACE}{grouped}{tail}"


def _group_lakh(whole: int) -> str:
    text = str(whole)
    if len(text) <= 3:
        return text
    head, tail = text[:-3], text[-3:]
    pairs: list[str] = []
    while head:
        pairs.append(head[-2:])
        head = head[:-2]
    return ",".join([*reversed(pairs), tail])
