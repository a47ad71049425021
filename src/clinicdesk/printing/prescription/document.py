"""A prescription, from its facts to the bytes of a PDF."""

from __future__ import annotations

from clinicdesk.contract.entities import PrescriptionItem, PrescriptionStatus
from clinicdesk.printing.facts import PrescriptionFacts
from clinicdesk.printing.fonts import RENDERING
from clinicdesk.printing.ink import Ink
from clinicdesk.printing.prescription.closing import draw_end, end_height
from clinicdesk.printing.prescription.country import Country, country_of
from clinicdesk.printing.prescription.parts import (
    FOOT,
    ONWARD,
    draw_between,
    draw_foot,
    draw_head,
    draw_line,
    draw_table_head,
    line_height,
)


def render_prescription(facts: PrescriptionFacts) -> bytes:
    """The PDF, on A4. Clinic, prescriber and patient stand on every page.

    A seal becomes a QR code, a further print says that it is a copy, and a prescription that was
    cancelled says so across the page.
    """
    with RENDERING:
        country = country_of(facts.clinic.country)
        ink = Ink(title=f"Prescription {facts.prescription.code}")
        pages = _pages(facts, country, ink.height)
        for number, items in enumerate(pages, 1):
            if number > 1:
                ink.next_page()
            _draw_page(ink, facts, country, items, number, len(pages))
        return ink.finish()


def _draw_page(
    ink: Ink,
    facts: PrescriptionFacts,
    country: Country,
    items: list[PrescriptionItem],
    number: int,
    pages: int,
) -> None:
    if (across := _across(facts)) is not None:
        ink.watermark(across)
    y = draw_head(ink, facts, country)
    if items:
        y = draw_table_head(ink, y)
    for place, item in enumerate(items):
        if place:
            draw_between(ink, y)
        y = draw_line(ink, item, facts.unit_of(item), country, y)
    if number == pages:
        draw_end(ink, facts, country, y)
    draw_foot(ink, facts, number, pages)


def _across(facts: PrescriptionFacts) -> str | None:
    if facts.prescription.status is PrescriptionStatus.CANCELLED:
        return "CANCELLED"
    return "COPY" if facts.printing.is_copy else None


def _pages(
    facts: PrescriptionFacts, country: Country, height: float
) -> list[list[PrescriptionItem]]:
    """The lines of each page. The end has a medicine above it: no signature stands alone."""
    # Drawn once on a page that nobody sees: the head is as high as its texts are long.
    top = draw_table_head(unseen := Ink(title=""), draw_head(unseen, facts, country))
    room = height - FOOT - ONWARD - top
    heights = {item.id: line_height(item, facts.unit_of(item), country) for item in facts.items}
    pages: list[list[PrescriptionItem]] = [[]]
    left = room
    for item in sorted(facts.items, key=lambda item: item.line):
        if heights[item.id] > left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(item)
        left -= heights[item.id]
    if end_height(facts, country) > left + ONWARD:
        last = pages[-1][-1:] if len(pages[-1]) > 1 else []
        del pages[-1][len(pages[-1]) - len(last) :]
        pages.append(last)
    return pages
