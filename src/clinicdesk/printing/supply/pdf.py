"""An order to a supplier as PDF, on A4: the pharmacy's letter."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from clinicdesk.contract.entities import SupplyOrderStatus
from clinicdesk.contract.money import format_money
from clinicdesk.printing.facts import SupplyFacts
from clinicdesk.printing.fonts import RENDERING
from clinicdesk.printing.ink import GREY, PALE, Align, Ink
from clinicdesk.printing.shaping import fitted, wrapped
from clinicdesk.printing.supply.lines import Ordered, day_of, is_draft, ordered, total_minor
from clinicdesk.printing.words import counted_units, day_text, moment_text, phone_text

_NO_BREAK: Final = "\N{NO-BREAK SPACE}"

_MARGIN: Final = 42.0
_FOOT: Final = 46.0
_SMALL: Final = 8.5
_BODY: Final = 9.5
_LINE: Final = 11.5
_PADDING: Final = 9.0
"""Between two lines of the order, with the rule in it."""
_ASIDE: Final = 200.0
"""Width of what stands at the right of the head."""
_TITLES: Final = {
    SupplyOrderStatus.DRAFT: "Draft of an order",
    SupplyOrderStatus.CANCELLED: "Cancelled order",
}
_ACROSS: Final = {SupplyOrderStatus.DRAFT: "DRAFT", SupplyOrderStatus.CANCELLED: "CANCELLED"}


class _Column(Struct, frozen=True):
    heading: str
    left: float  # from the margin
    width: float
    number: bool = False


_COLUMNS: Final = (
    _Column("No", 0, 16),
    _Column("Medicine", 20, 260),
    _Column("Pack", 288, 58),
    _Column("Packs", 344, 32, number=True),
    _Column("Cost each", 380, 62, number=True),
    _Column("Cost", 443, 68, number=True),
)


class _Row(Struct, frozen=True):
    """A line as it is drawn. `strong`: how many texts of the medicine's cell are its name."""

    cells: list[list[str]]
    strong: int

    @property
    def height(self) -> float:
        return max(map(len, self.cells)) * _LINE + _PADDING


def render_order(facts: SupplyFacts) -> bytes:
    """The PDF. Each page says whose order it is and which; the last has the sum and who ordered.

    A draft and an order that was cancelled say so across each page.
    """
    with RENDERING:
        ink = Ink(title=f"Order {facts.order.code}")
        lines = ordered(facts)
        pages = _pages(facts, lines)
        for number, rows in enumerate(pages, 1):
            if number > 1:
                ink.next_page()
            if (across := _ACROSS.get(facts.order.status)) is not None:
                ink.watermark(across)
            y = _draw_table_head(ink, _draw_head(ink, facts)) if rows else _draw_head(ink, facts)
            for row in rows:
                y = _draw_row(ink, row, y)
            if number == len(pages):
                _draw_end(ink, facts, lines, y)
            _draw_foot(ink, facts, number, len(pages))
        return ink.finish()


def _pages(facts: SupplyFacts, lines: list[Ordered]) -> list[list[_Row]]:
    """The lines of each page. The end has a line above it: no sum stands alone."""
    # Drawn once on a page that nobody sees: head and end are as high as their texts are long.
    unseen = Ink(title="")
    top = _draw_table_head(unseen, _draw_head(unseen, facts))
    room = unseen.height - _FOOT - top
    pages: list[list[_Row]] = [[]]
    left = room
    for row in (_row(line, facts.order.currency) for line in lines):
        if row.height > left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(row)
        left -= row.height
    if _draw_end(unseen, facts, lines, 0) > left:
        pages.append([pages[-1].pop()] if len(pages[-1]) > 1 else [])
    return pages


def _row(line: Ordered, currency: str) -> _Row:
    medicine = _COLUMNS[1].width
    name = wrapped(line.medicine, _BODY, medicine, bold=True)
    made = " · ".join(part for part in (line.brand, line.manufacturer) if part)
    known = (f"Code {line.code}" * bool(line.code), f"GTIN {line.gtin}" * bool(line.gtin))
    below = (made, " · ".join(part.replace(" ", _NO_BREAK) for part in known if part))
    others = (
        counted_units(line.pack_size, line.unit),
        f"{line.packs:,}",
        _cost(line.cost_minor, currency),
        _cost(line.sum_minor, currency),
    )
    return _Row(
        [
            [str(line.number)],
            [*name, *(part for text in below for part in wrapped(text, _SMALL, medicine))],
            *(
                wrapped(text, _SMALL, column.width)
                for text, column in zip(others, _COLUMNS[2:], strict=True)
            ),
        ],
        len(name),
    )


