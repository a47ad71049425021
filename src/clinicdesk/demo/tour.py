"""The job, done in the real windows by mouse and keyboard; what is not seen ends the tour.

Two desks stand side by side. A therapist writes, signs and sends; a pharmacist is notified, takes
the payment, fulfils and hands over; in the middle the server is killed and started again. Pictures
of each step and a timeline are left in the folder that was asked for.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from clinicdesk.contract.codes import prescription_code
from clinicdesk.demo.clinic import ClinicServer, running
from clinicdesk.demo.desks import PHARMACIST, THERAPIST, NotSeen, WatchedDesk, check_display
from clinicdesk.demo.hands import Hands
from clinicdesk.demo.journal import answered_ns
from clinicdesk.demo.timeline import Moment, after, first, marks_of, table
from clinicdesk.demo.verdict import check_outcome
from clinicdesk.demo.witness import Witness
from clinicdesk.demo.workers import Pharmacist, Therapist, Worker

WIDTH, HEIGHT = 1280, 800
PATIENT: Final = "Meera Deshpande"
MEDICINES: Final = ("cetirizine 10", "azithromycin 500", "paracetamol 500 mg tab")
ANOTHER_MEDICINE: Final = "ascorbic acid 500"
"""For the second prescription: what the patient takes already would be asked for a reason."""
ALLERGEN: Final = "amoxicillin 500"


def take_tour(folder: Path) -> int:
    """Do the job, and leave pictures and `timeline.txt` in `folder`.

    Returns 0 only when each step was seen to happen.

    Raises:
        StartupFailure: A display or a program is missing, or the server does not start.
    """
    check_display()
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="clinicdesk-tour-"))
    scratch.chmod(0o711)  # the database may have to run as somebody else, who must pass through
    server = ClinicServer(scratch, folder / "server-journal.log")
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        hands = Hands()
        print("Preparing the demo clinic ...", flush=True)
        server.fill()
        stack.enter_context(running(server))
        witness = Witness()
        stack.callback(witness.close)
        therapist = WatchedDesk(THERAPIST, server.url, scratch)
        stack.callback(therapist.close)
        pharmacist = WatchedDesk(PHARMACIST, server.url, scratch)
        stack.callback(pharmacist.close)
        tour = Tour(server, therapist, pharmacist, hands, witness, folder)
        try:
            tour.run()
        except (NotSeen, subprocess.CalledProcessError) as failure:
            tour.photograph("failed")
            print(f"The tour stopped: {failure}", file=sys.stderr)
            return 1
        finally:
            tour.report()
    return 0


class Tour:
    """One tour; `run` does all of it.

    Attributes:
        moments: What was measured so far.
    """

    def __init__(
        self,
        server: ClinicServer,
        therapist: WatchedDesk,
        pharmacist: WatchedDesk,
        hands: Hands,
        witness: Witness,
        folder: Path,
    ) -> None:
        self._server = server
        self._therapist = Therapist(therapist, hands)
        self._pharmacist = Pharmacist(pharmacist, hands)
        self._workers: tuple[Worker, Worker] = (self._therapist, self._pharmacist)
        self._hands = hands
        self._witness = witness
        self._folder = folder
        self._pictures = 0
        self.moments: list[Moment] = []

    def run(self) -> None:
        """The job from the first search to the hand-over. Raises NotSeen at what fails."""
        self._arrange()
        self._find_patient()
        self._write(MEDICINES)
        prescription = self._sign()
        self._open_from_notification(prescription)
        self._take_payment(prescription)
        self._pull_the_plug(prescription)
        self._hand_over(prescription)
        second = self._write_another()
        self._cancel(second)
        check_outcome(self._server.url, prescription, second)
        print("Checked at the server: each command took effect once.", flush=True)

    def report(self) -> None:
        """Print the timeline, and keep it."""
        text = table(self.moments)
        (self._folder / "timeline.txt").write_text(text + "\n", encoding="utf-8")
        print(f"\n{text}\n\nPictures: {self._folder}", flush=True)

    def photograph(self, name: str) -> None:
        """A picture of both windows."""
        self._pictures += 1
        for desk in (worker.desk for worker in self._workers):
            if desk.process.ended:
                continue
            who = desk.person.profile.removeprefix("demo-")
            window = desk.ask("window")
            self._hands.photograph(window, self._folder / f"{self._pictures:02}-{name}-{who}.png")

    def _arrange(self) -> None:
        with self._step("both windows are open, signed in and live"):
            for worker in self._workers:
                worker.desk.wait_until("the live feed", partial(_is_live, worker), 60)
        width, height = self._hands.screen()
        left = max(0, min(WIDTH + 10, width - WIDTH))
        for worker, x in zip(self._workers, (0, left), strict=True):
            window = worker.desk.ask("window")
            self._hands.place(window["id"], x, 0, min(WIDTH, width), min(HEIGHT, height))
        for worker, rows in zip(self._workers, ("patient_list", "queue_list"), strict=True):
            worker.desk.wait_until(f"the rows of {rows}", partial(worker.desk.rows, rows))
        self.photograph("open")

    def _find_patient(self, typed: str = "mera deshpand") -> None:
        therapist = self._therapist
        with self._step(f"the therapist finds {PATIENT} in spite of two typing mistakes"):
            therapist.find(typed, PATIENT)
            therapist.desk.wait_until(
                "the patient's page", lambda: therapist.desk.text("patient_name") == PATIENT
            )
        self.photograph("patient")

    def _write(self, medicines: tuple[str, ...]) -> None:
        therapist = self._therapist
        with self._step("a penicillin is met by the patient's allergy"):
            therapist.begin()
            therapist.choose_medicine(ALLERGEN)
            therapist.desk.reach("allergy_warning")
            self.photograph("allergy")
        for number, medicine in enumerate(medicines, start=1):
            with self._step(f"line {number}: {medicine}, taken as the formulary proposes"):
                therapist.add_line(medicine)
        with self._step("the draft is saved"):
            pressed = therapist.save()
            therapist.desk.wait_until(
                "the answer", lambda: first(marks_of(therapist.desk.trace, pressed), "answered")
            )
        self.photograph("draft")

    def _sign(self) -> UUID:
        with self._step("signed and sent; the pharmacy sees it and is notified"):
            pressed = self._therapist.sign()
            prescription = self._therapist.submitted(pressed)
            self._follow("sign and send", "/sign", prescription, pressed, self._workers)
        self.photograph("sent")
        return prescription

    def _open_from_notification(self, prescription: UUID) -> None:
        pharmacist = self._pharmacist
        if not self._hands.can_press_view:
            print("- (this notification daemon's buttons cannot be pressed from here)")
            pharmacist.open(prescription)
            return
        with self._step("View on the notification opens the prescription"):
            self._hands.press_view_on_notification()
            pharmacist.desk.wait_until("the prescription", lambda: pharmacist.shows(prescription))
        self.photograph("opened")

    def _take_payment(self, prescription: UUID) -> None:
        pharmacist = self._pharmacist
        with self._step("the pharmacist takes the payment in cash"):
            pharmacist.turn_to()
            pharmacist.ask_for_payment("2000")
            self.photograph("payment")
            pressed = pharmacist.confirm()
            self._follow(
                "take payment",
                "/payments",
                prescription,
                pressed,
                (self._pharmacist, self._therapist),
            )
        self.photograph("paid")

    def _pull_the_plug(self, prescription: UUID) -> None:
        therapist, pharmacist = self._therapist, self._pharmacist
        with self._step("the server is killed: both windows say so"):
            killed = time.monotonic_ns()
            self._server.kill()
            for worker in self._workers:
                worker.desk.wait_until("the pill", partial(_is_offline, worker), 5)
            self._tell("server killed -> both windows say so", killed)
        with self._step("without it, the pharmacist fulfils the lines: saved here, to be sent"):
            pharmacist.turn_to()
            pharmacist.fulfil()
            pharmacist.desk.wait_until("the outbox", lambda: pharmacist.has_unsent)
        with self._step("without it, the therapist searches on"):
            therapist.turn_to()
            therapist.type_into("patient_search", "deshpande")
            therapist.desk.wait_until("the patient", lambda: therapist.row("patient_list", PATIENT))
        self.photograph("offline")
        with self._step("the server is back: both windows catch up by themselves"):
            self._server.start()
            back = time.monotonic_ns()
            for worker in self._workers:
                worker.desk.wait_until("the live feed", partial(_is_live, worker), 40)
            self._wait_painted(therapist.desk, prescription, killed)
            self._tell("server back -> both windows live and in step", back)
        self.photograph("back")

    def _hand_over(self, prescription: UUID) -> None:
        pharmacist = self._pharmacist
        with self._step("the pharmacist hands over"):
            pharmacist.turn_to()
            pharmacist.ask_who_collects()
            pressed = pharmacist.confirm()
            self._follow(
                "hand over",
                "/hand-over",
                prescription,
                pressed,
                (self._pharmacist, self._therapist),
            )
        self.photograph("handed-over")

    def _write_another(self) -> UUID:
        therapist = self._therapist
        with self._step("the therapist sends a second prescription"):
            therapist.turn_to()
            therapist.begin()
            therapist.add_line(ANOTHER_MEDICINE)
            pressed = therapist.sign()
            prescription = therapist.submitted(pressed)
            self._wait_painted(self._pharmacist.desk, prescription, pressed)
        return prescription

    def _cancel(self, prescription: UUID) -> None:
        pharmacist = self._pharmacist
        with self._step("the pharmacist cancels it with a reason; the therapist is told"):
            pharmacist.open(prescription)
            pressed = pharmacist.cancel("Written twice, the first is collected")
            self._follow(
                "cancel", "/cancel", prescription, pressed, (self._pharmacist, self._therapist)
            )
        self.photograph("cancelled")

    def _follow(
        self,
        name: str,
        path: str,
        prescription: UUID,
        pressed: int,
        workers: tuple[Worker, Worker],
    ) -> None:
        """Wait until the first one's command is committed, painted at the other's and notified."""
        mine, other = (worker.desk for worker in workers)
        mine.wait_until("the command", lambda: first(marks_of(mine.trace, pressed), "saved"))
        saved = first(marks_of(mine.trace, pressed), "saved")
        painted = self._wait_painted(other, prescription, pressed)
        code = prescription_code(prescription)
        other.wait_until("the notification", lambda: self._witness.find(code, since_ns=pressed), 10)
        told = self._witness.find(code, since_ns=pressed)
        committed = answered_ns(self._folder / "server-journal.log", path, pressed)
        moment = Moment(
            name,
            saved=after(pressed, saved.ns if saved else None),
            committed=after(pressed, committed),
            painted=after(pressed, painted),
            notified=after(pressed, told.ns if told else None),
        )
        self.moments.append(moment)

    def _wait_painted(self, desk: WatchedDesk, prescription: UUID, since: int) -> int:
        """When a later state of the prescription was first on that desk's screen."""

        def found() -> int | None:
            mark = first(marks_of(desk.trace, since), "painted", id=prescription)
            return None if mark is None else mark.ns

        desk.wait_until("the prescription's new state on the screen", found)
        moment = found()
        assert moment is not None  # it was there a moment ago
        return moment

    def _tell(self, what: str, since: int) -> None:
        self.moments.append(Moment(what, painted=after(since, time.monotonic_ns())))

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        print(f"- {what} ... ", end="", flush=True)
        yield
        print("seen", flush=True)


def _is_live(worker: Worker) -> bool:
    return worker.is_live


def _is_offline(worker: Worker) -> bool:
    return worker.is_offline
