from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.appearance import Appearance, Design
from clinicdesk.desktop.design.rail_button import RailButton
from clinicdesk.desktop.design.toast import Toast
from clinicdesk.desktop.printing.registers import Registers
from tests.core.sample import a_patient, a_prescription, an_id, pharmacist, therapist
from tests.desktop.shell.on_qt_loop import on_qt_loop, until
from tests.desktop.shell.plain_workspace import PlainWorkspace
from tests.desktop.shell.seats import Seat, a_desk, a_seat


async def complete(seat: Seat) -> None:
    await until(seat.window.search.isEnabled, "the whole window")
    seat.window.activateWindow()


def banner(seat: Seat, name: str) -> QWidget:
    found = seat.window.findChild(QWidget, name)
    assert found is not None
    return found


@on_qt_loop
async def test_the_member_and_the_clinic_stand_in_the_bar(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path) as seat:
        assert seat.window.user.text() == "Pia Patel"
        clock = seat.window.findChild(QWidget, "clinic_and_time")
        assert clock is not None
        assert clock.property("text").startswith("Roshni Clinic · ")
        assert seat.window.windowTitle() == "Roshni Clinic · clinicdesk"


@on_qt_loop
async def test_workspaces_change_by_key_and_by_the_rail(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path) as seat:
        await complete(seat)
        QTest.keyClick(seat.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        assert seat.workspace("other").isVisible()
        assert seat.workspace("other").typed.hasFocus()
        button = seat.window.findChild(RailButton, "rail_plain")
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert seat.workspace("plain").isVisible()
        assert button.isChecked()


@on_qt_loop
async def test_the_workspace_shown_last_comes_first_the_next_time(
    design: Design, tmp_path: Path
) -> None:
    async with a_desk(tmp_path) as desk:
        seat = Seat(desk, design, tmp_path)
        await complete(seat)
        QTest.keyClick(seat.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        await seat.leave()
        again = Seat(desk, design, tmp_path)
        assert again.workspace("other").isVisible()
        await again.leave()


@on_qt_loop
async def test_what_was_typed_stays_when_another_workspace_is_shown(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path) as seat:
        await complete(seat)
        seat.workspace("plain").typed.setText("half a sentence")
        QTest.keyClick(seat.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(seat.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
        assert seat.workspace("plain").typed.text() == "half a sentence"


@on_qt_loop
async def test_a_thing_that_is_not_here_is_said_to_be_not_here(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path) as seat:
        await complete(seat)
        seat.view.go("prescription", an_id("of another clinic"))
        toast = seat.window.findChild(Toast, "toast")
        assert toast is not None
        assert "not on this desk" in toast.accessibleName()


@on_qt_loop
async def test_the_pill_says_how_the_desk_stands(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path) as seat:
        link = seat.desk.link
        await until(lambda: link.status is LinkStatus.OFFLINE, "the missing server")
        assert seat.window.pill.accessibleName().startswith("Offline since ")
        link.become(LinkStatus.LIVE)
        assert seat.window.pill.accessibleName() == "Live"
        link.become(
            LinkStatus.OFFLINE, "The server cannot reach its database.", server_answers=True
        )
        told = seat.window.pill.accessibleName()
        assert told.startswith("Server cannot reach its database since ")
        assert seat.window.pill.toolTip() == "The server cannot reach its database."


@on_qt_loop
async def test_a_sign_in_that_has_ended_is_said_by_pill_and_banner(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path) as seat:
        await until(lambda: seat.desk.link.status is LinkStatus.OFFLINE)
        asked: list[bool] = []
        seat.view.sign_in_wanted.connect(lambda: asked.append(True))
        seat.desk.link.become(LinkStatus.SIGNED_OUT)
        assert seat.window.pill.accessibleName() == "Sign in again"
        assert banner(seat, "signed_out_banner").isVisible()
        seat.window.pill.click()
        action = next(
            b
            for b in banner(seat, "signed_out_banner").findChildren(QAbstractButton)
            if b.text() == "Sign in again"
        )
        action.click()
        assert asked == [True, True]
        seat.desk.link.become(LinkStatus.LIVE)
        assert not banner(seat, "signed_out_banner").isVisible()


@on_qt_loop
async def test_a_desk_that_is_not_accepted_says_why(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path) as seat:
        seat.desk.link.become(LinkStatus.REFUSED, "The server is of another version.")
        shown = banner(seat, "refused_banner")
        assert shown.isVisible()
        assert "another version" in shown.accessibleName()


@on_qt_loop
async def test_a_store_that_was_set_aside_is_told_once_and_can_be_put_away(
    design: Design, tmp_path: Path
) -> None:
    async with a_desk(tmp_path) as desk:
        desk.notes.append("The data kept on this computer is damaged, so it was put aside.")
        seat = Seat(desk, design, tmp_path)
        told = banner(seat, "told_banner")
        assert told.isVisible()
        assert "put aside" in told.accessibleName()
        next(b for b in told.findChildren(QAbstractButton) if b.toolTip() == "Dismiss").click()
        assert not seat.window.ui.banners.isVisible()
        await seat.leave()


@on_qt_loop
async def test_f1_shows_all_keys_and_gives_the_keyboard_back(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path) as seat:
        await complete(seat)
        before = seat.workspace("plain").typed
        await until(before.hasFocus)
        QTest.keyClick(seat.window, Qt.Key.Key_F1)
        assert seat.window.sheet.isVisible()
        QTest.keyClick(seat.window.sheet, Qt.Key.Key_Escape)
        assert not seat.window.sheet.isVisible()
        assert before.hasFocus()


@on_qt_loop
async def test_registers_open_by_a_key_that_the_sheet_names(design: Design, tmp_path: Path) -> None:
    for member, named in ((pharmacist, True), (therapist, False)):
        async with a_seat(design, tmp_path / str(member.role), member=member) as seat:
            await complete(seat)
            keys = [key.keys for key in seat.window._keys]
            assert (("Ctrl+Shift+R",) in keys) is named
            modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
            QTest.keyClick(seat.window, Qt.Key.Key_R, modifiers)
            assert len(seat.window.findChildren(Registers)) is int(named)


@on_qt_loop
async def test_a_theme_that_was_chosen_is_passed_on(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path) as seat:
        chosen: list[Appearance] = []
        seat.view.appearance_chosen.connect(chosen.append)
        seat.window.user.appearance_chosen.emit(Appearance.DARK)
        assert chosen == [Appearance.DARK]


@on_qt_loop
async def test_nothing_of_a_person_remains_when_they_have_gone(
    design: Design, tmp_path: Path
) -> None:
    rows = (a_patient("Meera Deshpande"), a_prescription())
    async with a_desk(tmp_path, *rows) as desk:
        seat = Seat(desk, design, tmp_path)
        await complete(seat)
        seat.window.search.setText("Meera")
        seat.view.close()
        await until(lambda: not seat.window.findChildren(PlainWorkspace))
        assert seat.window.search.text() == ""
        assert not seat.window.search.isEnabled()
        assert not seat.window.user.isVisible()
        texts = [edit.text() for edit in seat.window.findChildren(QLineEdit)]
        assert not any(texts)
        await seat.tasks.end()
        seat.window.deleteLater()


@on_qt_loop
async def test_everything_that_can_be_used_has_a_name_for_screen_readers(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path) as seat:
        await complete(seat)
        buttons = seat.window.findChildren(QAbstractButton)
        nameless = [b for b in buttons if b.isVisible() and not (b.accessibleName() or b.text())]
        assert nameless == []
