"""People come in and leave, against a real server."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from PySide6.QtWidgets import QLineEdit, QListView, QPushButton, QWidget

from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.door import Door
from clinicdesk.desktop.sign_in.again import SignInAgainDialog
from clinicdesk.desktop.sign_in.clinic_choice import ClinicDialog
from clinicdesk.server.demo_data import PASSWORD
from tests.desktop.shell.doorway import (
    PHARMACIST,
    Doorway,
    invited,
    make_passphrase,
    opened,
    passphrase_dialog,
)
from tests.desktop.shell.on_qt_loop import on_qt_loop, until
from tests.desktop.shell.plain_workspace import PlainWorkspace
from tests.desktop.shell.seats import NOBODY
from tests.running_server import Owner, RunningServer

# Windows do not lie over one another there.
pytestmark = pytest.mark.qt_log_ignore(r"^This plugin does not support raise\(\)")


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same machine for each test: one without a keyring."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@on_qt_loop
async def test_a_password_opens_the_desk(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path) as doorway:
        doorway.type(server.url, PHARMACIST, PASSWORD)
        await until(doorway.works, "the desk")
        await until(lambda: doorway.desk.link.status is LinkStatus.LIVE)
        assert not doorway.asks()
        assert doorway.main.user.text() == "Vikram Patil"
        assert doorway.told == []


@on_qt_loop
async def test_a_wrong_password_is_said_under_the_password(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path) as doorway:
        doorway.type(server.url, PHARMACIST, "not this one")
        assert "do not belong together" in await doorway.said_at("sign_in_password")
        doorway.type(server.url, PHARMACIST, PASSWORD)
        await until(doorway.works, "the desk")


@on_qt_loop
async def test_after_too_many_attempts_the_window_counts_down(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path) as doorway:
        for _attempt in range(40):
            doorway.type(server.url, PHARMACIST, "not this one")
            await until(lambda: not doorway.sign_in.ui.sign_in_progress.isVisible())
            if not doorway.sign_in.ui.sign_in_button.isEnabled():
                break
        assert "You can try again in" in doorway.error_at("sign_in_password")


@on_qt_loop
async def test_a_server_that_does_not_answer_is_said_under_the_server(
    design: Design, tmp_path: Path
) -> None:
    async with opened(design, tmp_path) as doorway:
        doorway.type(NOBODY, PHARMACIST, PASSWORD)
        assert "does not answer" in await doorway.said_at("sign_in_server")


@asynccontextmanager
async def something_else(answer: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server on this computer that gives one answer to everybody."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) as listening:
        port = listening.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}" if tls is None else f"https://localhost:{port}"


@on_qt_loop
async def test_a_certificate_that_nobody_vouches_for_is_said_with_whose_it_is(
    design: Design, tmp_path: Path
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(self_signed(tmp_path))
    async with something_else(b"", tls) as address, opened(design, tmp_path) as doorway:
        doorway.type(address, PHARMACIST, PASSWORD)
        said = await doorway.said_at("sign_in_server")
        assert f"The certificate of {address.removeprefix('https://')} cannot be trusted." in said
        assert "administrator" in said


def self_signed(folder: Path) -> Path:
    """A certificate for localhost that its own key has signed, with the key."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, None)
    )
    file = folder / "self-signed.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return file


@on_qt_loop
async def test_something_that_is_not_clinicdesk_is_said_to_be_something_else(
    design: Design, tmp_path: Path
) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
    async with something_else(page) as address, opened(design, tmp_path) as doorway:
        doorway.type(address, PHARMACIST, PASSWORD)
        assert "other than clinicdesk" in await doorway.said_at("sign_in_server")


@on_qt_loop
async def test_a_server_of_another_version_is_said_to_be_that(
    design: Design, tmp_path: Path
) -> None:
    newer = (
        b"HTTP/1.1 201 Created\r\nClinicdesk-Protocol: 99\r\n"
        b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
    )
    async with something_else(newer) as address, opened(design, tmp_path) as doorway:
        doorway.type(address, PHARMACIST, PASSWORD)
        assert "another version" in await doorway.said_at("sign_in_server")


