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

from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from clinicdesk import desktop
from clinicdesk.desktop.design.appearance import Appearance, apply
from clinicdesk.desktop.design.footer_hints import FooterHints
from tests.desktop.workspaces.dashboard.page import open_page, some_shelves
from tests.desktop.workspaces.pharmacy.counter import many, open_desk, settled, until

_SHOTS = 30


async def show(options: argparse.Namespace, app: QApplication) -> None:
    """Open the page, keep a picture."""
    design = apply(app, Appearance(options.theme))
    translator = QTranslator(app)
    if translator.load("clinicdesk_en.qm", str(Path(desktop.__file__).parent / "translations")):
        app.installTranslator(translator)
    with tempfile.TemporaryDirectory() as folder:
        rows = [] if options.scene == "empty" else many(300).all() + some_shelves()
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
