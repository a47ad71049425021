"""What a scanned prescription comes to: one verdict, by one rule, at the desk and at the server.

A print can be copied, so a seal alone says only that the clinic made it. What may still be
dispensed is said by the prescription as it stands now: whoever comes with a photocopy finds what is
left of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, Struct

from clinicdesk.contract.entities import (
    ItemStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)

SCAN: Final = "/api/prescriptions/{prescription_id}/scan"
LONGEST_CODE: Final = 600
_NAMED: Final = 3
"""Lines that a sentence names before it counts the others."""


class Verdict(StrEnum):
    """What a scan of a prescription comes to."""

    OPEN = "open"
    PART = "part"  # some of it was handed over; the rest is left
    DISPENSED = "dispensed"  # nothing is left
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    ELSEWHERE = "elsewhere"  # genuine, and not this member's to see: another pharmacy's
    REPLACED = "replaced"  # genuine, and not the seal that the prescription has now
    WITHDRAWN = "withdrawn"  # sealed with a key that is not believed any more
    FOREIGN = "foreign"  # another clinic's
    ALTERED = "altered"  # this clinic's, and changed since
    FORGED = "forged"  # bears the name of this clinic's key, and was not signed with it


OPENS: Final = frozenset(
    {Verdict.OPEN, Verdict.PART, Verdict.DISPENSED, Verdict.EXPIRED, Verdict.CANCELLED}
)
"""The prescription is shown, for what it is; with the others nothing is."""


class ScannedCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `SCAN`. `code`: what the QR code says, or the prescription's own code."""

    code: Annotated[str, Meta(min_length=1, max_length=LONGEST_CODE)]


class ScanAnswer(Struct, frozen=True, kw_only=True):
    """The answer. `detail` says the verdict in a sentence, with what to do."""

    prescription_id: UUID
    verdict: Verdict
    detail: str


def standing(
    prescription: Prescription, items: Sequence[PrescriptionItem], now: datetime
) -> tuple[Verdict, str]:
    """What may still be done with a prescription, whoever brings whichever print of it.

    Args:
        now: The time at the clinic, in its zone: days begin there at midnight.
    """
    code = prescription.code
    if prescription.status is PrescriptionStatus.CANCELLED:
        return Verdict.CANCELLED, f"{code} was cancelled. Nothing of it may be dispensed."
    if prescription.status is PrescriptionStatus.COMPLETED:
        return Verdict.DISPENSED, _all_gone(prescription, now)
    if prescription.valid_until is not None and prescription.valid_until < now.date():
        return Verdict.EXPIRED, (
            f"{code} was valid until {_day(prescription.valid_until)} and may not be dispensed "
            "any more. Ask the prescriber for a new one."
        )
    if any(item.supplied for item in items):
        return Verdict.PART, _what_is_left(code, items)
    return Verdict.OPEN, ""


def refusal(verdict: Verdict) -> str:
    """The sentence of a verdict with which nothing is shown."""
    return _REFUSALS[verdict]


def left_of(item: PrescriptionItem) -> int:
    """Units of a line that are authorised and not handed over."""
    gone = item.status in (ItemStatus.DECLINED, ItemStatus.CANCELLED, ItemStatus.HANDED_OVER)
    return 0 if gone else item.quantity - item.supplied


def _all_gone(prescription: Prescription, now: datetime) -> str:
    whom = f" to {prescription.collected_by}" if prescription.collected_by else ""
    at = prescription.completed_at
    when = "" if at is None else f" on {_day(at.astimezone(now.tzinfo))}"
    left = prescription.repeats - prescription.repeats_used
    then = (
        f"{left} of {prescription.repeats} repeats may still be dispensed."
        if left > 0
        else "Nothing is left to dispense."
    )
    return f"{prescription.code} was handed over{whom}{when}. {then}"


def _what_is_left(code: str, items: Sequence[PrescriptionItem]) -> str:
    waiting = [item for item in items if left_of(item)]
    if not waiting:
        return f"Everything on {code} that could be supplied was handed over. Nothing is left."
    named = [f"{i.generic_name} {i.strength}, {left_of(i)} of {i.quantity}" for i in waiting]
    more = len(named) - _NAMED
    said = "; ".join(named[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
    return f"Part of {code} was handed over before. Left to dispense: {said}."


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


_REFUSALS: Final = {
    Verdict.ELSEWHERE: (
        "This prescription is genuine, but it was not sent here. Send the patient to the pharmacy "
        "that it names, or ask the prescriber to send it to you."
    ),
    Verdict.REPLACED: (
        "This is an old print: the prescription was sealed anew since. Find it by its code or by "
        "the patient."
    ),
    Verdict.WITHDRAWN: (
        "This print was sealed with a key that the clinic has withdrawn. Find the prescription "
        "by its code or by the patient, and compare the lines."
    ),
    Verdict.FOREIGN: (
        "Another clinic made this code. It cannot be looked up here: treat it as a paper "
        "prescription and call the prescriber."
    ),
    Verdict.ALTERED: (
        "This code was changed after the clinic signed it. Do not dispense from it: keep the "
        "paper, and call the prescriber."
    ),
    Verdict.FORGED: (
        "This clinic did not sign this code. Do not dispense from it: keep the paper, and call "
        "the prescriber."
    ),
}
