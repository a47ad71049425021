"""The vault of this program: opened at the start, made under a passphrase when somebody wants it,
and asked again when something of a desk is locked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from clinicdesk.core.desk import Desk
from clinicdesk.core.home import Home
from clinicdesk.core.keyring_vault import open_vault
from clinicdesk.core.vault import Vault, VaultUnavailable
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.sign_in.passphrase import PassphraseDialog
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Say


class VaultKeeping(QObject):
    """Holds the vault that people are let in with.

    Args of the constructor: `over` answers the window that dialogs lie over.

    Attributes:
        vault: None until it is opened. opened: Set when it is.

    Signals:
        changed: Another vault is there.
    """

    changed = Signal()

    def __init__(self, home: Home, design: Design, over: Callable[[], QWidget]) -> None:
        super().__init__()
        self._home = home
        self._design = design
        self._over = over
        self.vault: Vault | None = None
        self.opened = asyncio.Event()

    async def open(self) -> Vault:
        """Open the best that there is, asking for the passphrase where one was chosen."""
        vault = await self.ask_passphrase(new=False) if self._has_passphrase() else None
        if vault is None:
            vault = await self._without_passphrase()
        self._take(vault)
        return vault

    async def make(self) -> Vault | None:
        """Make a vault under a passphrase and use it; None when the person declines."""
        vault = await self.ask_passphrase(new=not self._has_passphrase())
        if vault is not None:
            self._take(vault)
        return vault

    def unlock(self, desk: Desk, tasks: TaskOwner, toast: Say, *, ask: bool) -> None:
        """Try every key that can be had on what waits in older files of a desk, and say what came
        of it. `ask`: for the passphrase as well; without it, failing is no news."""

        def tell(taken: int) -> None:
            if taken:
                toast(self.tr("%n change(s) are back and will be sent.", "", taken), Tone.SUCCESS)
            elif ask:
                text = self.tr("Still locked: their key is not here. They stay kept.")
                toast(text, Tone.WARNING)

        doing = self.tr("unlocking older work")
        tasks.start(self._unlock(desk, ask=ask), doing=doing, on_done=tell, of=self)

    async def _unlock(self, desk: Desk, *, ask: bool) -> int:
        taken = 0
        keyring = await self._without_passphrase()
        if keyring.lasting:
            taken += await desk.lost_work.take_over(keyring)
        if ask and desk.lost_work.files and self._has_passphrase():
            sealed = await self.ask_passphrase(new=False)
            if sealed is not None:
                taken += await desk.lost_work.take_over(sealed)
        return taken

    async def ask_passphrase(self, *, new: bool) -> Vault | None:
        """The vault of a passphrase; None when the person declines."""
        from clinicdesk.core.passphrase_vault import PassphraseRefused

        dialog = PassphraseDialog(self._design, new=new, parent=self._over())
        answers: asyncio.Queue[str | None] = asyncio.Queue()
        dialog.submitted.connect(answers.put_nowait)
        dialog.rejected.connect(lambda: answers.put_nowait(None))
        dialog.open()
        try:
            while (passphrase := await answers.get()) is not None:
                try:
                    return await open_vault(self._home.config, passphrase)
                except (PassphraseRefused, VaultUnavailable) as refused:
                    dialog.show_error(str(refused))
            return None
        finally:
            dialog.rejected.disconnect()
            dialog.accept()
            dialog.deleteLater()

    def _has_passphrase(self) -> bool:
        return (self._home.config / "vault" / "lock.json").exists()

    async def _without_passphrase(self) -> Vault:
        known = self._home.secret_name("device-key")
        return await open_vault(self._home.config, None, known=known)

    def _take(self, vault: Vault) -> None:
        self.vault = vault
        self.opened.set()
        self.changed.emit()
