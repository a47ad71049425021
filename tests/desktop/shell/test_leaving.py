"""Leaving a desk on which changes wait: asked in words, and nothing of them is lost or seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QListView, QPushButton, QWidget

from clinicdesk.contract.commands import TakePayment
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.content import CONTENT_ROLE
from clinicdesk.desktop.sign_in.leaving import LeavingDialog
from clinicdesk.server.demo_data import PASSWORD
from tests.desktop.shell.doorway import (
    PASSPHRASE,
    PHARMACIST,
    Doorway,
    invited,
    make_passphrase,
    opened,
    passphrase_dialog,
)
from tests.desktop.shell.on_qt_loop import on_qt_loop, until
from tests.running_server import RunningServer

# Windows do not lie over one another there.
pytestmark = pytest.mark.qt_log_ignore(r"^This plugin does not support raise\(\)")


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same machine for each test: one without a keyring."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


async def work_offline(doorway: Doorway, server: RunningServer) -> None:
    """Take a payment while the server is away."""
    await until(doorway.works, "the desk")
    desk = doorway.desk
    await until(lambda: desk.link.status is LinkStatus.LIVE)
    server.stop()
    await until(lambda: desk.link.status is LinkStatus.OFFLINE)
    unpaid = next(
        p
        for p in desk.replica.prescriptions.values()
        if desk.dispensing.can(TakePayment, p.id) is None
    )
    await desk.dispensing.take_payment(unpaid.id, desk.dispensing.amount_due(unpaid.id))


async def question(doorway: Doorway) -> LeavingDialog:
    def there() -> LeavingDialog | None:
        found = doorway.main.findChildren(LeavingDialog)
        return next((dialog for dialog in found if dialog.isVisible()), None)

    await until(there, "the question")
    dialog = there()
    assert dialog is not None
    return dialog


def people(doorway: Doorway) -> list[tuple[str, str]]:
    shown = doorway.sign_in.ui.sign_in_people
    assert isinstance(shown, QListView)
    model = shown.model()
    rows = [model.index(row, 0).data(CONTENT_ROLE) for row in range(model.rowCount())]
    return [(row.primary, row.status) for row in rows]


@on_qt_loop
async def test_what_waits_is_said_before_signing_out_and_kept_for_its_owner_alone(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path) as doorway:
        await make_passphrase(doorway)
        doorway.type(server.url, PHARMACIST, PASSWORD)
        await work_offline(doorway, server)
        first = doorway.desk
        doorway.main.user.sign_out_wanted.emit()
        dialog = await question(doorway)
        assert dialog.ui.leaving_title.text() == "1 change(s) are not sent yet"
        assert "stays encrypted on this computer" in dialog.ui.leaving_words.text()
        assert dialog.ui.leaving_go.text() == "Sign out"
        dialog.ui.leaving_stay.click()
        await until(lambda: not doorway.main.findChildren(LeavingDialog))
        assert doorway.desk is first
        doorway.main.user.switch_wanted.emit()
        dialog = await question(doorway)
        assert dialog.ui.leaving_go.text() == "Switch user"
        dialog.ui.leaving_go.click()
        await until(doorway.asks, "the sign-in window")
        assert people(doorway) == [("Vikram Patil", "1 not sent")]

        server.start()
        doorway.type(server.url, "sunita.rao", PASSWORD)
        await until(doorway.works, "the other desk")
        assert doorway.desk.outbox.entries() == []
        await until(lambda: doorway.desk.link.status is LinkStatus.LIVE)
        doorway.main.user.switch_wanted.emit()
        await until(doorway.asks, "the sign-in window")
        assert dict(people(doorway)) == {"Dr Sunita Rao": "", "Vikram Patil": "1 not sent"}

        doorway.type(server.url, PHARMACIST, PASSWORD)
        await until(doorway.works, "the desk again")
        await until(lambda: doorway.desk.outbox.recent, "the payment's way to the server")
        assert doorway.desk.outbox.refused() == []


@on_qt_loop
async def test_without_a_keyring_leaving_offers_to_keep_what_waits_under_a_passphrase(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path, invited(server)) as doorway:
        await work_offline(doorway, server)
        doorway.main.close()
        dialog = await question(doorway)
        assert doorway.main.isVisible()
        assert "could never be opened again" in dialog.ui.leaving_words.text()
        dialog.ui.leaving_go.click()
        passphrase = await passphrase_dialog(doorway)
        passphrase.ui.passphrase_field.setText(PASSPHRASE)
        passphrase.ui.passphrase_again.setText(PASSPHRASE)
        passphrase.ui.passphrase_accept.click()
        await until(lambda: not doorway.main.isVisible(), "the end")
    server.start()
    async with opened(design, tmp_path) as doorway:
        dialog_again = await passphrase_dialog(doorway)
        dialog_again.ui.passphrase_field.setText(PASSPHRASE)
        dialog_again.ui.passphrase_accept.click()
        await until(doorway.asks, "the sign-in window")
        assert people(doorway) == [("Vikram Patil", "1 not sent")]
        doorway.type(server.url, PHARMACIST, PASSWORD)
        await until(doorway.works, "the desk")
        await until(lambda: doorway.desk.outbox.recent, "the payment's way to the server")


@on_qt_loop
async def test_work_under_a_passphrase_that_was_not_given_is_told_in_the_outbox_and_unlocked(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path) as doorway:
        await make_passphrase(doorway)
        doorway.type(server.url, PHARMACIST, PASSWORD)
        await work_offline(doorway, server)
    server.start()
    async with opened(design, tmp_path) as doorway:
        (await passphrase_dialog(doorway)).reject()
        await until(doorway.asks, "the sign-in window")
        doorway.type(server.url, PHARMACIST, PASSWORD)
        await until(doorway.works, "the desk")
        await until(lambda: doorway.main.search.isEnabled(), "the whole window")
        doorway.main.pill.click()
        banner = doorway.main.findChild(QWidget, "outbox_locked")
        assert banner is not None
        assert banner.isVisible()
        unlock = next(b for b in banner.findChildren(QPushButton) if b.text() == "Unlock")
        unlock.click()
        dialog = await passphrase_dialog(doorway)
        dialog.ui.passphrase_field.setText(PASSPHRASE)
        dialog.ui.passphrase_accept.click()
        await until(lambda: not banner.isVisible(), "the unlocking")
        await until(lambda: doorway.desk.outbox.recent, "the payment's way to the server")


@on_qt_loop
async def test_with_nothing_unsent_nobody_is_asked(
    design: Design, tmp_path: Path, server: RunningServer
) -> None:
    async with opened(design, tmp_path, invited(server)) as doorway:
        await until(doorway.works, "the desk")
        doorway.main.close()
        await until(lambda: not doorway.main.isVisible(), "the end")
        assert doorway.main.findChildren(LeavingDialog) == []
