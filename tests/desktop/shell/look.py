"""The window while a clinic is on its way to this computer, to be looked at.

    python -m tests.desktop.shell.look --scene fetching --theme dark --shot a.png

Without ``--shot`` the window stays open until it is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

import qasync  # type: ignore[import-untyped]  # it carries no types
from PySide6.QtWidgets import QApplication

from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.scanning import standing
from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.scanning import OlderScan
from clinicdesk.core.snapshot_intake import Progress
from clinicdesk.desktop.design.appearance import Appearance, apply
from clinicdesk.desktop.scanning.route import ScanRoute
from tests.core.sample import (
    NOON,
    a_patient,
    a_prescription,
    a_snapshot,
    an_item,
    pharmacist,
    signed,
)
from tests.desktop.shell.seats import Seat, a_session, home_in

SCENES = ("asking", "fetching", "arranging", "offline", "catching up", "older")


def show(desk: Desk, scene: str) -> None:
    """Have the desk's link say what it says in a scene."""
    link = desk.link
    link.become(LinkStatus.CATCHING_UP)
    match scene:
        case "asking":
            link.become(LinkStatus.CONNECTING)
        case "fetching":
            link.progress_to(Progress(12_400, 50_000))
        case "arranging":
            link.progress_to(Progress(50_000, 50_000))
        case "offline":
            host = "clinic.example"
            detail = (
                f"The server {host} does not answer; it may be stopped, or the network is down."
            )
            link.become(LinkStatus.OFFLINE, detail)
        case "catching up":
            link.progress_to(Progress(20_400, 50_000))
        case "older":
            link.become(LinkStatus.LIVE)


def an_older_one() -> OlderScan:
    """What was handed over long ago, in part."""
    row = signed(
        a_prescription(),
        status=PrescriptionStatus.COMPLETED,
        collected_by="Asha Deshpande",
        completed_at=NOON,
        repeats=3,
        repeats_used=3,
    )
    items = [
        an_item(row, supplied=15, status=ItemStatus.HANDED_OVER),
        an_item(row, "second", line=2, generic_name="Paracetamol", strength="500 mg",
                form="tablet", brand="Calpar", status=ItemStatus.DECLINED),
    ]  # fmt: skip
    verdict, sentence = standing(row, items, NOON)
    found = PrescriptionDetail(prescription=row, items=items, payments=[])
    return OlderScan(found, verdict, sentence)


async def look(arguments: argparse.Namespace) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    design = apply(app, Appearance(arguments.theme))
    with tempfile.TemporaryDirectory() as folder:
        desk = await Desk.open(await a_session(home_in(Path(folder))))
        if arguments.scene in ("catching up", "older"):
            await desk.replica.swap(a_snapshot(pharmacist, a_patient()))
        await asyncio.sleep(0.3)  # the desk finds that its server is not there
        seat = Seat(desk, design, Path(folder))
        show(desk, arguments.scene)
        await asyncio.sleep(0.7)
        show(desk, arguments.scene)
        if arguments.scene == "older":
            (route,) = seat.window.findChildren(ScanRoute)
            route.older_found.emit(an_older_one())
        await asyncio.sleep(0.1)
        if arguments.shot:
            seat.window.grab().save(arguments.shot)
        else:
            closed = asyncio.Event()
            seat.window.closed.connect(closed.set)
            await closed.wait()
        await seat.leave()
        await desk.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", choices=SCENES, default="fetching")
    parser.add_argument("--theme", choices=[str(each) for each in Appearance], default="light")
    parser.add_argument("--shot", default="")
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    qasync.run(look(parser.parse_args()))


if __name__ == "__main__":
    main()
