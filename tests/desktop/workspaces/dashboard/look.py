"""The pharmacist's first page with rows, to be looked at.

    python -m tests.desktop.workspaces.dashboard.look --theme dark --shot a.png

Without ``--shot`` the window stays open until it is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from clinicdesk import desktop
from clinicdesk.contract.entities import ItemStatus, OrderStatus, PrescriptionStatus, Row
from clinicdesk.desktop.design.appearance import Appearance, apply
from clinicdesk.desktop.design.footer_hints import FooterHints
from tests.desktop.workspaces.dashboard.clinics import a_call, owed
from tests.desktop.workspaces.dashboard.page import open_page, some_shelves
from tests.desktop.workspaces.pharmacy.counter import (
    Rows,
    a_refund,
    an_order,
    at,
    many,
    open_desk,
    settled,
    until,
)

_SHOTS = 30


def a_busy_day(count: int) -> list[Row]:
    """So many prescriptions, of which some wait for goods, for others or for a way to the door."""
    rows = many(count)
    after: list[Row] = []
    for number, header in enumerate(rows.prescriptions):
        lines = [line for line in rows.items if line.prescription_id == header.id]
        if header.status is PrescriptionStatus.FULFILLED and number % 5 == 0:
            after += [replace(header, delivery=True), an_order(header, status=OrderStatus.READY)]
        if header.status is PrescriptionStatus.PAID and number % 3 == 0:
            after += owed(header, lines, at(-90 - 400 * (number % 9)))
        if header.status is PrescriptionStatus.PAID and number % 3 == 0 and number % 5 == 0:
            after += [replace(lines[0], status=ItemStatus.PICKING), a_call(header, at(-number))]
        if header.status is PrescriptionStatus.PAID and number % 20 == 1:
            after.append(an_order(header, status=OrderStatus.REJECTED, closed_at=at(-40)))
        if header.status is PrescriptionStatus.CANCELLED and number % 40 == 6:
            after.append(a_refund(header, 12_500))
    return _last_of_each(rows, [*after, *some_shelves()])


def _last_of_each(rows: Rows, after: list[Row]) -> list[Row]:
    return list({row.id: row for row in (*rows.all(), *after)}.values())


async def show(options: argparse.Namespace, app: QApplication) -> None:
    """Open the page, keep a picture."""
    design = apply(app, Appearance(options.theme))
    translator = QTranslator(app)
    if translator.load("clinicdesk_en.qm", str(Path(desktop.__file__).parent / "translations")):
        app.installTranslator(translator)
    with tempfile.TemporaryDirectory() as folder:
        rows = [] if options.scene == "empty" else a_busy_day(options.count)
        desk = await open_desk(Path(folder), *rows)
        page = await open_page(desk, design)
        window = QWidget()
        column = QVBoxLayout(window)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(page.workspace, 1)
        footer = FooterHints(design)
        column.addWidget(footer)
        footer.set_hints(page.workspace.hints())
        footer.set_note(page.workspace.note())
        window.resize(options.width - 60, options.height - 48)
        window.show()
        window.activateWindow()
        await until(window.isActiveWindow)
        page.workspace.focus_start()
        await settled()
        if options.shot:
            for _ in range(_SHOTS):
                await asyncio.sleep(0.03)
                app.processEvents()
            window.grab().save(options.shot)
        else:
            while window.isVisible():
                app.processEvents()
                await asyncio.sleep(0.01)
        await page.tasks.end()
        window.close()
        await desk.close()


def main() -> int:
    """Show it, or save what it looks like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", choices=("full", "empty"), default="full")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--theme", choices=[str(one) for one in Appearance], default="light")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--shot", help="save the window as a picture and end")
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])
    asyncio.run(show(options, app))
    return 0


if __name__ == "__main__":
    sys.exit(main())
