"""Pages of a PDF as pictures, by PDFium: for previews, and for printers without our fonts."""

from __future__ import annotations

from threading import Lock
from typing import Final

import pypdfium2 as pdfium
from msgspec import Struct

_ONE_AT_A_TIME: Final = Lock()
"""PDFium is not made for threads."""


class Picture(Struct, frozen=True):
    """A page.

    Attributes:
        width, height: In pixels.
        stride: Bytes from one row to the next.
        pixels: Four bytes each: blue, green, red and one that says nothing; or one byte of grey.
        grey: Whether it is one byte.
    """

    width: int
    height: int
    stride: int
    pixels: bytes
    grey: bool


def page_count(pdf: bytes) -> int:
    """How many pages the document has."""
    with _ONE_AT_A_TIME:
        document = pdfium.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page, in points."""
    with _ONE_AT_A_TIME:
        document = pdfium.PdfDocument(pdf)
        try:
            return [document.get_page_size(page) for page in range(len(document))]
        finally:
            document.close()


def picture_of(pdf: bytes, page: int, dpi: float, *, grey: bool = False) -> Picture:
    """One page, counted from 0, on white."""
    with _ONE_AT_A_TIME:
        document = pdfium.PdfDocument(pdf)
        try:
            bitmap = document[page].render(
                scale=dpi / 72, grayscale=grey, prefer_bgrx=not grey, rev_byteorder=False
            )
            return Picture(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer), grey)
        finally:
            document.close()
