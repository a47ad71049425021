"""The job, done in the real windows by mouse, keyboard and scanner; what is not seen ends the tour.

Two desks stand side by side. A therapist compares pharmacies, signs and sends; a pharmacist is
notified, scans the print, takes the payment, scans the boxes and hands over; in the middle the
server is killed and started again. One line falls short: goods are received, and what is owed is
handed over. Pictures of each step and a timeline are left in the folder that was asked for.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from clinicdesk.demo.clinic import ClinicServer, running
from clinicdesk.demo.desks import PHARMACIST, THERAPIST, NotSeen, WatchedDesk, check_display
from clinicdesk.demo.hands import Hands
from clinicdesk.demo.paper import Paper
from clinicdesk.demo.stage import JOURNAL, Stage, is_live
from clinicdesk.demo.timeline import first, marks_of
from clinicdesk.demo.verdict import check_outcome, check_owed
from clinicdesk.demo.witness import Witness
from clinicdesk.demo.workers import Worker

PATIENT: Final = "Meera Deshpande"
MEDICINES: Final = ("paracarunqel 500", "cetirochanzi 10", "clindivanryl 300")
"""By their brands: of some there are several."""
NAMES: Final = ("Paracetamol", "Cetirizine", "Clindamycin")
"""The same as their lines say it. Of the last there is too little, and more has been ordered."""
ANOTHER_MEDICINE: Final = "ascorbic acid 500"
"""For the second prescription: what the patient takes already would be asked for a reason."""
ALLERGEN: Final = "amoxicillin 500"
MOST_KEYS: Final = 20
"""From the scanned print to the hand-over, besides scans."""


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
    server = ClinicServer(scratch, folder / JOURNAL)
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
        stage = Stage(therapist, pharmacist, hands, witness, folder)
        try:
            Tour(server, stage).run()
        except (NotSeen, subprocess.CalledProcessError) as failure:
            stage.photograph("failed")
            print(f"The tour stopped: {failure}", file=sys.stderr)
            return 1
        finally:
            stage.report()
    return 0


class Tour:
    """One tour; `run` does all of it."""

    def __init__(self, server: ClinicServer, stage: Stage) -> None:
        self._server = server
        self._stage = stage
        self._hands = stage.hands
        self._therapist = stage.therapist
        self._pharmacist = stage.pharmacist

    def run(self) -> None:
        """The job from the first search to the last hand-over. Raises NotSeen at what fails."""
        self._stage.arrange()
        self._find_patient()
        self._write()
        prescription = self._sign()
        self._open_from_notification(prescription)
        paper = Paper(self._server.url, prescription)
        self._scan_print(prescription, paper)
        self._take_payment(prescription)
        self._check_boxes(prescription, paper)
        self._pull_the_plug(prescription)
        self._hand_over(prescription, "what is there", whole=False)
        self._receive(paper)
        self._serve_what_is_owed(prescription, paper)
        second = self._write_another()
        self._cancel(second)
        check_outcome(self._server.url, prescription, second)
        check_owed(self._server.url, prescription)
        print("Checked at the server: each command took effect once.", flush=True)

    def _find_patient(self, typed: str = "mera deshpand") -> None:
        therapist = self._therapist
        with self._stage.step(f"the therapist finds {PATIENT} in spite of two typing mistakes"):
            therapist.find(typed, PATIENT)
            therapist.desk.wait_until(
                "the patient's page", lambda: therapist.desk.text("patient_name") == PATIENT
            )
        self._stage.photograph("patient")

    def _write(self) -> None:
        therapist, step = self._therapist, self._stage.step
        with step("a penicillin is met by the patient's allergy, and asked for a reason"):
            therapist.begin()
            therapist.choose_medicine(ALLERGEN)
            therapist.desk.reach("allergy_warning")
            self._stage.photograph("allergy")
            self._hands.press("Return")
            therapist.desk.reach("finding_reason")
            self._stage.photograph("finding")
            therapist.take_line_back()
        for number, medicine in enumerate(MEDICINES, start=1):
            with step(f"line {number}: {medicine}, taken as the formulary proposes"):
                therapist.add_line(medicine)
        with step("the draft is saved"):
            pressed = therapist.save()
            therapist.desk.wait_until(
                "the answer", lambda: first(marks_of(therapist.desk.trace, pressed), "answered")
            )
        self._stage.photograph("draft")
        with step("the pharmacies are compared: price, and what each has"):
            therapist.compare_pharmacies()
            time.sleep(0.3)  # until the list has dropped down: nobody but the eye waits for it
            self._stage.photograph("pharmacies")
            therapist.keep_pharmacy()

    def _sign(self) -> UUID:
        stage = self._stage
        with stage.step("signed and sent; the pharmacy sees it and is notified"):
            pressed = self._therapist.sign()
            prescription = self._therapist.submitted(pressed)
            stage.follow("sign and send", "/sign", prescription, pressed, self._therapist)
        stage.photograph("sent")
        return prescription

    def _open_from_notification(self, prescription: UUID) -> None:
        pharmacist = self._pharmacist
        if not self._hands.can_press_view:
            print("- (this notification daemon's buttons cannot be pressed from here)")
            pharmacist.open(prescription)
            return
        with self._stage.step("View on the notification opens the prescription"):
            self._hands.press_view_on_notification()
            pharmacist.desk.wait_until("the prescription", lambda: pharmacist.shows(prescription))
        self._stage.photograph("opened")

    def _scan_print(self, prescription: UUID, paper: Paper) -> None:
        pharmacist, stage = self._pharmacist, self._stage
        with stage.step("the print is scanned from another place: its prescription is open"):
            pharmacist.go_to(1, "workspace_dashboard")
            stage.count_keys()
            scanned = pharmacist.scan(
                paper.seal, "its page", partial(pharmacist.shows, prescription)
            )
            stage.follow_scan("scan of the print", prescription, scanned)
        stage.photograph("scanned")

    def _open(self, prescription: UUID, paper: Paper) -> int:
        """Scan the print; when its last character was in the program."""
        shown = partial(self._pharmacist.shows, prescription)
        return self._pharmacist.scan(paper.seal, "its page", shown)

    def _take_payment(self, prescription: UUID) -> None:
        pharmacist, stage = self._pharmacist, self._stage
        with stage.step("the pharmacist takes the payment in cash"):
            pharmacist.ask_for_payment("2000")
            stage.photograph("payment")
            pressed = pharmacist.confirm()
            stage.follow("take payment", "/payments", prescription, pressed, pharmacist)
        stage.photograph("paid")

    def _check_boxes(self, prescription: UUID, paper: Paper) -> None:
        pharmacist, stage = self._pharmacist, self._stage
        words = ("Checked", "Checked", "10 of 15")
        for name, box, word in zip(NAMES, paper.boxes, words, strict=True):
            with stage.step(f"the box of {name} is scanned: {word}"):
                said = partial(pharmacist.says_of_line, name, word)
                scanned = pharmacist.scan(box, word, said, partial(self._open, prescription, paper))
                stage.follow_silently(
                    f"scan of the box of {name}", "/check", prescription, scanned, pharmacist
                )
        stage.photograph("checked")
        with stage.step("what is missing of the last is owed"):
            pressed = pharmacist.owe_rest()
            pharmacist.desk.wait_until(
                "the owing units", partial(pharmacist.says_of_line, NAMES[-1], "owing")
            )
            stage.follow_silently("owe the rest", "/owe", prescription, pressed, pharmacist)
        with stage.step("the labels are previewed"):
            pharmacist.preview_labels()
            stage.photograph("labels")
            pharmacist.close_preview()

    def _pull_the_plug(self, prescription: UUID) -> None:
        therapist, pharmacist, stage = self._therapist, self._pharmacist, self._stage
        with stage.step("the server is killed: both windows say so"):
            killed = time.monotonic_ns()
            self._server.kill()
            for worker in stage.workers:
                worker.desk.wait_until("the pill", partial(_is_offline, worker), 5)
            stage.tell("server killed -> both windows say so", killed)
        with stage.step("without it, the pharmacist makes the bag ready: saved here, to be sent"):
            pharmacist.turn_to()
            pharmacist.put_into_bin("A3")
            pharmacist.desk.wait_until("the outbox", lambda: pharmacist.has_unsent)
        with stage.step("without it, the therapist searches on"):
            therapist.turn_to()
            therapist.type_into("patient_search", "deshpande")
            therapist.desk.wait_until("the patient", lambda: therapist.row("patient_list", PATIENT))
        stage.photograph("offline")
        with stage.step("the server is back: both windows catch up by themselves"):
            self._server.start()
            back = time.monotonic_ns()
            for worker in stage.workers:
                worker.desk.wait_until("the live feed", partial(is_live, worker), 40)
            stage.wait_painted(therapist.desk, prescription, killed)
            stage.tell("server back -> both windows live and in step", back)
        stage.photograph("back")

    def _hand_over(self, prescription: UUID, what: str, *, whole: bool) -> None:
        pharmacist, stage = self._pharmacist, self._stage
        with stage.step(f"the pharmacist hands over {what}"):
            pharmacist.turn_to()
            pharmacist.ask_who_collects()
            stage.photograph("collector")
            pressed = pharmacist.confirm()
            # The prescriber is notified of the end alone.
            follow = stage.follow if whole else stage.follow_silently
            follow(f"hand over {what}", "/hand-over", prescription, pressed, pharmacist)
        stage.tell_keys(f"from the scan to the hand-over of {what}", MOST_KEYS)
        stage.photograph("handed-over")

    def _receive(self, paper: Paper) -> None:
        pharmacist, stage = self._pharmacist, self._stage
        with stage.step("goods come from the supplier: a scan of the box begins the delivery"):
            pharmacist.begin_delivery(paper.fresh)
            stage.photograph("delivery")
        with stage.step("they are taken in, and whoever waits for them is found"):
            pressed = pharmacist.take_delivery_in()
            stage.wait_answered(pharmacist.desk, pressed)
        stage.photograph("received")

    def _serve_what_is_owed(self, prescription: UUID, paper: Paper) -> None:
        pharmacist, stage = self._pharmacist, self._stage
        with stage.step("the print is scanned again: what is owed is left to dispense"):
            stage.count_keys()
            scanned = pharmacist.scan(
                paper.seal, "its page", partial(pharmacist.shows, prescription)
            )
            stage.follow_scan("scan of the print for what is owed", prescription, scanned)
        stage.photograph("owing")
        with stage.step("the new box is scanned"):
            said = partial(pharmacist.says_of_line, NAMES[-1], "Checked")
            back = partial(self._open, prescription, paper)
            pharmacist.scan(paper.fresh, "the check", said, back)
        stage.photograph("owing-checked")
        self._hand_over(prescription, "what was owed", whole=True)

    def _write_another(self) -> UUID:
        therapist = self._therapist
        with self._stage.step("the therapist sends a second prescription"):
            self._pharmacist.show_unpaid()
            therapist.turn_to()
            therapist.begin()
            therapist.add_line(ANOTHER_MEDICINE)
            pressed = therapist.sign()
            prescription = therapist.submitted(pressed)
            self._stage.wait_painted(self._pharmacist.desk, prescription, pressed)
        return prescription

    def _cancel(self, prescription: UUID) -> None:
        pharmacist, stage = self._pharmacist, self._stage
        with stage.step("the pharmacist cancels it with a reason; the therapist is told"):
            pharmacist.open(prescription)
            pressed = pharmacist.cancel("Written twice, the first is collected")
            stage.follow("cancel", "/cancel", prescription, pressed, pharmacist)
        stage.photograph("cancelled")


def _is_offline(worker: Worker) -> bool:
    return worker.is_offline
