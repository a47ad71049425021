"""From a paper to pages, pictures and printers, each step in a thread of its own.

The libraries behind it are loaded there, when somebody prints for the first time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from clinicdesk.contract.paper import PaperForm
from clinicdesk.core.denial import Denied
from clinicdesk.desktop.printing.destinations import (
    Destination,
    LabelPrinter,
    LabelRoll,
    NetworkPrinter,
    RawQueue,
    SystemPrinter,
    ToFile,
)
from clinicdesk.desktop.printing.papers import LabelsPaper, Paper, Shape, SupplyPaper, label_size

if TYPE_CHECKING:
    from PySide6.QtGui import QImage


class Pages(Struct, frozen=True):
    """A made document. `sizes`: width and height of each of its pages, in points."""

    pdf: bytes
    sizes: list[tuple[float, float]]

    @property
    def count(self) -> int:
        """How many pages it has."""
        return len(self.sizes)


class Order(Struct, frozen=True, kw_only=True):
    """What is to be done with a paper.

    Attributes:
        earlier: How often the same was printed before.
        pages: The pages as the preview shows them; made anew when that was for another `earlier`.
        path: Where a file is to be.
    """

    paper: Paper
    destination: Destination
    shape: Shape
    roll: LabelRoll
    copies: int
    earlier: int
    pages: Pages | None = None
    path: Path | None = None

    @property
    def form(self) -> PaperForm:
        """What the document is made as."""
        if isinstance(self.destination, ToFile):
            return self.destination.form
        return PaperForm.PDF if self.shape.roll is None else PaperForm.ZPL


async def printers() -> list[str]:
    """The names of the system's printers, its own choice first."""

    def ask() -> list[str]:
        from clinicdesk.desktop.printing.delivery import printer_names

        return printer_names()

    return await asyncio.to_thread(ask)


async def pages_of(paper: Paper, earlier: int, shape: Shape) -> Pages:
    """Make the document."""

    def make() -> Pages:
        from clinicdesk.printing.raster import page_sizes

        pdf = paper.pdf(earlier, shape)
        return Pages(pdf, page_sizes(pdf))

    return await asyncio.to_thread(make)


async def image_of_page(pages: Pages, page: int, dpi: float) -> QImage:
    """A page for the screen."""

    def draw() -> QImage:
        from clinicdesk.desktop.printing.delivery import image_of
        from clinicdesk.printing.raster import picture_of

        return image_of(picture_of(pages.pdf, page, dpi))

    return await asyncio.to_thread(draw)


async def send(order: Order) -> Denied | None:
    """Send it; what went wrong, in a sentence with what to do next, or nothing."""

    return await asyncio.to_thread(_without_trouble, lambda: _deliver(order))


async def save(content: bytes, path: Path) -> Denied | None:
    """Write a file; what went wrong, or nothing."""

    def write() -> None:
        from clinicdesk.desktop.printing.delivery import save_file

        save_file(content, path)

    return await asyncio.to_thread(_without_trouble, write)


async def send_test(printer: LabelPrinter, roll: LabelRoll) -> Denied | None:
    """Print a label that names nobody; what went wrong, or nothing."""

    def work() -> None:
        from clinicdesk.desktop.printing.delivery import send_labels
        from clinicdesk.printing.labels import TEST_LABEL, render_zpl

        send_labels(render_zpl([TEST_LABEL], label_size(roll), roll.dpi), printer)

    return await asyncio.to_thread(_without_trouble, work)


def _without_trouble(work: Callable[[], None]) -> Denied | None:
    from clinicdesk.desktop.printing.delivery import PrinterTrouble

    try:
        work()
    except PrinterTrouble as trouble:
        return Denied(str(trouble))
    return None


def _deliver(order: Order) -> None:
    from clinicdesk.desktop.printing.delivery import print_pages, save_file, send_labels

    match order.destination:
        case SystemPrinter(name=name):
            print_pages(_pdf(order), name, order.copies)
        case RawQueue() | NetworkPrinter() as printer:
            send_labels(_zpl(order), printer)
        case ToFile():
            assert order.path is not None  # it was asked for
            save_file(_content(order), order.path)


def _content(order: Order) -> bytes:
    match order.form:
        case PaperForm.ZPL:
            return _zpl(order)
        case PaperForm.CSV:
            assert isinstance(order.paper, SupplyPaper)  # nothing else is saved as a table here
            return order.paper.csv()
        case PaperForm.PDF:
            return _pdf(order)


def _pdf(order: Order) -> bytes:
    if order.pages is not None:
        return order.pages.pdf
    return order.paper.pdf(order.earlier, order.shape)


def _zpl(order: Order) -> bytes:
    assert isinstance(order.paper, LabelsPaper)  # nothing else goes to a label printer
    return order.paper.zpl(order.earlier, order.roll, order.copies)
