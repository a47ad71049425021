"""The prescription on paper, read back by poppler and zbar."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus
from clinicdesk.printing.prescription import render_prescription
from tests.printing.facts import NEW_ZEALAND, SEAL, marama, prescription_facts
from tests.printing.readers import codes_in, fonts_of, pages_of, picture_of, text_of, words_of


def test_india_has_what_its_law_asks_for() -> None:
    said = words_of(render_prescription(prescription_facts()))
    for wanted in (
        "Dr Asha Rao", "MBBS, MD", "Reg. no. MH-1", "Roshni Clinic", "12 MG Road",
        "Kṣitij Sharma", "34 years", "Male", "Rose Villa, Hill Road, Mumbai 400050",
        "Date 12 Mar 2026", "RX-7F3K2", "AMOXICILLIN + CLAVULANIC ACID", "625 mg", "TABLET",
        "1 tablet, oral", "twice a day (BD)", "5 days", "after food", "Signature of Dr Asha Rao",
        "Repeats: 2", "8 Sep 2026", "End of the prescription: 4 medicines.",
        "For Main Street Pharmacy", "10 tablets",
    ):  # fmt: skip
        assert wanted in said, wanted


def test_india_marks_the_drugs_of_each_schedule_and_writes_their_quantity_in_words() -> None:
    said = words_of(render_prescription(prescription_facts()))
    assert "Rx H1" in said
    assert "XRx" in said
    assert "10 (ten)" in said
    assert "30 (thirty)" in said
    assert "keeps one copy for two years" in said


def test_new_zealand_has_names_as_they_are_written_and_the_date_of_birth() -> None:
    facts = prescription_facts(clinic=NEW_ZEALAND, patient=marama())
    said = words_of(render_prescription(facts))
    for wanted in (
        "Mārama Te Ngāti Whātua", "Tāmaki Makaurau", "7 years 2 months (born 5 Jan 2019)",
        "12 Kōwhai Road, Whangārei", "Registration no. MH-1", "Amoxicillin + clavulanic acid",
        "CD", "13 Mar 2026",
    ):  # fmt: skip
        assert wanted in said, wanted
    assert "AMOXICILLIN" not in said
    assert "Dispensed by" not in said


def test_many_lines_take_pages_and_each_says_whose_it_is_and_which() -> None:
    pdf = render_prescription(prescription_facts(25))
    pages = pages_of(pdf)
    assert pages == 3
    for page in range(1, pages + 1):
        said = " ".join(text_of(pdf, page).split())
        assert f"Page {page} of {pages}" in said
        assert said.count("Kṣitij Sharma") >= 2, "in the head and at the foot"
    whole = words_of(pdf)
    for line in range(1, 26):
        assert f" {line}. " in whole
    assert whole.count("End of the prescription") == 1


@pytest.mark.parametrize("lines", range(1, 14))
def test_nothing_is_lost_wherever_a_page_ends(lines: int) -> None:
    said = words_of(render_prescription(prescription_facts(lines)))
    for line in range(lines):
        assert f"Brandex {line}" in said
    assert "Signature of Dr Asha Rao" in said


def test_another_maker_s_reader_reads_the_seal_from_the_page(tmp_path: Path) -> None:
    picture = picture_of(render_prescription(prescription_facts()), tmp_path, dpi=150)
    assert codes_in(picture) == [SEAL]


def test_a_page_without_a_seal_has_no_code(tmp_path: Path) -> None:
    facts = prescription_facts()
    facts = replace(facts, prescription=replace(facts.prescription, seal=None))
    assert codes_in(picture_of(render_prescription(facts), tmp_path)) == []


def test_a_reprint_is_marked_as_a_copy_on_each_page_and_the_first_print_is_not() -> None:
    assert "COPY" not in text_of(render_prescription(prescription_facts(25)))
    pdf = render_prescription(prescription_facts(25, earlier=2))
    for page in (1, 2, 3):
        assert "COPY 3" in text_of(pdf, page)


def test_a_cancelled_prescription_says_so_across_the_page() -> None:
    facts = prescription_facts()
    cancelled = replace(facts.prescription, status=PrescriptionStatus.CANCELLED)
    facts = replace(facts, prescription=cancelled)
    assert "CANCELLED. Printed 12 Mar 2026" in words_of(render_prescription(facts))


def test_hindi_is_shaped_and_can_be_read_out() -> None:
    pdf = render_prescription(prescription_facts())
    said = text_of(pdf)
    for word in ("क्षितिज", "शर्मा", "पानी", "पीने"):
        assert word in said, word
    fonts = fonts_of(pdf)
    assert any("Devanagari" in font for font in fonts)
    assert all(font.split()[-5] == "yes" for font in fonts), "each font is in the file"


def test_control_characters_leave_nothing_on_paper() -> None:
    patient = replace(marama(), name="Lakṣmi லட்சுமி\x07\u200b Iyer")
    said = words_of(render_prescription(prescription_facts(patient=patient)))
    assert "Lakṣmi" in said
    assert "Iyer" in said
    assert "\x07" not in said


def test_the_same_facts_make_the_same_bytes() -> None:
    facts = prescription_facts()
    assert render_prescription(facts) == render_prescription(facts)


def test_the_longest_texts_stay_on_the_paper(tmp_path: Path) -> None:
    facts = prescription_facts(1)
    long = replace(
        facts.items[0], generic_name="W" * 120, strength="M" * 60, form="q" * 60, brand="B" * 120,
        instructions="word " * 40, dose="1 tablet of a very long kind " * 3,
    )  # fmt: skip
    patient = replace(facts.patient, name="Ü" * 120, address="avenue " * 25)
    prescription = replace(facts.prescription, note="note " * 400)
    facts = replace(facts, items=[long], patient=patient, prescription=prescription)
    pdf = render_prescription(facts)
    whole = "".join(text_of(pdf).split())
    assert whole.count("note") == 400
    assert whole.count("avenue") == 25 * pages_of(pdf)
    assert "B" * 20 in whole


def test_a_child_s_age_is_told_in_months() -> None:
    baby = replace(marama(), birth_date=date(2025, 11, 20))
    assert "3 months" in words_of(render_prescription(prescription_facts(patient=baby)))


def test_a_substituted_line_names_what_was_written_and_what_is_dispensed() -> None:
    facts = prescription_facts()
    other = replace(
        facts.items[0], brand="Augmentin", substitute_id=facts.items[1].medicine_id,
        substitute_brand="Clavam", substitution_reason="Out of stock",
    )  # fmt: skip
    said = words_of(render_prescription(replace(facts, items=[other, *facts.items[1:]])))
    assert "Brand: Augmentin" in said
    assert "Dispensed as: Clavam" in said
    left_out = replace(other, status=ItemStatus.DECLINED, decline_reason="Has enough")
    said = words_of(render_prescription(replace(facts, items=[left_out, *facts.items[1:]])))
    assert "Clavam" not in said