@on_qt_loop
async def test_a_computer_without_a_keyring_says_so_and_offers_a_passphrase(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path) as doorway:
        banner = doorway.sign_in.findChild(QWidget, "sign_in_banner")
        assert banner is not None
        await until(banner.isVisible, "the banner")
        assert "memory only" in banner.accessibleName()


@on_qt_loop
async def test_a_passphrase_keeps_the_sign_in_for_the_next_start(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path) as doorway:
        banner = doorway.sign_in.findChild(QWidget, "sign_in_banner")
        assert banner is not None
        await until(banner.isVisible, "the banner")
        doorway.sign_in.passphrase_wanted.emit()
        dialog = await passphrase_dialog(doorway)
        dialog.ui.passphrase_field.setText("short")
        dialog.ui.passphrase_again.setText("short")
        dialog.ui.passphrase_accept.click()
        await until(dialog.ui.passphrase_accept.isEnabled)
        dialog.ui.passphrase_field.setText("correct horse battery")
        dialog.ui.passphrase_again.setText("correct horse battery")
        dialog.ui.passphrase_accept.click()
        await until(lambda: not banner.isVisible(), "the kept sign-in")
        doorway.type(server.url, PHARMACIST, PASSWORD)
        await until(doorway.works, "the desk")
    server.stop()
    async with opened(design, tmp_path) as doorway:
        dialog = await passphrase_dialog(doorway)
        dialog.ui.passphrase_field.setText("correct horse battery")
        dialog.ui.passphrase_accept.click()
        # Without the server: what this desk held is there at once.
        await until(doorway.works, "the desk")
        assert not doorway.asks()
        await until(lambda: doorway.desk.link.status is LinkStatus.OFFLINE)


@on_qt_loop
async def test_without_a_lasting_vault_the_next_start_asks_again(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path, invited(server)) as doorway:
        await until(doorway.works, "the desk")
    async with opened(design, tmp_path) as doorway:
        await until(doorway.asks, "the sign-in window")
        assert doorway.sign_in.ui.sign_in_login.text() == PHARMACIST


@on_qt_loop
async def test_signing_out_leaves_nothing_and_remembers_who_it_was(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path, invited(server)) as doorway:
        await until(doorway.works, "the desk")
        doorway.main.user.sign_out_wanted.emit()
        await until(doorway.asks, "the sign-in window")
        assert not doorway.main.isVisible()
        await until(lambda: not doorway.main.findChildren(PlainWorkspace))
        people = doorway.sign_in.ui.sign_in_people
        assert isinstance(people, QListView)
        assert people.model().index(0, 0).data() == "Vikram Patil"
        assert not doorway.settings.signed_in
        doorway.type(server.url, "sunita.rao", PASSWORD)
        await until(doorway.works, "the other desk")
        assert doorway.main.user.text() == "Dr Sunita Rao"


@on_qt_loop
async def test_a_session_that_ended_goes_on_after_the_password_with_nothing_lost(
    design: Design, tmp_path: Path, server: RunningServer, owner: Owner
) -> None:
    async with opened(design, tmp_path, invited(server)) as doorway:
        await until(doorway.works, "the desk")
        await until(lambda: doorway.desk.link.status is LinkStatus.LIVE)
        typed = doorway.main.findChild(QLineEdit, "plain_typed")
        assert typed is not None
        typed.setText("half a sentence")
        owner("UPDATE session SET ended_at = now()")
        await doorway.desk.session.renew(doorway.desk.session.present_token)
        await until(lambda: doorway.main.pill.accessibleName() == "Sign in again")
        doorway.main.pill.click()
        dialog = doorway.main.findChild(SignInAgainDialog)
        assert dialog is not None
        dialog.ui.again_password.setText("not this one")
        dialog.ui.again_button.click()
        await until(dialog.ui.again_button.isEnabled, "the answer")
        dialog.ui.again_password.setText(PASSWORD)
        dialog.ui.again_button.click()
        await until(lambda: doorway.desk.link.status is LinkStatus.LIVE, "being live again")
        assert typed.text() == "half a sentence"
        await until(lambda: doorway.main.findChild(SignInAgainDialog) is None)


