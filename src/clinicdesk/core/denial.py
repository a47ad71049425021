"""Why something cannot be done here and now, told before anything was sent."""

from __future__ import annotations

from msgspec import Struct


class Denied(Struct, frozen=True):
    """Nothing was saved or sent.

    Attributes:
        sentence: Why, and what to do; no patient text.
        field: The field of the form it is about, as `items[1].quantity`; empty when about none.
    """

    sentence: str
    field: str = ""
