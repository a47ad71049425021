"""A register as PDF, on A4 lying: to be kept, and shown to an inspector."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from msgspec import Struct

from clinicdesk.printing.facts import RegisterEntry, RegisterFacts
from clinicdesk.printing.fonts import RENDERING
from clinicdesk.printing.ink import A4, GREY, PALE, Align, Ink
from clinicdesk.printing.registers.ledger import (
    BALANCED,
    came,
    deed_of,
    figure,
    medicine_of,
    period_of,
    prescribers_at,
    title_of,
    totals,
    went,
)
from clinicdesk.printing.shaping import fitted, wrapped
from clinicdesk.printing.words import day_text, moment_text, units_of

_MARGIN: Final = 30.0
_SIZE: Final = 7.5
_LINE: Final = 9.6
_FOOT: Final = 34.0
_GAP: Final = 10.0
"""Between figures and the column that follows."""
_TOTAL_LINE: Final = 12.0
_TOTALS_AT: Final = (330.0, 390.0, 450.0)
"""Where the figures of the sums end."""
_MOST_TOTALS: Final = 30


class _Column(Struct, frozen=True):
    heading: str
    width: float
    number: bool = False


class _Row(Struct, frozen=True):
    cells: list[list[str]]

    @property
    def height(self) -> float:
        return max(map(len, self.cells)) * _LINE + 5


def render_register(facts: RegisterFacts) -> bytes:
    """The PDF. Each page says whose register it is and for which days; the last has the totals."""
    with RENDERING:
        ink = Ink((A4[1], A4[0]), title=f"{title_of(facts)}, {period_of(facts)}")
        columns = _columns(facts)
        pages = _pages(facts, columns, ink.height)
        for number, rows in enumerate(pages, 1):
            if number > 1:
                ink.next_page()
            y = _draw_head(ink, facts, columns if rows or not facts.entries else [])
            for row in rows:
                y = _draw_row(ink, columns, row, y)
            if number == len(pages):
                _draw_end(ink, facts, y)
            _draw_foot(ink, facts, number, len(pages))
        return ink.finish()


def _columns(facts: RegisterFacts) -> list[_Column]:
    if facts.kind in BALANCED:
        return [
            _Column("No", 26),
            _Column("Date", 56),
            _Column("Medicine", 156),
            _Column("Batch, expiry", 60),
            _Column("Patient", 140),
            _Column("Prescriber", 84),
            _Column("Prescription", 56),
            _Column("In", 32, number=True),
            _Column("Out", 34, number=True),
            _Column("Balance", 46, number=True),
            _Column("Supplied by, to", 92),
        ]
    return [
        _Column("No", 26),
        _Column("Date", 56),
        _Column("Medicine", 190),
        _Column("Batch, expiry", 62),
        _Column("Patient", 160),
        _Column("Prescriber", 90),
        _Column("Prescription", 56),
        _Column("Quantity", 48, number=True),
        _Column("Supplied by, to", 94),
    ]


def _cells(facts: RegisterFacts, entry: RegisterEntry) -> list[str]:
    made = " · ".join(part for part in (entry.brand, entry.manufacturer) if part)
    deed = deed_of(entry)
    done = ": ".join(part for part in (deed, entry.reason) if part)
    about = f"{medicine_of(entry)}\n{made}" + ("" if done == "supplied" else f"\n{done}")
    balanced = facts.kind in BALANCED
    expiry = "" if entry.expiry is None else f"\n{day_text(entry.expiry)}"
    written = "" if entry.prescribed_on is None else f"\n{day_text(entry.prescribed_on)}"
    return [
        str(entry.number),
        moment_text(entry.at, facts.clinic.zone).replace(", ", "\n"),
        about,
        f"{entry.batch_number or ''}{expiry}",
        f"{entry.patient_name or ''}\n{entry.patient_address or ''}",
        f"{entry.prescriber_name or ''}\n{entry.prescriber_registration or ''}",
        f"{entry.prescription_code or ''}{written}",
        *([figure(came(entry))] if balanced else []),
        figure(went(entry)),
        *([figure(entry.balance)] if balanced else []),
        f"{entry.by}\n{entry.collected_by or ''}",
    ]


def _rows(facts: RegisterFacts, columns: list[_Column]) -> list[_Row]:
    return [
        _Row(
            [
                [
                    part
                    for line in text.split("\n")
                    for part in wrapped(line, _SIZE, column.width - 6)
                ]
                for text, column in zip(_cells(facts, entry), columns, strict=True)
            ]
        )
        for entry in facts.entries
    ]


def _pages(facts: RegisterFacts, columns: list[_Column], height: float) -> list[list[_Row]]:
    top = _draw_head(Ink((A4[1], A4[0]), title=""), facts, columns)
    room = height - _FOOT - top
    pages: list[list[_Row]] = [[]]
    left = room
    for row in _rows(facts, columns):
        if row.height > left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(row)
        left -= row.height
    if _end_height(facts) > left:
        pages.append([pages[-1].pop()] if len(pages[-1]) > 1 else [])
    return pages


def _draw_head(ink: Ink, facts: RegisterFacts, columns: list[_Column]) -> float:
    """Whose register it is, and the headings of its columns, if entries follow."""
    pharmacy, width = facts.pharmacy, ink.width - 2 * _MARGIN
    licence = pharmacy.licence_number and f"Licence {pharmacy.licence_number}"
    said = (pharmacy.name, licence, pharmacy.address)
    ink.text(_MARGIN, _MARGIN + 8, f"{title_of(facts)} · {period_of(facts)}", 12, bold=True)
    y = _MARGIN + 22
    y = ink.block(_MARGIN, y, " · ".join(part for part in said if part), 8.5, width)
    y = ink.block(_MARGIN, y, f"Prescribers of {prescribers_at(facts)}", 8.5, width) + 6
    for column, x in zip(columns, _places(columns), strict=True):
        align = Align.RIGHT if column.number else Align.LEFT
        ink.text(x, y, column.heading, _SIZE, bold=True, align=align)
    ink.rule(_MARGIN, y + 4, width)
    return y + 15


def _draw_row(ink: Ink, columns: list[_Column], row: _Row, y: float) -> float:
    for column, x, lines in zip(columns, _places(columns), row.cells, strict=True):
        align = Align.RIGHT if column.number else Align.LEFT
        for line_number, line in enumerate(lines):
            ink.text(x, y + line_number * _LINE, line, _SIZE, align=align)
    ink.rule(_MARGIN, y + row.height - _LINE - 1, ink.width - 2 * _MARGIN, 0.4, colour=PALE)
    return y + row.height


def _places(columns: list[_Column]) -> list[float]:
    """Where the texts of each column begin, or, of figures, where they end."""
    ends = list(accumulate(column.width for column in columns))
    return [
        _MARGIN + (end - _GAP if column.number else end - column.width)
        for column, end in zip(columns, ends, strict=True)
    ]


def _end_height(facts: RegisterFacts) -> float:
    return (min(len(totals(facts)), _MOST_TOTALS + 1) + 2) * _TOTAL_LINE + 60


def _draw_end(ink: Ink, facts: RegisterFacts, y: float) -> None:
    """The sums of the period, and where the pharmacist signs."""
    y += 8
    if facts.entries:
        y = _draw_totals(ink, facts, y)
    else:
        ink.text(_MARGIN, y, "There is nothing to enter for these days.", 8.5)
    ink.rule(_MARGIN, y + 36, 220)
    ink.text(_MARGIN, y + 46, "Pharmacist in charge, date", _SIZE, colour=GREY)


def _draw_totals(ink: Ink, facts: RegisterFacts, y: float) -> float:
    sums, count = totals(facts), len(facts.entries)
    said = f"{figure(count)} {'entry' if count == 1 else 'entries'}. In all:"
    ink.text(_MARGIN, y, said, 8.5, bold=True)
    balanced = facts.kind in BALANCED
    headings = ("In", "Out", "Balance") if balanced else ("Quantity",)
    for heading, x in zip(headings, _TOTALS_AT, strict=False):
        ink.text(x, y, heading, _SIZE, bold=True, align=Align.RIGHT)
    for each in sums[:_MOST_TOTALS]:
        y += _TOTAL_LINE
        ink.text(_MARGIN, y, fitted(each.medicine, _SIZE, 230), _SIZE)
        numbers = (each.came, each.went, each.left) if balanced else (each.went,)
        for number, x in zip(numbers, _TOTALS_AT, strict=False):
            ink.text(x, y, figure(number), _SIZE, align=Align.RIGHT)
        ink.text(_TOTALS_AT[len(numbers) - 1] + 8, y, units_of(each.unit), _SIZE)
    if len(sums) > _MOST_TOTALS:
        y += _TOTAL_LINE
        rest = f"and {len(sums) - _MOST_TOTALS} more medicines: the CSV has all entries."
        ink.text(_MARGIN, y, rest, _SIZE)
    return y


def _draw_foot(ink: Ink, facts: RegisterFacts, page: int, pages: int) -> None:
    y = ink.height - 20
    printing = facts.printing
    printed = f"Printed {moment_text(printing.at, facts.clinic.zone)} by {printing.by}"
    copy = f"Copy {printing.earlier + 1}. " if printing.is_copy else ""
    ink.text(_MARGIN, y, copy + printed, _SIZE, colour=GREY)
    place = ink.width - _MARGIN
    ink.text(place, y, f"Page {page} of {pages}", _SIZE, align=Align.RIGHT)
