"""Who comes in and who leaves: from the vault to a desk in the window, and back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from clinicdesk.contract.entities import Role
from clinicdesk.core.clock import Now
from clinicdesk.core.desk import Desk
from clinicdesk.core.errors import NotRemembered
from clinicdesk.core.home import Home
from clinicdesk.core.profiles import Profiles, Remembered
from clinicdesk.core.session import Session
from clinicdesk.core.trace import Trace
from clinicdesk.core.vault import VaultUnavailable
from clinicdesk.desktop.design.appearance import Appearance, Design
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.invitation import Invitation
from clinicdesk.desktop.notifying import Notifying
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.reporting import Reporter, error_sentence, journal
from clinicdesk.desktop.shell.desk_view import DeskView, MakeWorkspace
from clinicdesk.desktop.shell.main_window import MainWindow
from clinicdesk.desktop.shell.settings import Settings
from clinicdesk.desktop.sign_in.address import short_address
from clinicdesk.desktop.sign_in.causes import trouble_of
from clinicdesk.desktop.sign_in.clinic_choice import choose_clinic
from clinicdesk.desktop.sign_in.leaving import may_leave, would_lose_key
from clinicdesk.desktop.sign_in.people_model import unsent_of
from clinicdesk.desktop.sign_in.signing_in_again import SigningInAgain, device_name
from clinicdesk.desktop.sign_in.trouble import Place, Trouble
from clinicdesk.desktop.sign_in.window import Credentials, SignInWindow
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.vault_keeping import VaultKeeping
from clinicdesk.desktop.workspace import Context
from clinicdesk.failures import StartupFailure

WorkspacesOf = Callable[[Role], Sequence[tuple[str, MakeWorkspace]]]


@dataclass(frozen=True, slots=True)
class House:
    """What is there before anybody comes in.

    Attributes:
        workspaces_of: Key and maker of each workspace that a role has.
    """

    home: Home
    settings: Settings
    profiles: Profiles
    design: Design
    reporter: Reporter
    trace: Trace
    now: Now
    workspaces_of: WorkspacesOf


@dataclass(frozen=True, slots=True)
class _Seated:
    """A member at their desk, and what belongs to them alone."""

    desk: Desk
    view: DeskView
    again: SigningInAgain
    tasks: TaskOwner
    notifying: Notifying


class Door(QObject):
    """Shows the sign-in window or the main window, whichever it is the time for.

    Args of the constructor: the window that was painted first, if one was.
    """

    def __init__(self, house: House, window: MainWindow, sign_in: SignInWindow | None) -> None:
        super().__init__()
        self._house = house
        self._window = window
        self._sign_in: SignInWindow | None = None
        self._tasks = TaskOwner(house.reporter, self)
        self._keeping = VaultKeeping(house.home, house.design, self._front)
        self._keeping.changed.connect(self._tell_vault)
        self._seated: _Seated | None = None
        self._retry: Callable[[], object] = _nothing
        self._leaving = asyncio.Event()
        house.reporter.reported.connect(self._say)
        window.closed.connect(self.leave)
        window.hold = self._hold
        window.state_acted.connect(lambda: self._retry())
        if sign_in is not None:
            self._take_sign_in_window(sign_in)

    @property
    def sign_in_window(self) -> SignInWindow | None:
        """The sign-in window, while it is the time for it."""
        return self._sign_in

    def leave(self) -> None:
        """End: the windows go at once, the rest as soon as everything is on the disk."""
        self._leaving.set()

    async def stay(self, invitation: Invitation | None) -> None:
        """Let people in until the last window is closed or the program is told to end."""
        if not self._leaving.is_set():
            self._tasks.start(self._come_in(invitation), doing=self.tr("opening clinicdesk"))
        self._house.trace.mark("at the door")
        await self._leaving.wait()
        self._keep_geometry()
        self._window.hide()
        if self._sign_in is not None:
            self._sign_in.hide()
        await self._unseat(sign_out=False)
        await self._tasks.end(patience_s=0.0)

    # Coming in

    async def _come_in(self, invitation: Invitation | None) -> None:
        house = self._house
        await self._keeping.open()
        users = house.profiles.users()
        if invitation is not None:
            server, login = invitation.server, invitation.login
            await self._try(Credentials(server, login, invitation.password))
        elif house.settings.signed_in and users:
            await self._resume(users[0])
        elif self._sign_in is None:
            self._ask()

    async def _resume(self, user: Remembered) -> None:
        house = self._house
        vault = self._keeping.vault
        assert vault is not None  # opened first
        self._window.show_state("loader-circle", self.tr("Opening your desk"))
        try:
            desk = await Desk.open_offline(
                user,
                home=house.home,
                vault=vault,
                profiles=house.profiles,
                trace=house.trace,
                now=house.now,
            )
        except NotRemembered as error:
            self._ask(error.sentence if vault.lasting else "")
        except (StartupFailure, VaultUnavailable) as error:
            self._fail(error, lambda: self._again_resume(user))
        else:
            await self._seat(desk)

    def _again_resume(self, user: Remembered) -> None:
        self._tasks.start(self._resume(user), doing=self.tr("opening your desk"))

    async def _try(self, credentials: Credentials) -> None:
        """Sign in with what was typed, and open the desk."""
        house = self._house
        await self._keeping.opened.wait()
        host = short_address(credentials.server)
        self._busy(self.tr("Asking %1 who you are").replace("%1", host))
        session = await self._let_in(credentials)
        if session is None:
            return
        house.settings.sign_in(credentials.server)
        self._busy(self.tr("Opening your desk"))
        await self._open_desk(session)

    async def _let_in(self, credentials: Credentials) -> Session | None:
        """A session in the clinic that the person means; None: there is none, and why is shown."""
        house = self._house
        known = {user.member.id for user in house.profiles.users()}
        session = await self._sign_in_to(credentials)
        if session is None or credentials.clinic_id is not None or len(session.clinics) < 2:
            return session
        chosen = await choose_clinic(house.design, session.clinics, self._front())
        if chosen == session.clinic.id:
            return session
        # Which clinics there are is said only inside one: it was entered to ask, and is left.
        await session.sign_out()
        await session.close()
        if session.member.id not in known:
            house.profiles.forget(session.user)
        if chosen is None:
            self._ask()
            return None
        return await self._sign_in_to(replace(credentials, clinic_id=chosen))

    async def _sign_in_to(self, credentials: Credentials) -> Session | None:
        """Sign in; None: it did not work, and why is shown."""
        house = self._house
        vault = self._keeping.vault
        assert vault is not None  # opened before anybody is let in
        try:
            session = await Session.sign_in(
                credentials.server,
                credentials.login,
                credentials.password,
                home=house.home,
                vault=vault,
                profiles=house.profiles,
                device_name=device_name(),
                clinic_id=credentials.clinic_id,
                now=house.now,
            )
        except VaultUnavailable as error:
            self._refuse(Trouble(Place.PASSWORD, str(error)))
            return None
        if not isinstance(session, Session):
            self._refuse(trouble_of(session))
            return None
        return session

    async def _open_desk(self, session: Session) -> None:
        try:
            desk = await Desk.open(session, trace=self._house.trace, now=self._house.now)
        except (StartupFailure, VaultUnavailable) as error:
            self._fail(error, lambda: self._again_open(session))
        else:
            await self._seat(desk)

    def _again_open(self, session: Session) -> None:
        self._tasks.start(self._open_desk(session), doing=self.tr("opening your desk"))

    async def _seat(self, desk: Desk) -> None:
        house, window = self._house, self._window
        tasks = TaskOwner(house.reporter, self)
        context = Context(
            desk=desk,
            design=house.design,
            tasks=tasks,
            toast=window.toast,
            go=self._go,
            zone=clinic_zone(desk.clinic.zone),
            painted=PaintTrace(house.trace),
        )
        makers = house.workspaces_of(desk.member.role)
        if not makers:
            await desk.close()
            house.settings.sign_out()
            self._ask(self.tr("There is no desk for your role in this version yet."))
            return
        view = DeskView(window, context, makers, house.settings, house.now)
        view.painted.connect(lambda: house.trace.mark("usable"))
        again = SigningInAgain(house.design, window, desk, tasks)
        view.sign_in_wanted.connect(again.begin)
        view.switch_wanted.connect(lambda: self._go_out(choose_person=True))
        view.sign_out_wanted.connect(lambda: self._go_out(choose_person=False))
        view.appearance_chosen.connect(self._change_appearance)
        unlock = partial(self._keeping.unlock, desk, tasks, window.toast)
        view.unlock_wanted.connect(partial(unlock, ask=True))
        notifying = Notifying(
            desk,
            tasks,
            house.trace,
            toast=window.toast,
            come_forward=window.come_forward,
            go=view.go,
            mark_read=view.mark_read,
        )
        self._seated = _Seated(desk, view, again, tasks, notifying)
        doing = self.tr("getting ready to show notices")
        view.complete.connect(lambda: tasks.start(notifying.start(), doing=doing))
        self._show_main_window()
        if desk.lost_work.files:
            unlock(ask=False)

    def _go(self, kind: str, thing: object) -> None:
        if self._seated is not None:
            self._seated.view.go(kind, thing)  # type: ignore[arg-type]

    # Going out

    def _go_out(self, *, choose_person: bool) -> None:
        self._tasks.start(self._sign_out(choose_person), doing=self.tr("signing out"))

    async def _sign_out(self, choose_person: bool) -> None:
        if not await self._may_leave(switching=choose_person):
            return
        self._window.show_state("log-out", self.tr("Signing out"))
        self._house.settings.sign_out()
        await self._unseat(sign_out=True)
        self._ask(choose_person=choose_person)

    async def _may_leave(self, *, switching: bool = False) -> bool:
        """Whether the person leaves for good with what is not sent yet."""
        if self._seated is None:
            return True
        desk, design, make_vault = self._seated.desk, self._house.design, self._keeping.make
        return await may_leave(desk, design, make_vault, self._window, switching=switching)

    def _hold(self) -> bool:
        """Keep the window from closing while the key of what is not sent would end with it."""
        seated = self._seated
        if seated is None or self._leaving.is_set() or not would_lose_key(seated.desk):
            return False
        self._tasks.start(self._leave_if_may(), doing=self.tr("closing clinicdesk"))
        return True

    async def _leave_if_may(self) -> None:
        if await self._may_leave():
            self.leave()

    async def _unseat(self, *, sign_out: bool) -> None:
        """Close the desk; everything that was typed or done is on the disk afterwards."""
        seated, self._seated = self._seated, None
        if seated is None:
            return
        seated.again.give_up()
        await seated.view.settle()
        await seated.notifying.close()
        await seated.tasks.end()
        seated.view.close()
        if sign_out:
            await seated.desk.session.sign_out()
        await seated.desk.close()

    # Windows

    def _ask(self, sentence: str = "", *, choose_person: bool = False) -> None:
        """Show the sign-in window, with a sentence above its form."""
        house = self._house
        if self._sign_in is None:
            people = house.profiles.users()
            unsent = partial(unsent_of, house.home)
            window = SignInWindow(house.design, people, house.settings.server, unsent)
            window.restore_place(house.settings.geometry("sign_in"))
            self._take_sign_in_window(window)
        sign_in = self._sign_in
        assert sign_in is not None  # made just now, or there already
        self._keep_geometry()
        self._window.hide()
        sign_in.show_busy("")
        sign_in.show()
        sign_in.begin(choose_person=choose_person)
        self._tell_vault()
        if sentence:
            sign_in.warn(sentence)

    def _take_sign_in_window(self, window: SignInWindow) -> None:
        self._sign_in = window
        window.submitted.connect(self._submitted)
        window.passphrase_wanted.connect(self._make_passphrase)
        window.closed.connect(self.leave)

    def _submitted(self, credentials: Credentials) -> None:
        self._busy(self.tr("One moment"))
        self._tasks.start(
            self._try(credentials),
            doing=self.tr("signing in"),
            on_problem=lambda sentence: self._refuse(Trouble(Place.SERVER, sentence)),
        )

    def _show_main_window(self) -> None:
        window = self._window
        if not window.isVisible():
            window.restore_place(self._house.settings.geometry("main"))
            window.show()
        self._keep_geometry()
        if self._sign_in is not None:
            sign_in, self._sign_in = self._sign_in, None
            sign_in.closed.disconnect(self.leave)
            sign_in.close()
            sign_in.deleteLater()
            window.come_forward()

    def _busy(self, doing: str) -> None:
        if self._sign_in is not None:
            self._sign_in.show_busy(doing)
        else:
            self._window.show_state("loader-circle", doing)

    def _refuse(self, trouble: Trouble) -> None:
        if self._sign_in is None:
            self._ask()
        if self._sign_in is not None:
            self._sign_in.show_trouble(trouble)

    def _fail(self, error: Exception, retry: Callable[[], object]) -> None:
        """The desk does not open: say why, and offer to try again."""
        journal(error)
        self._retry = retry
        if self._sign_in is not None:
            self._sign_in.show_busy("")
        self._show_main_window()
        self._window.show_state(
            "triangle-alert",
            self.tr("Your desk could not be opened"),
            error_sentence(error),
            self.tr("Try again"),
            tone=Tone.WARNING,
        )

    def _say(self, sentence: str) -> None:
        if self._sign_in is not None and self._sign_in.isVisible():
            self._sign_in.show_busy("")
            self._sign_in.warn(sentence)
        else:
            self._window.toast(sentence, Tone.DANGER)

    def _change_appearance(self, appearance: Appearance) -> None:
        self._house.design.set_appearance(appearance)
        self._house.settings.choose_appearance(appearance)

    def _keep_geometry(self) -> None:
        keep = self._house.settings.keep_geometry
        if self._window.isVisible():
            keep("main", bytes(self._window.saveGeometry().data()))
        if self._sign_in is not None and self._sign_in.isVisible():
            keep("sign_in", bytes(self._sign_in.saveGeometry().data()))

    # The vault

    def _front(self) -> QWidget:
        """The window that people look at."""
        return self._sign_in if self._sign_in is not None else self._window

    def _tell_vault(self) -> None:
        vault = self._keeping.vault
        if self._sign_in is None or vault is None:
            return
        if vault.lasting:
            self._sign_in.warn("")
        else:
            self._sign_in.warn(vault.explanation, self.tr("Use a passphrase"))

    def _make_passphrase(self) -> None:
        self._tasks.start(self._keeping.make(), doing=self.tr("making the vault"))


def clinic_zone(name: str) -> ZoneInfo:
    """The time zone of a clinic; UTC where this computer does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _nothing() -> None:
    """Nothing is to be tried again."""
