"""Where a toast stands: beside all that a person has to see or to press next."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.toast import Toast
from tests.desktop.shell.on_qt_loop import on_qt_loop, until
from tests.desktop.shell.seats import Seat, a_seat

WORD = "Copied: RX-7F3K2"
SENTENCE = (
    "RX-00000 is not on this desk, and the server is out of reach. Search by the patient's name, "
    "or scan it again when the desk is live."
)


def place_of(seat: Seat, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(seat.window, QPoint()), widget.size())


def toast_of(seat: Seat) -> Toast:
    found = seat.window.findChild(Toast, "toast")
    assert found is not None
    assert found.isVisible()
    return found


async def sized(seat: Seat, size: tuple[int, int]) -> None:
    await until(seat.window.search.isEnabled, "the whole window")
    seat.window.resize(*size)
    await until(lambda: seat.window.ui.bar.width() == size[0] - 60, "the size")


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
@pytest.mark.parametrize(("text", "action"), [(WORD, ""), (WORD, "Undo"), (SENTENCE, "")])
@on_qt_loop
async def test_a_toast_covers_neither_the_work_nor_the_keys_nor_how_the_desk_stands(
    design: Design, tmp_path: Path, size: tuple[int, int], text: str, action: str
) -> None:
    async with a_seat(design, tmp_path) as seat:
        await sized(seat, size)
        seat.window.toast(text, action=action)
        toast = place_of(seat, toast_of(seat))
        work = seat.window.ui.body  # banners, workspace with its buttons and sheets, footer
        for kept in (work, seat.window.footer, seat.window.pill, seat.window.user):
            assert not toast.intersects(place_of(seat, kept)), kept.objectName()
        if text is WORD:
            assert not toast.intersects(place_of(seat, seat.window.search))


@on_qt_loop
async def test_a_toast_makes_way_for_a_longer_word_on_how_the_desk_stands(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path) as seat:
        await until(lambda: seat.desk.link.status is LinkStatus.OFFLINE, "the missing server")
        await sized(seat, (1280, 800))
        seat.desk.link.become(LinkStatus.LIVE)
        seat.window.toast(SENTENCE)
        toast, pill = toast_of(seat), seat.window.pill
        before = toast.geometry()
        seat.desk.link.become(LinkStatus.OFFLINE, "No database.", server_answers=True)
        await until(lambda: toast.geometry() != before, "another place")
        assert not place_of(seat, toast).intersects(place_of(seat, pill))
        assert not place_of(seat, toast).intersects(place_of(seat, seat.window.ui.body))