def _draw_head(ink: Ink, facts: SupplyFacts) -> float:
    """The pharmacy's letterhead, the order's number and day, and to whom it goes."""
    pharmacy, width = facts.pharmacy, ink.width - 2 * _MARGIN
    beside, right = width - _ASIDE - 16, ink.width - _MARGIN
    y = ink.block(_MARGIN, _MARGIN + 6, pharmacy.name, 15, beside, bold=True)
    licence = f"Licence {pharmacy.licence_number or 'not recorded'}"
    for said in (
        pharmacy.address or "Address not recorded",
        " · ".join(part for part in (phone_text(pharmacy.phone), licence) if part),
        "" if facts.clinic.name == pharmacy.name else facts.clinic.name,
    ):
        y = ink.block(_MARGIN, y - 1, said, _SMALL, beside, colour=GREY)
    title = f"{_TITLES.get(facts.order.status, 'Order')} {facts.order.code}"
    ink.text(right, _MARGIN + 6, title, 13, bold=True, align=Align.RIGHT)
    ink.text(right, _MARGIN + 22, day_text(day_of(facts)), _BODY, align=Align.RIGHT)
    if facts.printing.is_copy:
        said = f"Copy {facts.printing.earlier + 1}: not a second order"
        ink.text(right, _MARGIN + 36, said, _BODY, bold=True, align=Align.RIGHT)
    y = max(y, _MARGIN + 42)
    ink.rule(_MARGIN, y, width)
    return _draw_supplier(ink, facts, y + 17)


def _draw_supplier(ink: Ink, facts: SupplyFacts, y: float) -> float:
    supplier, width = facts.supplier, ink.width - 2 * _MARGIN
    ink.text(_MARGIN, y, "To", _SMALL, colour=GREY)
    left = _MARGIN + 22
    y = ink.block(left, y, supplier.name, 11, width - 22, bold=True)
    reach = " · ".join(part for part in (phone_text(supplier.phone), supplier.email) if part)
    for said in (supplier.address, reach):
        y = ink.block(left, y, said, _BODY, width - 22)
    return y + 8


def _draw_table_head(ink: Ink, y: float) -> float:
    for column in _COLUMNS:
        _draw_text(ink, column, y, column.heading)
    ink.rule(_MARGIN, y + 5, ink.width - 2 * _MARGIN)
    return y + 18


def _draw_row(ink: Ink, row: _Row, y: float) -> float:
    for column, texts in zip(_COLUMNS, row.cells, strict=True):
        named = column.heading == "Medicine"
        for place, text in enumerate(texts):
            strong = (named and place < row.strong) or column.heading == "Packs"
            size = _BODY if named and place < row.strong else _SMALL
            _draw_text(ink, column, y + place * _LINE, text, size=size, bold=strong)
    below = y + row.height
    ink.rule(_MARGIN, below - _LINE - 1, ink.width - 2 * _MARGIN, 0.4, colour=PALE)
    return below


def _draw_text(
    ink: Ink, column: _Column, y: float, text: str, *, size: float = _SMALL, bold: bool = False
) -> None:
    place = _MARGIN + column.left + (column.width if column.number else 0)
    align = Align.RIGHT if column.number else Align.LEFT
    ink.text(place, y, text, size, bold=bold, align=align)


def _draw_end(ink: Ink, facts: SupplyFacts, lines: list[Ordered], y: float) -> float:
    """The sum, the note, who ordered, and where it is signed; where that ends."""
    right = ink.width - _MARGIN
    packs, costs = sum(line.packs for line in lines), total_minor(lines)
    said = f"{len(lines)} {'product' if len(lines) == 1 else 'products'}, "
    said += f"{packs:,} {'pack' if packs == 1 else 'packs'}"
    ink.text(_MARGIN, y + 2, said, _BODY, bold=True)
    unknown = sum(line.sum_minor is None for line in lines)
    total = "Expected cost, of what is known" if unknown else "Expected cost"
    if costs:
        ink.text(right - 88, y + 2, total, _BODY, align=Align.RIGHT)
        amount = format_money(costs, facts.order.currency)
        ink.text(right, y + 2, amount, _BODY, bold=True, align=Align.RIGHT)
    y += 20
    if facts.order.note:
        y = ink.block(_MARGIN, y, facts.order.note, _BODY, right - _MARGIN) + 2
    y += 6
    by = facts.ordered_by or "not recorded"
    who = f"Written by {by}" if is_draft(facts) else f"Ordered by {by}"
    if (at := facts.order.submitted_at) is not None:
        who += f" · {moment_text(at, facts.clinic.zone)}"
    ink.block(_MARGIN, y, who, _BODY, 270)
    ink.rule(right - 190, y + 18, 190)
    ink.text(right - 190, y + 29, "Signature, stamp", _SMALL, colour=GREY)
    return y + 36


def _draw_foot(ink: Ink, facts: SupplyFacts, page: int, pages: int) -> None:
    y, printing = ink.height - 30, facts.printing
    width = ink.width - 2 * _MARGIN
    ink.rule(_MARGIN, y - 12, width, 0.4)
    printed = f"Printed {moment_text(printing.at, facts.clinic.zone)} by {printing.by}"
    whose = f"{facts.order.code} · {facts.pharmacy.name} · {printed}"
    ink.text(_MARGIN, y, fitted(whose, 7.5, width - 70), 7.5, colour=GREY)
    ink.text(ink.width - _MARGIN, y, f"Page {page} of {pages}", _SMALL, align=Align.RIGHT)


def _cost(minor: int | None, currency: str) -> str:
    """`₹ 1,250.00`; a dash where it is not known."""
    return "–" if minor is None else format_money(minor, currency)
