"""Windows that tests open, and two that a module's tests share."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Final

from clinicdesk.contract.entities import Patient
from clinicdesk.demo.desks import PHARMACIST, THERAPIST, Person, WatchedDesk
from clinicdesk.demo.hands import Hands
from clinicdesk.demo.workers import Pharmacist, Therapist, Worker
from tests.end_to_end.windows.backstage import Clinic

PATIENCE_S: Final = 30.0
AT_ONCE_S: Final = 5.0
"""Far below the 25 s of silence after which a desk would notice by the clock."""
AFTER_A_RETURN_S: Final = 10.0
WIDTH, HEIGHT = 1280, 800

_NUMBERS = itertools.count(1)


def somebody(login: str) -> Person:
    """A person with a profile of their own on this computer: nobody has signed in to it before."""
    return Person(login, login, f"test-{next(_NUMBERS)}-{login.partition('.')[0]}")


class Opened:
    """Windows, until `close_all`; each says what it says beside its window to a file."""

    def __init__(self, clinic: Clinic, hands: Hands, folder: Path) -> None:
        self._clinic = clinic
        self._hands = hands
        self._folder = folder
        self._desks: list[WatchedDesk] = []

    def open(
        self, person: Person, *, invited: bool = True, server: str | None = None, left: int = 0
    ) -> WatchedDesk:
        """A window of this person, at `left` pixels of the screen, ready to be asked."""
        journal = self._folder / f"{person.profile}.stderr"
        desk = WatchedDesk(
            person, server or self._clinic.url, self._folder, invited=invited, journal=journal
        )
        self._desks.append(desk)
        desk.wait_until("a window", lambda: desk.ask("window")["found"], PATIENCE_S)
        self._hands.place(desk.ask("window")["id"], left, 0, WIDTH, HEIGHT)
        return desk

    def close_all(self) -> None:
        """Close them as the session's end would."""
        for desk in self._desks:
            desk.close()

    def complaints(self) -> str:
        """All that they said beside their windows."""
        return "".join(path.read_text() for path in sorted(self._folder.glob("*.stderr")))


class Stage:
    """A therapist's and a pharmacist's window, side by side.

    Attributes:
        clinic: What they are connected to. hands: what they are worked with.
        therapist, pharmacist: Who works in them.
    """

    def __init__(self, clinic: Clinic, hands: Hands, folder: Path) -> None:
        self.clinic = clinic
        self.hands = hands
        self._folder = folder
        self._patients = iter(clinic.colleagues.patients)
        self._open()

    @property
    def workers(self) -> tuple[Worker, Worker]:
        """Both."""
        return self.therapist, self.pharmacist

    def next_patient(self) -> Patient:
        """One of the therapist's, about whom no test has typed anything yet."""
        return next(self._patients)

    def wait_live(self, within_s: float = PATIENCE_S) -> None:
        """Until both windows say that they are live and everything is sent."""
        for worker in self.workers:
            worker.desk.wait_until("the live feed", lambda w=worker: w.is_live, within_s)

    def wait_offline(self) -> None:
        """Until both windows say that the server is away: at once."""
        for worker in self.workers:
            worker.desk.wait_until("the word Offline", lambda w=worker: w.is_offline, AT_ONCE_S)

    def open_anew(self) -> None:
        """After a test that failed somewhere in the middle."""
        self.close()
        self._open()

    def close(self) -> None:
        self._opened.close_all()

    def complaints(self) -> str:
        """What the windows said beside themselves."""
        return self._opened.complaints()

    def _open(self) -> None:
        self._opened = Opened(self.clinic, self.hands, self._folder)
        therapist = self._opened.open(somebody(THERAPIST.login))
        pharmacist = self._opened.open(somebody(PHARMACIST.login), left=WIDTH + 10)
        self.therapist = Therapist(therapist, self.hands)
        self.pharmacist = Pharmacist(pharmacist, self.hands)
        self.wait_live()
        self.pharmacist.go_to_queue()
        for worker, rows in ((self.therapist, "patient_list"), (self.pharmacist, "queue_list")):
            worker.desk.wait_until(f"rows of {rows}", lambda w=worker, r=rows: w.desk.rows(r))
