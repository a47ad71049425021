"""What a therapist and a pharmacist do in their windows, by mouse and keyboard.

Each method ends when the window shows that it understood; where a command follows, it returns
`time.monotonic_ns()` of the key or click that gave it. All raise NotSeen when the window does not
follow.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

from clinicdesk.contract.codes import prescription_code
from clinicdesk.demo.desks import NotSeen, WatchedDesk
from clinicdesk.demo.hands import Hands
from clinicdesk.demo.timeline import first, marks_of

_BEFORE_ANOTHER_TRY_S: Final = 6.0
_MORE_TRIES: Final = 2


class Worker:
    """Somebody at a window.

    Attributes:
        desk: The window.
    """

    def __init__(self, desk: WatchedDesk, hands: Hands) -> None:
        self.desk = desk
        self._hands = hands

    @property
    def is_live(self) -> bool:
        """Whether the window says that it shows everything as of now, and all is sent."""
        return self.desk.text("connection_pill") == "Live"

    @property
    def is_offline(self) -> bool:
        """Whether the window says that the server is away."""
        return self.desk.text("connection_pill").startswith("Offline")

    @property
    def has_unsent(self) -> bool:
        """Whether the window says that something waits to be sent."""
        return "to send" in self.desk.text("connection_pill")

    def turn_to(self) -> None:
        """Bring the window to the front."""
        self._hands.raise_window(self.desk.ask("window")["id"])

    def go_to(self, place: int, sign: str) -> None:
        """Turn to a workspace by its number, until a widget of it can be seen."""
        self.turn_to()
        self._hands.press(f"ctrl+{place}")
        self.desk.wait_until(f"{sign} to see", lambda: self.desk.widget(sign).get("visible"))

    def type_into(self, field: str, text: str) -> None:
        """Click into a field and write, over what stands there, until all of it is in the field.

        What follows at once may be taken for the end of a scan by a machine that is behind.
        """
        self._hands.click(self.desk.reach(field))
        self.desk.wait_until(
            f"the keyboard in {field}", lambda: self.desk.widget(field).get("focused")
        )
        self._hands.press("ctrl+a")
        self._hands.type(text)
        self._wait_written(field, text)

    def row(self, of: str, words: str) -> dict[str, list[int]] | None:
        """The first row of a list that has these words."""
        return next((row for row in self.desk.rows(of) if words in row["text"]), None)

    def _wait_written(self, field: str, text: str) -> None:
        self.desk.wait_until(f"{text} in {field}", lambda: self.desk.widget(field)["text"] == text)

    def submitted(self, since: int) -> UUID:
        """The prescription of the first command that the window gave since then."""
        self.desk.wait_until(
            "the command", lambda: first(marks_of(self.desk.trace, since), "submit")
        )
        mark = first(marks_of(self.desk.trace, since), "submit")
        assert mark is not None  # it was there a moment ago
        return UUID(mark.values["aggregate"])


class Therapist(Worker):
    """Finds patients, and writes prescriptions."""

    def find(self, typed: str, name: str) -> None:
        """Search, and choose the patient whose row has this text."""
        self.turn_to()
        self.type_into("patient_search", typed)
        self.desk.wait_until("the patient in the list", lambda: self.row("patient_list", name))
        row = self.row("patient_list", name)
        assert row is not None  # it was there a moment ago
        self._hands.click(row["rect"])

    def begin(self) -> None:
        """Begin a prescription for the patient who is shown."""
        self._hands.press("ctrl+n")
        self.desk.wait_until(
            "the medicine search", lambda: self.desk.widget("medicine_search")["visible"]
        )

    def choose_medicine(self, typed: str) -> None:
        """Search a medicine and take the first that is proposed; its directions follow."""
        self.type_into("medicine_search", typed)
        name = typed.split()[0]
        self.desk.wait_until(
            f"{name} in the proposals",
            lambda: name in (self.desk.rows("medicine_list") or [{"text": ""}])[0]["text"].lower(),
        )
        self._hands.press("Return")
        self.desk.wait_until("the directions", lambda: self.desk.text("sig_line"))

    def add_line(self, typed: str) -> None:
        """A medicine as the formulary proposes it."""
        number = len(self.desk.rows("lines_table")) + 1
        self.choose_medicine(typed)
        self._hands.press("Return")
        self.desk.wait_until("the line", partial(self._has_lines, number))

    def take_line_back(self) -> None:
        """Take the first line out again."""
        self._hands.click(self.desk.rows("lines_table")[0]["rect"])
        self._hands.press("Delete")
        self.desk.wait_until("the line gone", partial(self._has_lines, 0))

    def compare_pharmacies(self) -> None:
        """Open the choice of pharmacies, with what each would take."""
        self._hands.click(self.desk.reach("pharmacy_choice"))

    def keep_pharmacy(self) -> None:
        """Leave the choice as it was."""
        self._hands.press("Escape")

    def save(self) -> int:
        """Save the draft."""
        return self._hands.press("ctrl+s")

    def sign(self) -> int:
        """Sign and send."""
        return self._hands.click(self.desk.reach("sign_button"))

    def show(self, prescription: UUID) -> None:
        """Open a prescription of the patient who is shown."""
        code = prescription_code(prescription)
        self.desk.wait_until("it in the list", lambda: self.row("prescription_history", code))
        row = self.row("prescription_history", code)
        assert row is not None  # it was there a moment ago
        self._hands.click(row["rect"])
        self._hands.click(self.desk.reach("open_prescription_button"))
        self.desk.wait_until("its page", lambda: code in self.desk.text("prescription_code"))

    def cancel(self, prescription: UUID, reason: str) -> int:
        """Open a prescription of the patient who is shown, and cancel it."""
        self.show(prescription)
        self._hands.click(self.desk.reach("cancel_button"))
        self.desk.wait_until("the reason", lambda: self.desk.widget("reason_field")["focused"])
        self._hands.type(reason)
        self._wait_written("reason_field", reason)
        return self._hands.click(self.desk.reach("confirm_cancel_button"))

    def _has_lines(self, number: int) -> bool:
        return len(self.desk.rows("lines_table")) == number


class Pharmacist(Worker):
    """Takes prescriptions from the queue to the patient's hands."""

    def go_to_queue(self) -> None:
        """Turn from wherever they are to the pharmacy."""
        self.go_to(2, "queue_search")

    def open(self, prescription: UUID) -> None:
        """Search a prescription by its code, and show it."""
        self.go_to_queue()
        code = prescription_code(prescription)
        self._hands.press("ctrl+f", "ctrl+a")
        self._hands.type(code)
        self._wait_written("queue_search", code)
        self.desk.wait_until("the prescription", lambda: self.row("queue_list", code))
        self._hands.press("Return")
        self.desk.wait_until("its page", lambda: self.shows(prescription))

    def show_unpaid(self) -> None:
        """The lane of those who have not paid."""
        self._hands.press("alt+1")

    def scan(
        self,
        text: str,
        what: str,
        seen: Callable[[], object],
        before_again: Callable[[], object] = int,
    ) -> int:
        """Scan a code, until what it leads to is seen: again, as a person would, where a machine
        that is behind has torn it in two. `before_again` goes back to where it was scanned.

        Returns `time.monotonic_ns()` when its last character was in the program.
        """
        self.turn_to()
        begun = time.monotonic_ns()
        for _ in range(_MORE_TRIES):
            self._hands.scan(text)
            with contextlib.suppress(NotSeen):
                self.desk.wait_until(what, seen, _BEFORE_ANOTHER_TRY_S)
                break
            before_again()
            begun = time.monotonic_ns()
        else:
            self._hands.scan(text)
            self.desk.wait_until(what, seen)
        mark = first(marks_of(self.desk.trace, begun), "scanned")
        if mark is None:
            raise NotSeen(f"{self.desk.person.name}: {what} without a scan")
        return mark.ns

    def shows(self, prescription: UUID) -> bool:
        """Whether the prescription is the one that is shown."""
        return prescription_code(prescription) in self.desk.text("prescription_code")

    def says_of_line(self, medicine: str, word: str) -> bool:
        """Whether the table of lines says this of a medicine."""
        row = self.row("items_table", medicine)
        return row is not None and word in str(row["text"])

    def ask_for_payment(self, received: str) -> None:
        """Open the payment, and write what was received."""
        self.desk.reach("take_payment_button")
        self._hands.press("F8")
        self._wait_focused("received_field")
        self._hands.press("ctrl+a")
        self._hands.type(received)

    def confirm(self) -> int:
        """Enter, in the sheet that is open."""
        return self._hands.press("Return")

    def owe_rest(self) -> int:
        """Owe what is missing of the line that the keyboard is on."""
        return self._hands.press("o")

    def preview_labels(self) -> None:
        """Open the labels as they would come out."""
        self._hands.press("F6")
        self.desk.wait_until("the labels", lambda: self.desk.widget("preview_print").get("enabled"))

    def close_preview(self) -> None:
        """Print nothing."""
        self._hands.press("Escape")
        self.desk.wait_until(
            "the window without the labels",
            lambda: not self.desk.widget("preview_print").get("visible"),
        )

    def put_into_bin(self, place: str) -> int:
        """Make what is checked ready, in a bin."""
        self.desk.reach("fulfil_button")
        self._hands.press("F9")
        self._wait_focused("bin_field")
        self._hands.type(place)
        return self._hands.press("Return")

    def fulfil(self) -> int:
        """Make all lines ready, without a scanner: that takes a reason."""
        self.desk.reach("fulfil_button")
        self._hands.press("F9")
        self._wait_focused("hand_reason_field")
        self._hands.press("1")
        return self._hands.press("Return")

    def ask_who_collects(self) -> None:
        """Open the handing over; the patient's name stands there."""
        self.desk.reach("hand_over_button")
        self._hands.press("F10")
        self._wait_focused("collected_by_field")

    def begin_delivery(self, box: str) -> None:
        """Turn to the orders to suppliers, and scan the first box of what has come."""
        self.go_to(3, "workspace_stock")
        self._hands.press("alt+2")
        self.scan(box, "the delivery", lambda: self.desk.widget("goods_packs").get("focused"))

    def take_delivery_in(self) -> int:
        """All packs that were expected of what was scanned."""
        self._hands.press("Return")
        self._wait_focused("goods_batch")
        return self._hands.press("Return")

    def cancel(self, reason: str) -> int:
        """Cancel the prescription that is shown."""
        self._hands.press("ctrl+Delete")
        self._wait_focused("reason_field")
        self._hands.type(reason)
        self._wait_written("reason_field", reason)
        return self._hands.click(self.desk.reach("confirm_cancel_button"))

    def _wait_focused(self, field: str) -> None:
        self.desk.wait_until(
            f"the keyboard in {field}", lambda: self.desk.widget(field).get("focused")
        )
