"""The preview and the set-up of printers, to be looked at.

python -m tests.desktop.printing.look --scene labels --theme dark --shot a.png
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

from PySide6.QtWidgets import QApplication, QDialog

from clinicdesk.contract.paper import Document, PaperForm, Printed
from clinicdesk.core.print_log import PrintLog
from clinicdesk.desktop.design.appearance import Appearance, apply
from clinicdesk.desktop.printing.destinations import LabelRoll, NetworkPrinter, PrintingChoices
from clinicdesk.desktop.printing.papers import RegisterPaper, SupplyPaper
from clinicdesk.desktop.printing.preview import PrintPreview
from clinicdesk.desktop.printing.registers import Registers
from clinicdesk.desktop.printing.setup import PrinterSetup
from clinicdesk.printing.registers import render_register
from tests.desktop.printing.paper_desk import RX, PaperDesk, open_paper_desk, prepared
from tests.desktop.workspaces.pharmacy.counter import until
from tests.printing.facts import register, supply

SCENES = ("prescription", "labels", "sheet", "setup", "registers", "register", "copy", "order")


async def reprinted(paper: PaperDesk) -> None:
    """The preview of what was printed once already."""
    log = PrintLog(
        paper.desk.scratch, paper.desk.session.transport, paper.desk.session, paper.desk.link
    )
    await log.enter(
        Printed(
            id=uuid4(), document=Document.PRESCRIPTION, subject_id=RX, form=PaperForm.PDF, copies=1
        )
    )
    paper.printing.print_prescription(RX)


async def show(options: argparse.Namespace, app: QApplication) -> None:
    """Open the dialog of a scene, keep a picture."""
    design = apply(app, Appearance(options.theme))
    with tempfile.TemporaryDirectory() as folder:
        paper = await open_paper_desk(Path(folder), design, *prepared())
        paper.view.resize(1280, 800)
        paper.view.show()
        if options.scene in ("labels", "setup"):
            choices = PrintingChoices.read(paper.desk.session.home.config)
            choices.set_up(NetworkPrinter("192.168.1.50"), LabelRoll())
        kind: type[QDialog] = PrintPreview
        match options.scene:
            case "copy":
                await reprinted(paper)
            case "prescription":
                paper.printing.print_prescription(RX)
            case "setup":
                paper.printing.open_setup()
                kind = PrinterSetup
            case "registers":
                paper.printing.open_registers()
                kind = Registers
            case "register":
                made = render_register(register(1000))
                paper.printing._show(RegisterPaper(RX, "X 2026-03", "X · 1–31 Mar 2026", made))
            case "order":
                paper.printing._show(SupplyPaper(supply()))
            case _:
                paper.printing.print_labels(RX)
        await until(lambda: paper.view.findChildren(kind))
        for _ in range(40):
            await asyncio.sleep(0.03)
            app.processEvents()
        dialog = paper.dialog(kind)
        for _ in range(options.zoom):
            dialog.pages.zoom(1)
        for _ in range(20 if options.zoom else 0):
            await asyncio.sleep(0.03)
            app.processEvents()
        if options.shot:
            dialog.grab().save(options.shot)
        else:
            await until(lambda: not dialog.isVisible())
        dialog.close()
        await paper.tasks.end()
        paper.view.close()
        await paper.desk.close()


def main() -> int:
    """Show one scene, or save what it looks like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", choices=SCENES, default="prescription")
    parser.add_argument("--theme", choices=[str(one) for one in Appearance], default="light")
    parser.add_argument("--shot", help="save the dialog as a picture and end")
    parser.add_argument("--zoom", type=int, default=0, help="steps to make the page larger by")
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])
    asyncio.run(show(options, app))
    return 0


if __name__ == "__main__":
    sys.exit(main())
