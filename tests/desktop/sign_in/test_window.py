from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from clinicdesk.contract.problems import TooManyAttempts, WrongCredentials, WrongProtocol
from clinicdesk.core.profiles import Remembered
from clinicdesk.core.transport import Unreachable, UnreachableReason
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.sign_in.again import SignInAgainDialog
from clinicdesk.desktop.sign_in.causes import trouble_of
from clinicdesk.desktop.sign_in.passphrase import PassphraseDialog
from clinicdesk.desktop.sign_in.trouble import Place, Trouble
from clinicdesk.desktop.sign_in.window import Credentials, SignInWindow
from tests.core.sample import an_id, clinic, pharmacist, therapist


def a_user(login: str, member: object = pharmacist) -> Remembered:
    return Remembered(
        server="https://roshni.example.org", login=login, session_id=an_id(login),
        member=member, clinic=clinic, last_used=datetime.now(UTC),
    )  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def window(qtbot: QtBot, design: Design) -> SignInWindow:
    made = SignInWindow(design, [])
    qtbot.addWidget(made)
    made.show()
    return made


def submitted(window: SignInWindow) -> list[Credentials]:
    said: list[Credentials] = []
    window.submitted.connect(said.append)
    return said


def error_at(window: SignInWindow, name: str) -> str:
    field = window.findChild(QLineEdit, name)
    assert field is not None
    block = field.parentWidget()
    assert isinstance(block, FieldBlock)
    return block.error()


def fill(window: SignInWindow, server: str, login: str, password: str) -> None:
    window.ui.sign_in_server.setText(server)
    window.ui.sign_in_login.setText(login)
    window.ui.sign_in_password.setText(password)


def test_enter_in_any_field_signs_in(window: SignInWindow, qtbot: QtBot) -> None:
    said = submitted(window)
    fill(window, "roshni.example.org", " vikram ", "a secret")
    qtbot.keyClick(window.ui.sign_in_login, Qt.Key.Key_Return)
    assert said == [Credentials("https://roshni.example.org", "vikram", "a secret")]


def test_a_password_is_in_no_repr() -> None:
    assert "a secret" not in repr(Credentials("https://x.example", "vikram", "a secret"))


@pytest.mark.parametrize(
    ("server", "login", "password", "wrong"),
    [
        ("", "vikram", "a secret", "sign_in_server"),
        ("http://roshni.example.org", "vikram", "a secret", "sign_in_server"),
        ("roshni.example.org", " ", "a secret", "sign_in_login"),
        ("roshni.example.org", "vikram", "", "sign_in_password"),
    ],
)
def test_what_is_missing_is_said_under_its_field(
    window: SignInWindow, qtbot: QtBot, server: str, login: str, password: str, wrong: str
) -> None:
    said = submitted(window)
    fill(window, server, login, password)
    qtbot.mouseClick(window.ui.sign_in_button, Qt.MouseButton.LeftButton)
    assert said == []
    for name in ("sign_in_server", "sign_in_login", "sign_in_password"):
        assert bool(error_at(window, name)) is (name == wrong)


def test_an_error_goes_when_somebody_types_on(window: SignInWindow, qtbot: QtBot) -> None:
    window.show_trouble(Trouble(Place.SERVER, "There is no such server."))
    qtbot.keyClicks(window.ui.sign_in_server, "r")
    assert error_at(window, "sign_in_server") == ""


@pytest.mark.parametrize("place", Place)
def test_nothing_moves_when_an_error_appears(window: SignInWindow, place: Place) -> None:
    ui = window.ui
    parts = (ui.title, ui.sign_in_server, ui.sign_in_login, ui.sign_in_password, ui.sign_in_button)

    def places() -> list[QPoint]:
        for layout in (ui.centre, ui.fields):
            layout.activate()
        return [part.mapTo(window, QPoint()) for part in parts]

    before = places()
    window.show_trouble(Trouble(place, "Type it once more."))
    assert places() == before
    window.show_busy("Signing in ...")
    assert places() == before


def test_tab_goes_from_the_server_to_the_button(window: SignInWindow, qtbot: QtBot) -> None:
    order = [
        window.ui.sign_in_server,
        window.ui.sign_in_login,
        window.ui.sign_in_password,
        window.findChild(QPushButton, "sign_in_password_eye"),
        window.ui.sign_in_button,
    ]
    chain = [order[0]]
    while chain[-1] is not order[-1]:
        following = chain[-1].nextInFocusChain()
        while not following.focusPolicy() & Qt.FocusPolicy.TabFocus or not following.isVisible():
            following = following.nextInFocusChain()
        chain.append(following)
        assert len(chain) < 20
    assert chain == order


def test_the_eye_shows_the_password_and_hides_it_again(window: SignInWindow, qtbot: QtBot) -> None:
    eye = window.findChild(QPushButton, "sign_in_password_eye")
    assert eye is not None
    assert eye.accessibleName() == "Show the password"
    qtbot.mouseClick(eye, Qt.MouseButton.LeftButton)
    assert window.ui.sign_in_password.echoMode() is QLineEdit.EchoMode.Normal
    assert eye.accessibleName() == "Hide the password"
    qtbot.mouseClick(eye, Qt.MouseButton.LeftButton)
    assert window.ui.sign_in_password.echoMode() is QLineEdit.EchoMode.Password


def test_signing_in_hides_the_password_again(window: SignInWindow, qtbot: QtBot) -> None:
    fill(window, "roshni.example.org", "vikram", "a secret")
    eye = window.findChild(QPushButton, "sign_in_password_eye")
    assert eye is not None
    qtbot.mouseClick(eye, Qt.MouseButton.LeftButton)
    qtbot.keyClick(window.ui.sign_in_password, Qt.Key.Key_Return)
    assert window.ui.sign_in_password.echoMode() is QLineEdit.EchoMode.Password


