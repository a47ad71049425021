"""The program from its start to its end, as the person before it sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.core.clock import utc_now
from clinicdesk.core.desk import Desk
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.trace import NoTrace
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.door import Door, House
from clinicdesk.desktop.invitation import Invitation
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.shell.main_window import MainWindow
from clinicdesk.desktop.shell.settings import Settings
from clinicdesk.desktop.sign_in.passphrase import PassphraseDialog
from clinicdesk.desktop.sign_in.people_model import unsent_of
from clinicdesk.desktop.sign_in.window import SignInWindow
from clinicdesk.server.demo_data import PASSWORD
from tests.desktop.shell.on_qt_loop import until
from tests.desktop.shell.plain_workspace import PlainWorkspace, plain_workspaces
from tests.desktop.shell.seats import home_in
from tests.running_server import RunningServer

PHARMACIST = "vikram.patil"
PASSPHRASE = "correct horse battery"


class Doorway:
    """A program that has been started, as its person sees it."""

    def __init__(self, design: Design, folder: Path, profile: str) -> None:
        home = home_in(folder, profile)
        self.design = design
        self.reporter = Reporter()
        self.told: list[str] = []
        self.reporter.reported.connect(self.told.append)
        self.settings = Settings.read(home)
        self.house = House(
            home,
            self.settings,
            Profiles.read(home),
            design,
            self.reporter,
            NoTrace(),
            utc_now,
            plain_workspaces,
        )
        self.main = MainWindow(design, utc_now)
        self.door: Door | None = None

    @property
    def sign_in(self) -> SignInWindow:
        assert self.door is not None
        window = self.door.sign_in_window
        assert window is not None
        return window

    @property
    def desk(self) -> Desk:
        workspace = self.main.findChild(PlainWorkspace, "workspace_plain")
        assert isinstance(workspace, PlainWorkspace)
        return workspace.context.desk

    def asks(self) -> bool:
        window = None if self.door is None else self.door.sign_in_window
        return window is not None and window.isVisible()

    def type(self, server: str, login: str, password: str) -> None:
        """Fill the form and press its button."""
        ui = self.sign_in.ui
        ui.sign_in_server.setText(server)
        ui.sign_in_login.setText(login)
        ui.sign_in_password.setText(password)
        ui.sign_in_button.click()

    def error_at(self, name: str) -> str:
        field = self.sign_in.findChild(QLineEdit, name)
        assert field is not None
        block = field.parentWidget()
        assert isinstance(block, FieldBlock)
        return block.error()

    async def said_at(self, name: str) -> str:
        await until(lambda: self.error_at(name), f"a sentence at {name}")
        assert self.sign_in.ui.sign_in_button.isEnabled() or "again in" in self.error_at(name)
        return self.error_at(name)

    def works(self) -> bool:
        """The desk is open, and rows are on it."""
        found = self.main.findChild(PlainWorkspace, "workspace_plain")
        return isinstance(found, PlainWorkspace) and found.counter() > 0 and found.isVisible()


@asynccontextmanager
async def opened(
    design: Design, folder: Path, invitation: Invitation | None = None, profile: str = "test"
) -> AsyncIterator[Doorway]:
    """A program, from its start to its end."""
    doorway = Doorway(design, folder, profile)
    users = doorway.house.profiles.users()
    sign_in = None
    if invitation is None and not (doorway.settings.signed_in and users):
        sign_in = SignInWindow(design, users, unsent=partial(unsent_of, doorway.house.home))
        sign_in.show()
    else:
        doorway.main.show()
    doorway.door = Door(doorway.house, doorway.main, sign_in)
    stays = asyncio.create_task(doorway.door.stay(invitation))
    try:
        yield doorway
    finally:
        doorway.door.leave()
        await stays
        if doorway.door.sign_in_window is not None:
            doorway.door.sign_in_window.deleteLater()
        doorway.main.deleteLater()


def invited(server: RunningServer) -> Invitation:
    return Invitation(server.url, PHARMACIST, PASSWORD)


async def passphrase_dialog(doorway: Doorway) -> PassphraseDialog:
    def there() -> PassphraseDialog | None:
        over: list[QWidget] = [doorway.main]
        if doorway.door is not None and doorway.door.sign_in_window is not None:
            over.append(doorway.door.sign_in_window)
        found = [d for window in over for d in window.findChildren(PassphraseDialog)]
        return next((d for d in found if d.isVisible()), None)

    await until(there, "the dialog")
    dialog = there()
    assert dialog is not None
    return dialog


async def make_passphrase(doorway: Doorway) -> None:
    banner = doorway.sign_in.findChild(QWidget, "sign_in_banner")
    assert banner is not None
    await until(banner.isVisible, "the banner")
    doorway.sign_in.passphrase_wanted.emit()
    dialog = await passphrase_dialog(doorway)
    dialog.ui.passphrase_field.setText(PASSPHRASE)
    dialog.ui.passphrase_again.setText(PASSPHRASE)
    dialog.ui.passphrase_accept.click()
    await until(lambda: not banner.isVisible(), "the kept sign-in")