@on_qt_loop
async def test_a_desk_that_is_open_elsewhere_says_so_and_can_be_tried_again(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path, profile="one") as first:
        await make_passphrase(first)
        first.type(server.url, PHARMACIST, PASSWORD)
        await until(first.works, "the desk")
        second = Doorway(design, tmp_path, "one")
        second.main.show()
        second.door = Door(second.house, second.main, None)
        stays = asyncio.create_task(second.door.stay(None))
        dialog = await passphrase_dialog(second)
        dialog.ui.passphrase_field.setText("correct horse battery")
        dialog.ui.passphrase_accept.click()
        state = second.main.state
        await until(lambda: state.accessibleName() == "Your desk could not be opened")
        again = next(b for b in state.findChildren(QPushButton) if b.text() == "Try again")
        assert again.isVisible()
        second.door.leave()
        await stays
        second.main.deleteLater()


def works_in_two_clinics(owner: Owner) -> None:
    """The account has a pharmacist's place in Aotearoa Therapy too."""
    owner(
        """update member set account_id = (select id from account where login = %s)
        where (clinic_id, id) in (
          select clinic_id, min(id::text)::uuid from member
          where role = 'pharmacist' and clinic_id = (
            select clinic_id from clinic where name = 'Aotearoa Therapy')
          group by clinic_id)""",
        PHARMACIST,
    )


async def clinic_dialog(doorway: Doorway) -> ClinicDialog:
    def there() -> ClinicDialog | None:
        found = doorway.sign_in.findChildren(ClinicDialog)
        return next((dialog for dialog in found if dialog.isVisible()), None)

    await until(there, "the clinics")
    dialog = there()
    assert dialog is not None
    return dialog


@on_qt_loop
async def test_who_works_in_several_clinics_is_asked_which_one_is_meant(
    design: Design, tmp_path: Path, server: RunningServer, owner: Owner
) -> None:
    works_in_two_clinics(owner)
    async with opened(design, tmp_path) as doorway:
        doorway.type(server.url, PHARMACIST, PASSWORD)
        dialog = await clinic_dialog(doorway)
        names = [button.text() for button in dialog.buttons]
        assert sorted(names) == ["Aotearoa Therapy", "Roshni Clinic"]
        dialog.buttons[names.index("Aotearoa Therapy")].click()
        await until(doorway.works, "the desk")
        assert doorway.desk.clinic.name == "Aotearoa Therapy"
        remembered = [user.clinic.name for user in doorway.house.profiles.users()]
        assert remembered == ["Aotearoa Therapy"]
        doorway.main.user.switch_wanted.emit()
        await until(doorway.asks, "the sign-in window")
        # The person of the list is of that clinic: nobody asks again.
        doorway.sign_in.ui.sign_in_password.setText(PASSWORD)
        doorway.sign_in.ui.sign_in_button.click()
        await until(doorway.works, "the desk")
        assert doorway.desk.clinic.name == "Aotearoa Therapy"


@on_qt_loop
async def test_who_goes_back_from_the_clinics_is_not_signed_in(
    design: Design, tmp_path: Path, server: RunningServer, owner: Owner
) -> None:
    works_in_two_clinics(owner)
    async with opened(design, tmp_path) as doorway:
        doorway.type(server.url, PHARMACIST, PASSWORD)
        (await clinic_dialog(doorway)).reject()
        await until(lambda: doorway.sign_in.ui.sign_in_button.isEnabled(), "the form")
        assert doorway.house.profiles.users() == []
        assert owner("select count(*) from session where ended_at is null") == [(0,)]


@on_qt_loop
async def test_closing_the_window_ends_the_program(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path, invited(server)) as doorway:
        await until(doorway.works, "the desk")
        doorway.main.close()
        assert doorway.told == []
