"""Paper: how long a document takes, beside a bare page of the library's in the same run.

The wish: a PDF within 150 ms after the first; a desk must not wait at the counter.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from statistics import median
from typing import Final

from bench.figures import each, heading, line, machine
from clinicdesk.contract.paper import RegisterKind
from tests.printing.facts import label_facts, prescription_facts, register

_ROUNDS: Final = 40
_FEW: Final = 5
_WISH_MS: Final = 150.0


def main() -> None:
    """Print what the first document costs, then what each of them costs."""
    heading(f"Paper ({machine()})")
    begun = time.perf_counter()
    from clinicdesk.printing.labels import LabelSize, labels_of, render_sheet, render_zpl
    from clinicdesk.printing.prescription import render_prescription
    from clinicdesk.printing.raster import picture_of
    from clinicdesk.printing.registers import render_csv, render_register

    loaded = time.perf_counter()
    facts = prescription_facts(4)
    pdf = render_prescription(facts)
    first = time.perf_counter()
    print(
        f"libraries loaded in {(loaded - begun) * 1e3:.0f} ms, "
        f"the first prescription in {(first - loaded) * 1e3:.0f} ms more"
    )
    bare = _measure("bare canvas: a page of 80 lines", _bare_page, _ROUNDS)
    labels, roll = labels_of(label_facts(5)), LabelSize()
    thousand = register(1000, RegisterKind.X)
    works: list[tuple[str, Callable[[], object], int]] = [
        ("prescription, 4 lines", lambda: render_prescription(facts), _ROUNDS),
        ("prescription, 25 lines on 3 pages", _of(25, render_prescription), _ROUNDS),
        ("labels: 5 on a sheet", lambda: render_sheet(labels), _ROUNDS),
        ("labels: 5 as ZPL, 203 dpi", lambda: render_zpl(labels, roll, 203), _ROUNDS),
        ("a page as a picture for the preview", lambda: picture_of(pdf, 0, 144), _ROUNDS),
        ("register of 1,000 entries, PDF", lambda: render_register(thousand), _FEW),
        ("register of 1,000 entries, CSV", lambda: render_csv(thousand), _ROUNDS),
    ]
    for what, work, rounds in works:
        _measure(what, work, rounds, beside=bare)
    print(f"the wish: a prescription's PDF within {_WISH_MS:.0f} ms after the first")


def _of(lines: int, render: Callable[..., bytes]) -> Callable[[], bytes]:
    facts = prescription_facts(lines)
    return lambda: render(facts)


def _measure(what: str, work: Callable[[], object], rounds: int, beside: float = 0.0) -> float:
    work()
    spent = each([work] * rounds)
    note = f"{median(spent) / beside:.1f} x bare" if beside else ""
    print(line(what, spent, note), flush=True)
    return median(spent)


def _bare_page() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    from clinicdesk.printing.fonts import font_name

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.setFont(font_name(), 9)
    for number in range(80):
        canvas.drawString(50, 800 - 9 * number, f"{number} Amoxicillin 500 mg capsule")
    canvas.save()
    return out.getvalue()
