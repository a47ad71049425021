"""Two windows side by side, and what is seen and measured of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from clinicdesk.contract.codes import prescription_code
from clinicdesk.demo.desks import NotSeen, WatchedDesk
from clinicdesk.demo.hands import Hands
from clinicdesk.demo.journal import answered_ns
from clinicdesk.demo.timeline import Moment, after, first, marks_of, table
from clinicdesk.demo.witness import Witness
from clinicdesk.demo.workers import Pharmacist, Therapist, Worker

WIDTH, HEIGHT = 1280, 800
JOURNAL: Final = "server-journal.log"


class Stage:
    """The windows of a therapist and a pharmacist.

    Attributes:
        therapist, pharmacist: Who works in them. hands: What with.
        moments: What was measured so far. remarks: What was counted so far.
    """

    def __init__(
        self,
        therapist: WatchedDesk,
        pharmacist: WatchedDesk,
        hands: Hands,
        witness: Witness,
        folder: Path,
    ) -> None:
        self.therapist = Therapist(therapist, hands)
        self._counted = Hands()
        self.pharmacist = Pharmacist(pharmacist, self._counted)
        self.hands = hands
        self._witness = witness
        self._folder = folder
        self._frames: dict[str, dict[str, Any]] = {}
        self._pictures = 0
        self._keys = 0
        self.moments: list[Moment] = []
        self.remarks: list[str] = []

    @property
    def workers(self) -> tuple[Worker, Worker]:
        """Both."""
        return self.therapist, self.pharmacist

    def arrange(self) -> None:
        """Both windows side by side, live, with their first page. Raises NotSeen."""
        with self.step("both windows are open, signed in and live"):
            for worker in self.workers:
                worker.desk.wait_until("the live feed", partial(is_live, worker), 60)
        width, height = self.hands.screen()
        left = max(0, min(WIDTH + 10, width - WIDTH))
        for worker, x in zip(self.workers, (0, left), strict=True):
            window = worker.desk.ask("window")
            self.hands.place(window["id"], x, 0, min(WIDTH, width), min(HEIGHT, height))
        for worker, rows in zip(self.workers, ("patient_list", "dashboard_shelves"), strict=True):
            worker.desk.wait_until(f"the rows of {rows}", partial(worker.desk.rows, rows))
            self._frames[worker.desk.person.profile] = worker.desk.ask("window")
        self.photograph("open")
        self.pharmacist.go_to_queue()
        self.pharmacist.desk.wait_until(
            "the queue", partial(self.pharmacist.desk.rows, "queue_list")
        )

    def photograph(self, name: str) -> None:
        """A picture of both windows, with what lies over them."""
        self._pictures += 1
        for desk in (worker.desk for worker in self.workers):
            if desk.process.ended:
                continue
            who = desk.person.profile.removeprefix("demo-")
            window = self._frames.get(desk.person.profile) or desk.ask("window")
            self.hands.photograph(window, self._folder / f"{self._pictures:02}-{name}-{who}.png")

    def report(self) -> None:
        """Print what was measured and counted, and keep it."""
        text = "\n".join([table(self.moments), *self.remarks])
        (self._folder / "timeline.txt").write_text(text + "\n", encoding="utf-8")
        print(f"\n{text}\n\nPictures: {self._folder}", flush=True)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Something that is to be seen."""
        print(f"- {what} ... ", end="", flush=True)
        yield
        print("seen", flush=True)

    def follow(self, name: str, path: str, prescription: UUID, pressed: int, by: Worker) -> None:
        """Wait until somebody's command is committed, painted at the other's and notified."""
        other = self._other(by)
        moment = self._followed(name, path, prescription, pressed, by)
        code = prescription_code(prescription)
        other.wait_until("the notification", lambda: self._witness.find(code, since_ns=pressed))
        told = self._witness.find(code, since_ns=pressed)
        moment.notified = after(pressed, told.ns if told else None)
        self.moments.append(moment)

    def follow_silently(
        self, name: str, path: str, prescription: UUID, pressed: int, by: Worker
    ) -> None:
        """The same of a command that nobody is notified of."""
        self.moments.append(self._followed(name, path, prescription, pressed, by))

    def follow_scan(self, name: str, prescription: UUID, scanned: int) -> None:
        """Wait until what was scanned is painted at the counter."""
        painted = self.wait_painted(self.pharmacist.desk, prescription, scanned)
        self.moments.append(Moment(name, painted=after(scanned, painted)))

    def wait_painted(self, desk: WatchedDesk, prescription: UUID, since: int) -> int:
        """When a later state of the prescription was first on that desk's screen."""

        def found() -> int | None:
            mark = first(marks_of(desk.trace, since), "painted", id=prescription)
            return None if mark is None else mark.ns

        desk.wait_until("the prescription's new state on the screen", found)
        moment = found()
        assert moment is not None  # it was there a moment ago
        return moment

    def wait_answered(self, desk: WatchedDesk, since: int) -> None:
        """Until the server has answered a command that was given since then."""
        desk.wait_until("the answer", lambda: first(marks_of(desk.trace, since), "answered"))

    def tell(self, what: str, since: int) -> None:
        """Note how long something took, until now."""
        self.moments.append(Moment(what, painted=after(since, time.monotonic_ns())))

    def count_keys(self) -> None:
        """Count the pharmacist's keys from now on."""
        self._keys = self._counted.keys

    def tell_keys(self, what: str, most: int) -> None:
        """Note how many keys were pressed besides scans. Raises NotSeen: they were too many."""
        keys = self._counted.keys - self._keys
        self.remarks.append(f"keys besides scans, {what}: {keys}")
        if keys >= most:
            raise NotSeen(f"{keys} keys were pressed {what}, {most} are too many")

    def _followed(
        self, name: str, path: str, prescription: UUID, pressed: int, by: Worker
    ) -> Moment:
        mine, other = by.desk, self._other(by)
        mine.wait_until("the command", lambda: first(marks_of(mine.trace, pressed), "saved"))
        saved = first(marks_of(mine.trace, pressed), "saved")
        painted = self.wait_painted(other, prescription, pressed)
        committed = answered_ns(self._folder / JOURNAL, path, pressed)
        return Moment(
            name,
            saved=after(pressed, saved.ns if saved else None),
            committed=after(pressed, committed),
            painted=after(pressed, painted),
        )

    def _other(self, worker: Worker) -> WatchedDesk:
        return next(each.desk for each in self.workers if each is not worker)


def is_live(worker: Worker) -> bool:
    """Whether the window shows everything as of now."""
    return worker.is_live