def test_while_the_server_is_asked_nothing_can_be_sent_twice(
    window: SignInWindow, qtbot: QtBot
) -> None:
    said = submitted(window)
    fill(window, "roshni.example.org", "vikram", "a secret")
    window.show_busy("Asking roshni.example.org who you are")
    qtbot.keyClick(window, Qt.Key.Key_Return)
    assert not window.ui.sign_in_button.isEnabled()
    assert window.ui.sign_in_progress.isVisible()
    assert said == []


def test_a_person_is_chosen_by_a_click(qtbot: QtBot, design: Design) -> None:
    window = SignInWindow(design, [a_user("pia"), a_user("asha", therapist)])
    qtbot.addWidget(window)
    window.show()
    people = window.ui.sign_in_people
    spot = people.visualRect(people.model().index(1, 0)).center()
    qtbot.mouseClick(people.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert window.ui.sign_in_login.text() == "asha"
    assert window.ui.sign_in_server.text() == "roshni.example.org"


def test_the_last_person_and_server_are_filled_in(qtbot: QtBot, design: Design) -> None:
    window = SignInWindow(design, [a_user("pia"), a_user("asha", therapist)])
    qtbot.addWidget(window)
    assert window.ui.sign_in_login.text() == "pia"
    assert window.ui.sign_in_server.text() == "roshni.example.org"


def test_too_many_attempts_count_down_and_open_again(window: SignInWindow, qtbot: QtBot) -> None:
    said = submitted(window)
    fill(window, "roshni.example.org", "vikram", "a secret")
    window.show_trouble(trouble_of(TooManyAttempts(detail="Too many.", retry_after_s=2)))
    assert "2 s" in error_at(window, "sign_in_password")
    assert not window.ui.sign_in_button.isEnabled()
    qtbot.keyClick(window.ui.sign_in_password, Qt.Key.Key_Return)
    assert said == []
    qtbot.waitUntil(window.ui.sign_in_button.isEnabled, timeout=10_000)
    assert error_at(window, "sign_in_password") == ""


def test_a_wait_of_minutes_is_told_in_minutes(window: SignInWindow) -> None:
    window.show_trouble(trouble_of(TooManyAttempts(detail="Too many.", retry_after_s=125)))
    assert "2:05" in error_at(window, "sign_in_password")


@pytest.mark.parametrize(
    ("why", "place", "words"),
    [
        (WrongCredentials(detail="No."), Place.PASSWORD, "do not belong together"),
        (
            WrongProtocol(detail="Other.", server_version="9.1", server_protocol=9),
            Place.SERVER,
            "runs clinicdesk 9.1",
        ),
        (
            Unreachable(
                UnreachableReason.CERTIFICATE,
                "The certificate of roshni.example.org cannot be trusted, so nothing was sent; "
                "ask your administrator.",
            ),
            Place.SERVER,
            "The certificate of roshni.example.org cannot be trusted.",
        ),
        (
            Unreachable(UnreachableReason.NOT_CLINICDESK, "Something other answers there."),
            Place.SERVER,
            "Something other answers there.",
        ),
    ],
)
def test_each_trouble_is_said_where_it_belongs(why: object, place: Place, words: str) -> None:
    trouble = trouble_of(why)  # type: ignore[arg-type]
    assert trouble.place is place
    assert words in trouble.sentence


def test_a_computer_without_a_keyring_is_told_and_offered_a_passphrase(
    window: SignInWindow, qtbot: QtBot
) -> None:
    window.warn("This computer has no keyring.", "Use a passphrase")
    offer = next(b for b in window.findChildren(QPushButton) if b.text() == "Use a passphrase")
    with qtbot.waitSignal(window.passphrase_wanted):
        qtbot.mouseClick(offer, Qt.MouseButton.LeftButton)


def test_a_new_passphrase_is_typed_twice(qtbot: QtBot, design: Design) -> None:
    dialog = PassphraseDialog(design, new=True)
    qtbot.addWidget(dialog)
    said: list[str] = []
    dialog.submitted.connect(said.append)
    dialog.ui.passphrase_field.setText("correct horse")
    dialog.ui.passphrase_again.setText("correct house")
    dialog.ui.passphrase_accept.click()
    assert said == []
    dialog.ui.passphrase_again.setText("correct horse")
    dialog.ui.passphrase_accept.click()
    assert said == ["correct horse"]


def test_signing_in_again_asks_for_the_password_alone(qtbot: QtBot, design: Design) -> None:
    dialog = SignInAgainDialog(design, ("Vikram Patil", "1"), "Roshni Clinic")
    qtbot.addWidget(dialog)
    said: list[str] = []
    dialog.submitted.connect(said.append)
    dialog.ui.again_button.click()
    assert said == []
    dialog.ui.again_password.setText("a secret")
    dialog.ui.again_button.click()
    assert said == ["a secret"]
    assert not dialog.ui.again_button.isEnabled()
    dialog.show_error("This login and this password do not belong together.")
    assert dialog.ui.again_button.isEnabled()


def test_everything_that_can_be_used_has_a_name_for_screen_readers(window: SignInWindow) -> None:
    controls = [*window.findChildren(QLineEdit), *window.findChildren(QPushButton)]
    nameless = [each for each in controls if each.isVisible() and not _name(each)]
    assert nameless == []


def _name(control: QLineEdit | QPushButton) -> str:
    return control.accessibleName() or control.text()
