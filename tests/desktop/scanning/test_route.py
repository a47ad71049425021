"""Where scanned codes lead, in a window with two workspaces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QClipboard, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.core.scanning import PrescriptionScan, ProductScan, Scanned
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.design.toast import Toast
from clinicdesk.desktop.scanning.scans import Scans
from tests.core.sample import a_patient, an_id
from tests.core.test_scanning import a_seal, a_sealed, seal_key
from tests.desktop.scanning.test_codes_in_pictures import drawn, paper
from tests.desktop.shell.on_qt_loop import on_qt_loop, until
from tests.desktop.shell.plain_workspace import PlainWorkspace
from tests.desktop.shell.seats import Seat, a_seat

RX = an_id("prescription")


@pytest.fixture
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
def clipboard(qapp: QApplication) -> Iterator[QClipboard]:
    """The clipboard, emptied again.

    Without a display it keeps its content until Qt is unloaded. That is after Python has ended, and
    content that was made in Python cannot be destroyed then: the process would crash.
    """
    board = qapp.clipboard()
    yield board
    board.clear()


@asynccontextmanager
async def a_counter(design: Design, folder: Path, **changes: object) -> AsyncIterator[Seat]:
    rows = (seal_key, a_patient(), a_sealed(**changes))
    async with a_seat(design, folder, *rows) as seat:
        await until(seat.window.search.isEnabled, "the whole window")
        yield seat


def scans(seat: Seat) -> Scans:
    (found,) = seat.window.findChildren(Scans)
    return found


def said(seat: Seat) -> str:
    toast = seat.window.findChild(Toast, "toast")
    return toast.accessibleName() if toast is not None and toast.isVisible() else ""


def ask(workspace: PlainWorkspace, *, takes: bool) -> list[Scanned]:
    """Have a workspace take whatever is scanned, or leave it."""
    asked: list[Scanned] = []

    def take(scanned: Scanned) -> bool:
        asked.append(scanned)
        return takes

    workspace.take_scan = take  # type: ignore[method-assign]
    return asked


@on_qt_loop
async def test_a_scanned_prescription_opens_wherever_one_was(
    design: Design, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        seat.view.show_workspace("other")
        scans(seat).wedge.scanned.emit(a_seal())
        await until(lambda: RX in seat.workspace("other").asked, "the prescription")
        assert said(seat) == ""


@on_qt_loop
async def test_the_workspace_in_front_is_asked_first(design: Design, tmp_path: Path) -> None:
    async with a_counter(design, tmp_path) as seat:
        seat.view.show_workspace("other")
        in_front = ask(seat.workspace("other"), takes=True)
        behind = ask(seat.workspace("plain"), takes=True)
        scans(seat).wedge.scanned.emit("RX-7F3K2")
        await until(lambda: in_front, "the scan")
        assert isinstance(in_front[0], PrescriptionScan)
        assert behind == []
        assert seat.workspace("other").asked == []


@on_qt_loop
async def test_what_another_place_takes_puts_it_in_front(design: Design, tmp_path: Path) -> None:
    async with a_counter(design, tmp_path) as seat:
        seat.view.show_workspace("other")
        ask(seat.workspace("plain"), takes=True)
        scans(seat).wedge.scanned.emit("RX-7F3K2")
        await until(seat.workspace("plain").isVisible, "the other workspace")


@on_qt_loop
async def test_the_keyboard_stays_where_the_place_that_took_it_has_put_it(
    design: Design, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        seat.window.activateWindow()
        seat.view.show_workspace("other")
        plain = seat.workspace("plain")

        def take(_scanned: Scanned) -> bool:
            plain.list.setFocus()
            return True

        plain.take_scan = take  # type: ignore[method-assign]
        scans(seat).wedge.scanned.emit("RX-7F3K2")
        await until(plain.isVisible, "the other workspace")
        assert plain.list.hasFocus()


@on_qt_loop
async def test_a_cancelled_one_is_shown_and_said_to_be(design: Design, tmp_path: Path) -> None:
    async with a_counter(design, tmp_path, status=PrescriptionStatus.CANCELLED) as seat:
        scans(seat).wedge.scanned.emit(a_seal())
        await until(lambda: "was cancelled" in said(seat), "the sentence")
        assert seat.workspace("plain").asked == [RX]


@on_qt_loop
async def test_a_forged_one_opens_nothing(design: Design, tmp_path: Path) -> None:
    async with a_counter(design, tmp_path) as seat:
        first, payload, signature = a_seal().split(".")
        scans(seat).wedge.scanned.emit(f"{first}.{payload}.{signature[:-2]}00")
        await until(lambda: "Do not dispense" in said(seat), "the sentence")
        assert seat.workspace("plain").asked == []


@on_qt_loop
async def test_what_was_said_of_a_scan_goes_when_the_next_one_comes(
    design: Design, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        first, payload, signature = a_seal().split(".")
        scans(seat).wedge.scanned.emit(f"{first}.{payload}.{signature[:-2]}00")
        await until(lambda: "Do not dispense" in said(seat), "the refusal")
        scans(seat).wedge.scanned.emit("4006381333931")
        await until(lambda: "04006381333931" in said(seat), "the next answer, at once")
        scans(seat).wedge.scanned.emit(a_seal())
        await until(lambda: RX in seat.workspace("plain").asked, "the prescription")
        assert said(seat) == ""


@on_qt_loop
async def test_a_torn_code_and_a_scanner_of_another_country_are_told(
    design: Design, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        scans(seat).wedge.torn.emit()
        await until(lambda: "Scan it again" in said(seat), "the sentence")
        scans(seat).wedge.scanned.emit("CD&:àààçà")
        await until(lambda: "keyboard of another country" in said(seat), "the next sentence")


@on_qt_loop
async def test_a_product_that_nobody_wants_says_what_it_is_for(
    design: Design, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        scans(seat).wedge.scanned.emit("4006381333931")
        await until(lambda: "04006381333931" in said(seat), "the sentence")


@on_qt_loop
async def test_a_product_goes_to_the_workspace_in_front_with_batch_and_expiry(
    design: Design, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        asked = ask(seat.workspace("plain"), takes=True)
        seat.view.show_workspace("plain")
        scans(seat).wedge.scanned.emit("01040063813339311727120010B42")
        await until(lambda: asked, "the scan")
        assert asked == [ProductScan("04006381333931", "B42", date(2027, 12, 31), [])]


@on_qt_loop
async def test_scans_are_taken_in_their_order(design: Design, tmp_path: Path) -> None:
    async with a_counter(design, tmp_path) as seat:
        asked = ask(seat.workspace("plain"), takes=True)
        seat.view.show_workspace("plain")
        for text in ("4006381333931", "RX-7F3K2", "96385074", a_seal()):
            scans(seat).wedge.scanned.emit(text)
        await until(lambda: len(asked) == 4, "all of them")
        assert [type(each) for each in asked] == [
            ProductScan, PrescriptionScan, ProductScan, PrescriptionScan
        ]  # fmt: skip


def paste(seat: Seat, clipboard: QClipboard, mime: QMimeData) -> None:
    clipboard.setMimeData(mime)
    seat.window.search.setFocus()
    QTest.keySequence(seat.window.search, QKeySequence(QKeySequence.StandardKey.Paste))


def with_text(text: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(text)
    return mime


def with_image(image: QImage) -> QMimeData:
    mime = QMimeData()
    mime.setImageData(image)
    return mime


@on_qt_loop
async def test_a_code_or_its_picture_is_pasted_into_the_search_bar(
    design: Design, clipboard: QClipboard, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        asked = ask(seat.workspace("plain"), takes=True)
        drawn(a_seal()).save(str(tmp_path / "print.png"))
        of_file = QMimeData()
        of_file.setUrls([QUrl.fromLocalFile(str(tmp_path / "print.png"))])
        pasted = [with_text(a_seal()), with_image(drawn(a_seal())), of_file]
        for count, mime in enumerate(pasted, start=1):
            paste(seat, clipboard, mime)
            await until(lambda count=count: len(asked) == count, "the scan")  # type: ignore[misc]
        assert seat.window.search.text() == ""
        assert {type(each) for each in asked} == {PrescriptionScan}


@on_qt_loop
async def test_words_are_pasted_as_words(
    design: Design, clipboard: QClipboard, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        for words in ("Ravi Sharma", "9812345678", "98123456789"):
            paste(seat, clipboard, with_text(words))
            assert seat.window.search.text() == words
            seat.window.search.clear()


@on_qt_loop
async def test_a_picture_without_a_code_is_refused(
    design: Design, clipboard: QClipboard, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        paste(seat, clipboard, with_image(paper()))
        await until(lambda: "no code in this picture" in said(seat), "the sentence")
        (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
        scans(seat).pictures.read_file(tmp_path / "broken.png")
        scans(seat).pictures.read_file(tmp_path / "not there.png")
        await until(lambda: "no picture that can be read" in said(seat), "the sentence")


@on_qt_loop
async def test_the_camera_and_the_picture_are_offered_by_name(
    design: Design, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        names = [action.name for action in scans(seat).actions()]
        assert names == ["Scan with the camera", "Open an image of a code"]


@on_qt_loop
async def test_nothing_is_watched_any_more_when_the_desk_has_gone(
    design: Design, tmp_path: Path
) -> None:
    async with a_counter(design, tmp_path) as seat:
        gone = scans(seat)
    await until(lambda: not isValid(gone), "the end of it")
