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

WIDTH, HEIGHT = 1280, 800
PATIENT: Final = "Meera Deshpande"
MEDICINES: Final = ("cetirizine 10", "azithromycin 500", "paracetamol 500 mg tab")
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
        self._therapist = therapist
        self._pharmacist = pharmacist
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
        for desk in (self._therapist, self._pharmacist):
            if desk.process.ended:
                continue
            who = desk.person.profile.removeprefix("demo-")
            window = desk.ask("window")
            self._hands.photograph(window, self._folder / f"{self._pictures:02}-{name}-{who}.png")

    def _arrange(self) -> None:
        with self._step("both windows are open, signed in and live"):
            for desk in (self._therapist, self._pharmacist):
                desk.wait_until("the live feed", partial(self._is_live, desk), 60)
        width, height = self._hands.screen()
        left = max(0, min(WIDTH + 10, width - WIDTH))
        for desk, x in ((self._therapist, 0), (self._pharmacist, left)):
            window = desk.ask("window")
            self._hands.place(window["id"], x, 0, min(WIDTH, width), min(HEIGHT, height))
        self._pharmacist.wait_until("the queue", lambda: self._pharmacist.rows("queue_list"))
        self._therapist.wait_until("the patients", lambda: self._therapist.rows("patient_list"))
        self.photograph("open")

    def _find_patient(self, typed: str = "mera deshpand") -> None:
        with self._step(f"the therapist finds {PATIENT} in spite of two typing mistakes"):
            desk = self._turn_to(self._therapist)
            self._hands.click(desk.reach("patient_search"))
            self._hands.press("ctrl+a")
            self._hands.type(typed)
            desk.wait_until("the patient in the list", lambda: _row(desk, "patient_list", PATIENT))
            row = _row(desk, "patient_list", PATIENT)
            assert row is not None  # it was there a moment ago
            self._hands.click(row["rect"])
            desk.wait_until("the patient's page", lambda: desk.text("patient_name") == PATIENT)
        self.photograph("patient")

    def _write(self, medicines: tuple[str, ...]) -> None:
        desk = self._turn_to(self._therapist)
        with self._step("a penicillin is met by the patient's allergy"):
            self._hands.press("ctrl+n")
            self._choose_medicine(ALLERGEN)
            desk.wait_until("the warning", lambda: desk.widget("allergy_warning")["visible"])
            self.photograph("allergy")
        for number, medicine in enumerate(medicines, start=1):
            with self._step(f"line {number}: {medicine}, taken as the formulary proposes"):
                self._choose_medicine(medicine)
                self._hands.press("Return")
                desk.wait_until("the line", partial(_has_rows, desk, "lines_table", number))
        with self._step("the draft is saved"):
            pressed = self._hands.press("ctrl+s")
            self._wait_for_answer(pressed)
        self.photograph("draft")

    def _choose_medicine(self, typed: str) -> None:
        desk = self._therapist
        desk.wait_until("the medicine search", lambda: desk.widget("medicine_search")["visible"])
        self._hands.click(desk.reach("medicine_search"))
        self._hands.press("ctrl+a")
        self._hands.type(typed)
        name = typed.split()[0]
        desk.wait_until(
            f"{name} in the proposals",
            lambda: name in (desk.rows("medicine_list") or [{"text": ""}])[0]["text"].lower(),
        )
        self._hands.press("Return")
        desk.wait_until("the directions", lambda: desk.text("sig_line"))

    def _sign(self) -> UUID:
        desk = self._turn_to(self._therapist)
        with self._step("signed and sent; the pharmacy sees it and is notified"):
            pressed = self._hands.click(desk.reach("sign_button"))
            prescription = self._submitted(pressed)
            self._follow("sign and send", "/sign", prescription, pressed, (desk, self._pharmacist))
        self.photograph("sent")
        return prescription

    def _open_from_notification(self, prescription: UUID) -> None:
        code = prescription_code(prescription)
        desk = self._pharmacist
        if not self._hands.can_press_view:
            print("- (this notification daemon's buttons cannot be pressed from here)")
            row = _row(desk, "queue_list", code)
            self._hands.click(row["rect"] if row else desk.reach("queue_list"))
            return
        with self._step("View on the notification opens the prescription"):
            self._hands.press_view_on_notification()
            desk.wait_until("the prescription", lambda: code in desk.text("prescription_code"))
        self.photograph("opened")

    def _take_payment(self, prescription: UUID) -> None:
        desk = self._turn_to(self._pharmacist)
        with self._step("the pharmacist takes the payment in cash"):
            self._hands.press("F8")
            desk.wait_until("the payment sheet", lambda: desk.widget("received_field")["focused"])
            self._hands.press("ctrl+a")
            self._hands.type("2000")
            self.photograph("payment")
            pressed = self._hands.press("Return")
            self._follow(
                "take payment", "/payments", prescription, pressed, (desk, self._therapist)
            )
        self.photograph("paid")

    def _pull_the_plug(self, prescription: UUID) -> None:
        desks = (self._therapist, self._pharmacist)
        with self._step("the server is killed: both windows say so"):
            killed = time.monotonic_ns()
            self._server.kill()
            for desk in desks:
                desk.wait_until("the pill", partial(self._is_offline, desk), 5)
            self._tell("server killed -> both windows say so", killed)
        with self._step("without it, the pharmacist fulfils the lines: saved here, to be sent"):
            desk = self._turn_to(self._pharmacist)
            self._hands.press("ctrl+space")
            desk.wait_until("the outbox", lambda: "to send" in self._pill(desk))
        with self._step("without it, the therapist searches on"):
            therapist = self._turn_to(self._therapist)
            self._hands.click(therapist.reach("patient_search"))
            self._hands.press("ctrl+a")
            self._hands.type("deshpande")
            therapist.wait_until("the patient", lambda: _row(therapist, "patient_list", PATIENT))
        self.photograph("offline")
        with self._step("the server is back: both windows catch up by themselves"):
            self._server.start()
            back = time.monotonic_ns()
            for desk in desks:
                desk.wait_until("the live feed", partial(self._is_live, desk), 40)
            self._wait_painted(self._therapist, prescription, killed)
            self._tell("server back -> both windows live and in step", back)
        self.photograph("back")

    def _hand_over(self, prescription: UUID) -> None:
        desk = self._turn_to(self._pharmacist)
        with self._step("the pharmacist hands over"):
            desk.wait_until("the button", lambda: desk.widget("hand_over_button")["enabled"])
            self._hands.press("F10")
            desk.wait_until(
                "the question who collects", lambda: desk.widget("collected_by_field")["focused"]
            )
            pressed = self._hands.press("Return")
            self._follow("hand over", "/hand-over", prescription, pressed, (desk, self._therapist))
        self.photograph("handed-over")

    def _write_another(self) -> UUID:
        desk = self._turn_to(self._therapist)
        with self._step("the therapist sends a second prescription"):
            self._hands.press("ctrl+n")
            self._choose_medicine(MEDICINES[0])
            self._hands.press("Return")
            desk.wait_until("the line", partial(_has_rows, desk, "lines_table", 1))
            pressed = self._hands.press("ctrl+Return")
            prescription = self._submitted(pressed)
            self._wait_painted(self._pharmacist, prescription, pressed)
        return prescription

    def _cancel(self, prescription: UUID) -> None:
        desk = self._turn_to(self._pharmacist)
        with self._step("the pharmacist cancels it with a reason; the therapist is told"):
            self._hands.press("ctrl+f", "ctrl+a")
            self._hands.type(prescription_code(prescription))
            desk.wait_until(
                "the prescription",
                lambda: _row(desk, "queue_list", prescription_code(prescription)),
            )
            self._hands.press("Return")
            code = prescription_code(prescription)
            desk.wait_until("its page", lambda: code in desk.text("prescription_code"))
            self._hands.click(desk.reach("cancel_button"))
            desk.wait_until("the reason", lambda: desk.widget("reason_field")["focused"])
            self._hands.type("Written twice, the first is collected")
            pressed = self._hands.click(desk.reach("confirm_cancel_button"))
            self._follow("cancel", "/cancel", prescription, pressed, (desk, self._therapist))
        self.photograph("cancelled")

    def _follow(
        self,
        name: str,
        path: str,
        prescription: UUID,
        pressed: int,
        desks: tuple[WatchedDesk, WatchedDesk],
    ) -> None:
        """Wait until a command is committed, painted on the other desk and notified there."""
        mine, other = desks
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

    def _submitted(self, since: int) -> UUID:
        """The prescription of the therapist's first command since then."""
        desk = self._therapist
        desk.wait_until("the command", lambda: first(marks_of(desk.trace, since), "submit"))
        mark = first(marks_of(desk.trace, since), "submit")
        assert mark is not None  # it was there a moment ago
        return UUID(mark.values["aggregate"])

    def _wait_for_answer(self, since: int) -> None:
        desk = self._therapist
        desk.wait_until("the answer", lambda: first(marks_of(desk.trace, since), "answered"))

    def _tell(self, what: str, since: int) -> None:
        self.moments.append(Moment(what, painted=after(since, time.monotonic_ns())))

    def _turn_to(self, desk: WatchedDesk) -> WatchedDesk:
        self._hands.raise_window(desk.ask("window")["id"])
        return desk

    def _is_live(self, desk: WatchedDesk) -> bool:
        return self._pill(desk) == "Live"

    def _is_offline(self, desk: WatchedDesk) -> bool:
        return self._pill(desk).startswith("Offline")

    def _pill(self, desk: WatchedDesk) -> str:
        return desk.text("connection_pill")

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        print(f"- {what} ... ", end="", flush=True)
        yield
        print("seen", flush=True)


def _has_rows(desk: WatchedDesk, name: str, number: int) -> bool:
    return len(desk.rows(name)) == number


def _row(desk: WatchedDesk, name: str, words: str) -> dict[str, list[int]] | None:
    return next((row for row in desk.rows(name) if words in row["text"]), None)
