"""Dispensing labels: what they say, how it fits, and the three forms they are made in.

| part      | what it does                                                           |
|-----------|------------------------------------------------------------------------|
| `label`   | the words of each label, from the facts                                |
| `layout`  | the words in lines on a label of a size; what is too much goes on next |
| `zpl`     | ZPL II for label printers of 203 and 300 dots per inch                 |
| `pages`   | PDF: a page for each label, or sheets of A4                            |
"""

from __future__ import annotations

from clinicdesk.printing.labels.label import TEST_LABEL, Label, labels_of
from clinicdesk.printing.labels.layout import LabelSize
from clinicdesk.printing.labels.pages import (
    A4_SHEET,
    SheetOfLabels,
    places_taken,
    render_labels,
    render_sheet,
)
from clinicdesk.printing.labels.zpl import render_zpl

__all__ = [
    "A4_SHEET",
    "TEST_LABEL",
    "Label",
    "LabelSize",
    "SheetOfLabels",
    "labels_of",
    "places_taken",
    "render_labels",
    "render_sheet",
    "render_zpl",
]
