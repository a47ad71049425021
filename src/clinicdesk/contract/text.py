"""Bounded text: every text that crosses the wire has a greatest length, in characters."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Line = Annotated[str, Meta(max_length=200)]
Reason = Annotated[str, Meta(min_length=3, max_length=300)]
"""Why something was taken away; never empty, so that the other side understands."""
Note = Annotated[str, Meta(max_length=2000)]
Phone = Annotated[str, Meta(max_length=24)]
"""E.164 where it is known, otherwise as written."""
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""
Minor = Annotated[int, Meta(ge=0, le=100_000_000_000)]
"""Money in minor units (paise, cents) of the currency that stands beside it."""
