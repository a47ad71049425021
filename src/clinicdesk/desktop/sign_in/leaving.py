"""The question before somebody leaves a desk on which changes wait that are not sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from clinicdesk.core.desk import Desk
from clinicdesk.core.vault import Vault
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.forms.leaving import Ui_Leaving
from clinicdesk.desktop.sign_in.passphrase import fit_height


class Leaving(Enum):
    """What the person decided."""

    STAY = auto()
    GO = auto()  # the changes stay on this computer, encrypted
    PASSPHRASE = auto()  # they are to be kept under a passphrase, then go
    LOSE = auto()  # go, although nobody will be able to open them


class LeavingDialog(QDialog):
    """Says what waits and what becomes of it; Escape stays.

    Args of `__init__`:
        lasting: Whether this computer keeps the key of what waits.
        switching: Whether somebody else is to sign in at once.

    Signals:
        decided: A `Leaving`.
    """

    decided = Signal(object)

    def __init__(
        self,
        design: Design,
        unsent: int,
        *,
        lasting: bool,
        switching: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.ui = Ui_Leaving()
        self.ui.setupUi(self)
        ui = self.ui
        ui.leaving_title.setText(self.tr("%n change(s) are not sent yet", "", unsent))
        ui.leaving_stay.dress(design, key="Esc")
        ui.leaving_stay.clicked.connect(self.reject)
        ui.leaving_lose.setVisible(not lasting)
        if lasting:
            self._offer_to_go(design, switching)
        else:
            self._offer_a_passphrase(design)
        self.setWindowTitle(ui.leaving_title.text())
        fit_height(self)
        ui.leaving_go.setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer_to_go(self, design: Design, switching: bool) -> None:
        ui = self.ui
        ui.leaving_words.setText(
            self.tr(
                "What is not sent stays encrypted on this computer and is sent when you sign in "
                "here again. Nobody else can read it or send it meanwhile."
            )
        )
        word, icon = (
            (self.tr("Switch user"), "users") if switching else (self.tr("Sign out"), "log-out")
        )
        ui.leaving_go.setText(word)
        ui.leaving_go.dress(design, kind=Kind.PRIMARY, icon=icon)
        ui.leaving_go.clicked.connect(partial(self.decided.emit, Leaving.GO))

    def _offer_a_passphrase(self, design: Design) -> None:
        ui = self.ui
        ui.leaving_words.setText(
            self.tr(
                "This computer has no keyring, so what is not sent could never be opened again. "
                "Stay until the server is back, or keep it under a passphrase: it is sent when "
                "you sign in here with that."
            )
        )
        ui.leaving_go.setText(self.tr("Keep under a passphrase"))
        ui.leaving_go.dress(design, kind=Kind.PRIMARY, icon="key-round")
        ui.leaving_go.clicked.connect(partial(self.decided.emit, Leaving.PASSPHRASE))
        ui.leaving_lose.setText(self.tr("Leave and lose it"))
        ui.leaving_lose.dress(design, kind=Kind.DANGER)
        ui.leaving_lose.clicked.connect(partial(self.decided.emit, Leaving.LOSE))


async def ask_before_leaving(
    design: Design, unsent: int, *, lasting: bool, switching: bool, over: QWidget
) -> Leaving:
    """What the person decides; to stay, when they close the question."""
    dialog = LeavingDialog(design, unsent, lasting=lasting, switching=switching, parent=over)
    answer: asyncio.Future[Leaving] = asyncio.get_running_loop().create_future()

    def take(decision: Leaving) -> None:
        if not answer.done():
            answer.set_result(decision)

    dialog.decided.connect(take)
    dialog.rejected.connect(partial(take, Leaving.STAY))
    dialog.open()
    try:
        return await answer
    finally:
        dialog.accept()
        dialog.deleteLater()


def would_lose_key(desk: Desk) -> bool:
    """Whether something is not sent whose key ends with the program."""
    return desk.outbox.unsent > 0 and not desk.session.vault.lasting


async def may_leave(
    desk: Desk,
    design: Design,
    make_vault: Callable[[], Awaitable[Vault | None]],
    over: QWidget,
    *,
    switching: bool = False,
) -> bool:
    """Whether the person leaves with what is not sent; asked only when there is something.

    Where the key would end with the program it is kept in the vault that `make_vault` makes, if
    the person wants that.
    """
    unsent = desk.outbox.unsent
    if not unsent:
        return True
    lasting = desk.session.vault.lasting
    decision = await ask_before_leaving(
        design, unsent, lasting=lasting, switching=switching, over=over
    )
    if decision is Leaving.PASSPHRASE:
        vault = await make_vault()
        if vault is None:
            return False
        await desk.lost_work.keep_key(vault)
    return decision is not Leaving.STAY
