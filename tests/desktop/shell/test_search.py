from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.toast import Toast
from clinicdesk.desktop.shell.found_model import FOUND_ROLE
from tests.core.sample import a_patient, a_prescription, an_id, signed
from tests.desktop.shell.on_qt_loop import on_qt_loop, until
from tests.desktop.shell.seats import Seat, a_seat

MEERA = a_patient("Meera Deshpande", id=an_id("Meera"), number="P-000007", phone="+919822014417")
TANE = a_patient("Tāne Wiremu", id=an_id("Tane"), number="P-000008", phone="+64211234567")
PAID = signed(
    a_prescription("paid", patient_id=MEERA.id), status=PrescriptionStatus.PAID, code="RX-7F3K2"
)
OTHER = replace(PAID, id=an_id("other"), code="RX-7F3J9", patient_id=TANE.id)
ROWS = (MEERA, TANE, PAID, OTHER)


def shown(seat: Seat) -> list[str]:
    """What the list below the search bar says; headings in capitals."""
    view = seat.window.findChild(QListView, "search_results")
    assert view is not None
    rows = [view.model().index(row, 0) for row in range(view.model().rowCount())]
    return [
        index.data(FOUND_ROLE).upper()
        if isinstance(index.data(FOUND_ROLE), str)
        else index.data(FOUND_ROLE).text
        for index in rows
    ]


def chosen(seat: Seat) -> str:
    view = seat.window.findChild(QListView, "search_results")
    assert view is not None
    return str(view.currentIndex().data())


def toasted(seat: Seat) -> str:
    toast = seat.window.findChild(Toast, "toast")
    return toast.accessibleName() if toast is not None and toast.isVisible() else ""


async def search_bar(seat: Seat) -> None:
    """Ctrl+K, as soon as the desk has one."""
    await until(seat.window.search.isEnabled, "the search bar")
    seat.window.activateWindow()
    QTest.keyClick(seat.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    await until(seat.window.search.hasFocus, "the focus in the search bar")


@on_qt_loop
async def test_people_are_found_while_somebody_types(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "tane")
        assert shown(seat) == ["PATIENTS", "Tāne Wiremu"]
        assert chosen(seat) == "Tāne Wiremu"


@on_qt_loop
async def test_a_part_of_a_code_finds_prescriptions(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "7f3")
        assert shown(seat)[:3] == ["PRESCRIPTIONS", "RX-7F3J9", "RX-7F3K2"]
        QTest.keyClick(seat.window.search, Qt.Key.Key_Down)
        QTest.keyClick(seat.window.search, Qt.Key.Key_Return)
        assert seat.workspace("plain").asked == [PAID.id]


@on_qt_loop
async def test_a_pasted_code_opens_at_once(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await search_bar(seat)
        QGuiApplication.clipboard().setText("rx-7f3k2")
        seat.window.search.paste()
        assert seat.workspace("plain").asked == [PAID.id]
        assert seat.window.search.text() == ""


@on_qt_loop
async def test_a_scanner_s_code_opens_with_its_enter(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "RX-7F3K2")
        QTest.keyClick(seat.window.search, Qt.Key.Key_Return)
        assert seat.workspace("plain").asked == [PAID.id]


@on_qt_loop
async def test_a_code_is_understood_as_people_misread_it(design: Design, tmp_path: Path) -> None:
    row = replace(PAID, id=an_id("digits"), code="RX-01VV1")
    async with a_seat(design, tmp_path, MEERA, row) as seat:
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "rx o1uvl")
        QTest.keyClick(seat.window.search, Qt.Key.Key_Return)
        assert seat.workspace("plain").asked == [row.id]


@on_qt_loop
async def test_a_whole_code_that_is_not_here_is_looked_up_at_the_server(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "rx-0000o")
        assert shown(seat) == ["PRESCRIPTIONS", "RX-00000"]
        QTest.keyClick(seat.window.search, Qt.Key.Key_Return)
        assert seat.window.search.text() == ""
        await until(lambda: "the server is out of reach" in toasted(seat), "the sentence")
        assert toasted(seat).startswith("RX-00000 is not on this desk")


@on_qt_loop
async def test_a_part_of_a_code_is_not_looked_up(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "rx-000")
        assert shown(seat) == []


@on_qt_loop
async def test_actions_are_found_by_the_beginnings_of_their_words(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "new pre")
        assert shown(seat)[0] == "ACTIONS"
        QTest.keyClick(seat.window.search, Qt.Key.Key_Return)
        assert "new" in seat.workspace("plain").asked


@on_qt_loop
async def test_what_can_be_done_by_the_name_that_was_typed_comes_before_people(
    design: Design, tmp_path: Path
) -> None:
    newton = a_patient("Newton Rao", id=an_id("Newton"), number="P-000009", phone="+919822014418")
    async with a_seat(design, tmp_path, newton) as seat:
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "ne")
        assert shown(seat)[:2] == ["PATIENTS", "Newton Rao"]
        QTest.keyClicks(seat.window.search, "w")
        assert shown(seat)[0] == "ACTIONS"
        assert shown(seat)[-2:] == ["PATIENTS", "Newton Rao"]
        QTest.keyClicks(seat.window.search, "t")
        assert shown(seat) == ["PATIENTS", "Newton Rao"]


@on_qt_loop
async def test_arrows_pass_over_headings_and_go_round(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await search_bar(seat)
        first = chosen(seat)
        QTest.keyClick(seat.window.search, Qt.Key.Key_Up)
        assert chosen(seat) != first
        QTest.keyClick(seat.window.search, Qt.Key.Key_Down)
        assert chosen(seat) == first


@on_qt_loop
async def test_escape_empties_the_bar_and_then_gives_the_keyboard_back(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await until(lambda: seat.workspace("plain").typed.hasFocus(), "the workspace's focus")
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "meera")
        QTest.keyClick(seat.window.search, Qt.Key.Key_Escape)
        assert seat.window.search.text() == ""
        QTest.keyClick(seat.window.search, Qt.Key.Key_Escape)
        assert seat.workspace("plain").typed.hasFocus()


@on_qt_loop
async def test_what_nobody_holds_is_said_to_be_not_here(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "zzzzqq")
        nothing = seat.window.findChild(type(seat.window.ui.centre), "search_nothing")
        assert shown(seat) == []
        assert nothing is not None
        assert nothing.isVisible()


@on_qt_loop
async def test_medicines_are_for_those_who_have_a_place_for_them(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await search_bar(seat)
        QTest.keyClicks(seat.window.search, "amox")
        await until(lambda: seat.tasks.running == 0)
        assert "MEDICINES" not in shown(seat)
