"""A scanner in a real window, whatever has the keyboard."""

from __future__ import annotations

import subprocess
from functools import partial

import pytest

from clinicdesk.contract.entities import Prescription
from clinicdesk.demo.workers import Pharmacist
from tests.end_to_end.windows.stage import Stage

pytestmark = pytest.mark.display


def scan(text: str, *, delay_ms: int = 4) -> None:
    """As a scanner does that is plugged in as a keyboard."""
    pace = ("--delay", str(delay_ms))
    subprocess.run(
        ["xdotool", "type", "--args", "1", *pace, text, "key", *pace, "Return"],
        check=True,
        capture_output=True,
    )


def opens(pharmacist: Pharmacist, prescription: Prescription) -> None:
    pharmacist.desk.wait_until("its page", lambda: pharmacist.shows(prescription.id))


def says(pharmacist: Pharmacist, words: str) -> None:
    pharmacist.desk.wait_until(words, lambda: words in pharmacist.desk.text("toast"))


@pytest.fixture
def pharmacist(stage: Stage) -> Pharmacist:
    stage.pharmacist.turn_to()
    return stage.pharmacist


@pytest.fixture
def paid(stage: Stage, pharmacist: Pharmacist) -> Prescription:
    """One that is paid, and has come to the pharmacist's window."""
    prescription = stage.clinic.colleagues.bring_to("paid").prescription
    assert prescription.seal is not None
    pharmacist.scan(prescription.seal, "its page", partial(pharmacist.shows, prescription.id))
    return prescription


def test_a_scan_opens_the_prescription_from_another_workspace(
    stage: Stage, pharmacist: Pharmacist, paid: Prescription
) -> None:
    other = stage.clinic.colleagues.bring_to("paid").prescription
    assert other.seal is not None
    stage.hands.press("ctrl+1")
    pharmacist.scan(other.seal, "its page", partial(pharmacist.shows, other.id))
    stage.hands.press("ctrl+3")
    pharmacist.scan(paid.code, "its page", partial(pharmacist.shows, paid.id))


def test_a_scan_while_a_field_has_the_keyboard_leaves_the_field_as_it_was(
    stage: Stage, pharmacist: Pharmacist, paid: Prescription
) -> None:
    assert paid.seal is not None
    other = stage.clinic.colleagues.bring_to("paid").prescription
    assert other.seal is not None
    for field, prescription in (("search_bar", other), ("queue_search", paid)):
        pharmacist.type_into(field, "asha")
        pharmacist.desk.wait_until("the word", partial(is_written, pharmacist, field))
        assert prescription.seal is not None
        scan(prescription.seal)
        opens(pharmacist, prescription)
        if field == "search_bar":
            assert is_written(pharmacist, field)


def is_written(pharmacist: Pharmacist, field: str) -> bool:
    return pharmacist.desk.widget(field)["text"] == "asha"


def test_a_forged_print_opens_nothing_and_says_so(
    pharmacist: Pharmacist, paid: Prescription
) -> None:
    assert paid.seal is not None
    swapped = {"0": "1"}.get(paid.seal[-3], "0")
    scan(f"{paid.seal[:-3]}{swapped}{paid.seal[-2:]}")
    says(pharmacist, "Do not dispense from it")


def test_a_photocopy_after_the_hand_over_says_that_nothing_is_left(
    stage: Stage, pharmacist: Pharmacist
) -> None:
    gone = stage.clinic.colleagues.bring_to("completed").prescription
    assert gone.seal is not None
    scan(gone.seal)
    says(pharmacist, "Nothing is left to dispense")


def test_half_a_code_says_to_scan_again(pharmacist: Pharmacist, paid: Prescription) -> None:
    assert paid.seal is not None
    scan(paid.seal[:80])
    says(pharmacist, "Only a part of the prescription's code was read")


def test_a_code_that_breaks_off_does_no_deed(
    stage: Stage, pharmacist: Pharmacist, paid: Prescription
) -> None:
    """P, C, R and X are deeds of the counter, 1 to 5 its lanes."""
    assert paid.seal is not None
    pharmacist.scan(paid.seal, "its page", partial(pharmacist.shows, paid.id))
    subprocess.run(["xdotool", "type", "--delay", "1", "RX-C1P"], check=True)
    says(pharmacist, "Only a part of a code")
    assert pharmacist.shows(paid.id)
    assert not any(
        pharmacist.desk.widget(field).get("focused") for field in ("reason_field", "queue_search")
    )


def test_caps_lock_changes_nothing_in_a_scan(pharmacist: Pharmacist, paid: Prescription) -> None:
    assert paid.seal is not None
    subprocess.run(["xdotool", "key", "Caps_Lock"], check=True)
    try:
        pharmacist.scan(paid.seal, "its page", partial(pharmacist.shows, paid.id))
        pharmacist.scan(paid.code, "its page", partial(pharmacist.shows, paid.id))
    finally:
        subprocess.run(["xdotool", "key", "Caps_Lock"], check=True)
