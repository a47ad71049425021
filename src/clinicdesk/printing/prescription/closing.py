"""What closes a prescription, on its last page: that nothing follows, repeats, note, signature."""

from __future__ import annotations

from typing import Final

from clinicdesk.printing.facts import PrescriptionFacts
from clinicdesk.printing.ink import GREY, Ink
from clinicdesk.printing.prescription.country import Country
from clinicdesk.printing.prescription.parts import FOOT, MARGIN, credentials
from clinicdesk.printing.words import day_text, moment_text

_BODY: Final = 9.5
_SMALL: Final = 8.5
_TINY: Final = 7.5
_HAND: Final = 36.0
"""Height of the room for the hand that signs, above the line."""
_ROW: Final = 40.0
"""Height of a row for one dispensing: a pharmacy's stamp goes into it."""
_MOST_ROWS: Final = 3
_FIELDS: Final = (
    ("Dispensed by: name and address of the pharmacy", 0.0),
    ("Date", 238.0),
    ("Register entry no.", 304.0),
    ("Pharmacist, registration no., signature", 384.0),
)
"""What a pharmacy fills in, and how far from the margin."""


def draw_end(ink: Ink, facts: PrescriptionFacts, country: Country, y: float) -> None:
    """The words below the last medicine; then, at the foot of the page, what is filled in by hand.

    India's rules have the pharmacy enter what it dispensed above the signature.
    """
    below = _words(ink, facts, country, y)
    y = max(below + 6, ink.height - FOOT - _by_hand(facts, country))
    for row in range(_rows(facts, country)):
        _dispensing(ink, y + row * _ROW)
    _signature(ink, facts, country, y + _rows(facts, country) * _ROW)


def end_height(facts: PrescriptionFacts, country: Country) -> float:
    """What `draw_end` needs, down to the foot."""
    return _words(Ink(title=""), facts, country, 0) + 6 + _by_hand(facts, country)


def _words(ink: Ink, facts: PrescriptionFacts, country: Country, y: float) -> float:
    prescription = facts.prescription
    width = ink.width - 2 * MARGIN
    ink.rule(MARGIN, y - 8, width, 0.6)
    y += 7
    count = len(facts.items)
    ending = f"End of the prescription: {count} medicine{'' if count == 1 else 's'}."
    y = ink.block(MARGIN, y, f"{ending} {_repeats(facts)}", _BODY, width, bold=True)
    if prescription.valid_until is not None:
        until = f"May be dispensed until {day_text(prescription.valid_until)}."
        y = ink.block(MARGIN, y, until, _BODY, width)
    if prescription.note:
        y = ink.block(MARGIN, y + 2, f"Note: {prescription.note}", _BODY, width)
    for sentence in _legends(facts, country):
        y = ink.block(MARGIN, y + 1, sentence, _TINY, width, colour=GREY)
    return y


def _by_hand(facts: PrescriptionFacts, country: Country) -> float:
    signature = _signature(Ink(title=""), facts, country, 0)
    return _rows(facts, country) * _ROW + signature


def _rows(facts: PrescriptionFacts, country: Country) -> int:
    """One for each time that it may be dispensed."""
    return min(_MOST_ROWS, 1 + facts.prescription.repeats) if country.dispensing else 0


def _dispensing(ink: Ink, y: float) -> None:
    width = ink.width - 2 * MARGIN
    ink.box(MARGIN, y, width, _ROW, GREY)
    for words, left in _FIELDS:
        if left:
            ink.upright(MARGIN + left - 5, y, _ROW, GREY)
        ink.text(MARGIN + left + (0 if left else 5), y + 10, words, 6.5, colour=GREY)


def _signature(ink: Ink, facts: PrescriptionFacts, country: Country, y: float) -> float:
    """As high as its names are long; where it ends."""
    width = 230.0
    left = ink.width - MARGIN - width
    y += _HAND
    ink.rule(left, y, width)
    y = ink.block(left, y + 11, f"Signature of {facts.practitioner.name}", _SMALL, width)
    said = " · ".join(part for part in credentials(facts.practitioner, country) if part)
    y = ink.block(left, y, said, _SMALL, width)
    if facts.prescription.signed_at is not None:
        signed = moment_text(facts.prescription.signed_at, facts.clinic.zone)
        proof = "; the QR code proves it" if facts.prescription.seal else ""
        y = ink.block(left, y, f"Signed at the desk {signed}{proof}.", _TINY, width, colour=GREY)
    return y


def _repeats(facts: PrescriptionFacts) -> str:
    repeats = facts.prescription.repeats
    if not repeats:
        return "No repeats."
    times = {1: "once more", 2: "twice more"}.get(repeats, f"{repeats} more times")
    return f"Repeats: {repeats} (may be dispensed {times})."


def _legends(facts: PrescriptionFacts, country: Country) -> list[str]:
    present = {item.schedule for item in facts.items}
    said = [text for schedule, text in country.legends.items() if schedule in present]
    return list(dict.fromkeys(said))
