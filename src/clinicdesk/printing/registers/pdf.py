"""A register as PDF, on A4 lying: to be kept, and shown to an inspector."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from clinicdesk.printing.facts import RegisterEntry, RegisterFacts
from clinicdesk.printing.fonts import RENDERING
from clinicdesk.printing.ink import A4, GREY, Align, Ink
from clinicdesk.printing.registers.ledger import (
    BALANCED,
    came,
    deed_of,
    medicine_of,
    period_of,
    title_of,
    totals,
    went,
)
from clinicdesk.printing.shaping import wrapped
from clinicdesk.printing.words import day_text, moment_text

_MARGIN: Final = 30.0
_SIZE: Final = 7.5
_LINE: Final = 9.6
_FOOT: Final = 40.0


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
            y = _draw_head(ink, facts, columns)
            for row in rows:
                y = _draw_row(ink, columns, row, y)
            if number == len(pages):
                _draw_end(ink, facts, y)
            _draw_foot(ink, facts, number, len(pages))
        return ink.finish()


def _columns(facts: RegisterFacts) -> list[_Column]:
    balanced = facts.kind in BALANCED
    return [
        _Column("No", 26),
        _Column("Date", 62),
        _Column("Medicine", 148 if balanced else 172),
        _Column("Batch, expiry", 66),
        _Column("Patient", 140 if balanced else 158),
        _Column("Prescriber", 108 if balanced else 118),
        _Column("Prescription", 58),
        *([_Column("In", 34, number=True)] if balanced else []),
        _Column("Out" if balanced else "Quantity", 40, number=True),
        *([_Column("Balance", 40, number=True)] if balanced else []),
        _Column("By, collected by", 60 if balanced else 82),
    ]


def _cells(facts: RegisterFacts, number: int, entry: RegisterEntry) -> list[str]:
    made = " · ".join(part for part in (entry.brand, entry.manufacturer) if part)
    deed = deed_of(entry)
    about = f"{medicine_of(entry)}\n{made}" + (
        "" if deed == "supplied" and not entry.reason else f"\n{deed}: {entry.reason or ''}"
    )
    balanced = facts.kind in BALANCED
    expiry = "" if entry.expiry is None else f"\n{day_text(entry.expiry)}"
    written = "" if entry.prescribed_on is None else f"\n{day_text(entry.prescribed_on)}"
    return [
        str(number),
        moment_text(entry.at, facts.clinic.zone).replace(", ", "\n"),
        about,
        f"{entry.batch_number or ''}{expiry}",
        f"{entry.patient_name or ''}\n{entry.patient_address or ''}",
        f"{entry.prescriber_name or ''}\n{entry.prescriber_registration or ''}",
        f"{entry.prescription_code or ''}{written}",
        *([_figure(came(entry))] if balanced else []),
        _figure(went(entry)),
        *([_figure(entry.balance)] if balanced else []),
        f"{entry.by}\n{entry.collected_by or ''}",
    ]


def _figure(number: int | None) -> str:
    return "" if number is None else str(number)


def _rows(facts: RegisterFacts, columns: list[_Column]) -> list[_Row]:
    return [
        _Row(
            [
                [
                    part
                    for line in text.split("\n")
                    for part in wrapped(line, _SIZE, column.width - 6)
                ]
                for text, column in zip(_cells(facts, number, entry), columns, strict=True)
            ]
        )
        for number, entry in enumerate(facts.entries, 1)
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
        pages.append([])
    return pages


def _draw_head(ink: Ink, facts: RegisterFacts, columns: list[_Column]) -> float:
    pharmacy = facts.pharmacy
    licence = pharmacy.licence_number and f"Licence {pharmacy.licence_number}"
    said = (pharmacy.name, licence, pharmacy.address)
    ink.text(_MARGIN, _MARGIN + 8, f"{title_of(facts)} · {period_of(facts)}", 12, bold=True)
    y = _MARGIN + 22
    whose = " · ".join(part for part in said if part)
    y = ink.block(_MARGIN, y, whose, 8.5, ink.width - 2 * _MARGIN) + 8
    x = _MARGIN
    for column in columns:
        place = x + column.width - 6 if column.number else x
        align = Align.RIGHT if column.number else Align.LEFT
        ink.text(place, y, column.heading, _SIZE, bold=True, align=align)
        x += column.width
    ink.rule(_MARGIN, y + 4, ink.width - 2 * _MARGIN)
    return y + 15


def _draw_row(ink: Ink, columns: list[_Column], row: _Row, y: float) -> float:
    x = _MARGIN
    for column, lines in zip(columns, row.cells, strict=True):
        place = x + column.width - 6 if column.number else x
        align = Align.RIGHT if column.number else Align.LEFT
        for line_number, line in enumerate(lines):
            ink.text(place, y + line_number * _LINE, line, _SIZE, align=align)
        x += column.width
    ink.rule(_MARGIN, y + row.height - _LINE - 1, ink.width - 2 * _MARGIN, 0.2)
    return y + row.height


def _end_height(facts: RegisterFacts) -> float:
    return (len(totals(facts)[:_MOST_TOTALS]) + 2) * 11.0 + 46


def _draw_end(ink: Ink, facts: RegisterFacts, y: float) -> None:
    count = len(facts.entries)
    if not count:
        ink.text(_MARGIN, y, "There is nothing to enter for these days.", 8.5)
        y += 12
    else:
        ink.text(_MARGIN, y, f"{count} {'entry' if count == 1 else 'entries'}. In all:", 8.5,
                 bold=True)  # fmt: skip
        y += 12
    sums = totals(facts)
    for name, into, out in sums[:_MOST_TOTALS]:
        received = f"{into} in, " if facts.kind in BALANCED else ""
        ink.text(_MARGIN, y, f"{name}: {received}{out} out", _SIZE)
        y += 11
    if len(sums) > _MOST_TOTALS:
        rest = f"and {len(sums) - _MOST_TOTALS} more medicines: the CSV has all entries."
        ink.text(_MARGIN, y, rest, _SIZE)
        y += 11
    ink.rule(_MARGIN, y + 26, 220)
    ink.text(_MARGIN, y + 36, "Pharmacist in charge, date", _SIZE, colour=GREY)


def _draw_foot(ink: Ink, facts: RegisterFacts, page: int, pages: int) -> None:
    y = ink.height - 20
    printing = facts.printing
    printed = f"Printed {moment_text(printing.at, facts.clinic.zone)} by {printing.by}"
    copy = f"Copy {printing.earlier + 1}. " if printing.is_copy else ""
    ink.text(_MARGIN, y, copy + printed, _SIZE, colour=GREY)
    place = ink.width - _MARGIN
    ink.text(place, y, f"Page {page} of {pages}", _SIZE, align=Align.RIGHT)


_MOST_TOTALS: Final = 30
