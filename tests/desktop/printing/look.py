"""The preview and the set-up of printers, to be looked at.

python -m tests.desktop.printing.look --scene labels --theme dark --shot a.png
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog

from clinicdesk.desktop.design.appearance import Appearance, apply
from clinicdesk.desktop.printing.destinations import LabelRoll, NetworkPrinter, PrintingChoices
from clinicdesk.desktop.printing.preview import PrintPreview
from clinicdesk.desktop.printing.registers import Registers
from clinicdesk.desktop.printing.setup import PrinterSetup
from tests.desktop.printing.paper_desk import RX, open_paper_desk, prepared
from tests.desktop.workspaces.pharmacy.counter import until

SCENES = ("prescription", "labels", "sheet", "setup", "registers")


async def show(options: argparse.Namespace, app: QApplication) -> None:
    """Open the dialog of a scene, keep a picture."""
    design = apply(app, Appearance(options.theme))
    with tempfile.TemporaryDirectory() as folder:
        paper = await open_paper_desk(Path(folder), design, *prepared())
        paper.view.show()
        if options.scene in ("labels", "setup"):
            choices = PrintingChoices.read(paper.desk.session.home.config)
            choices.set_up(NetworkPrinter("192.168.1.50"), LabelRoll())
        kind: type[QDialog] = PrintPreview
        match options.scene:
            case "prescription":
                paper.printing.print_prescription(RX)
            case "setup":
                paper.printing.open_setup()
                kind = PrinterSetup
            case "registers":
                paper.printing.open_registers()
                kind = Registers
            case _:
                paper.printing.print_labels(RX)
        await until(lambda: paper.view.findChildren(kind))
        for _ in range(40):
            await asyncio.sleep(0.03)
            app.processEvents()
        dialog = paper.dialog(kind)
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
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])
    asyncio.run(show(options, app))
    return 0


if __name__ == "__main__":
    sys.exit(main())
