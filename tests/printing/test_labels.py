"""Dispensing labels: what they say, as ZPL II by its grammar and as PDF by others' readers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.printing.cautions import MOST, cautions
from clinicdesk.printing.directions import directions
from clinicdesk.printing.ink import MM
from clinicdesk.printing.labels import (
    A4_SHEET,
    TEST_LABEL,
    LabelSize,
    labels_of,
    render_labels,
    render_sheet,
    render_zpl,
)
from clinicdesk.printing.labels.label import KEEP_AWAY
from clinicdesk.printing.labels.layout import lay_out
from clinicdesk.printing.labels.zpl import escaped
from tests.core.sample import an_id
from tests.printing.facts import dispense, label_facts
from tests.printing.readers import codes_in, pages_of, picture_of, text_of, words_of
from tests.printing.zpl_grammar import NotZpl, read

ROLL = LabelSize()
SIZES = [ROLL, LabelSize(width=57, height=32), LabelSize(width=100, height=50)]


def test_a_label_says_who_what_how_much_how_and_from_where() -> None:
    said = words_of(render_labels(labels_of(label_facts()), ROLL))
    for wanted in (
        "1/3", "3/3", "Kṣitij Sharma", "Amoxicillin + clavulanic acid 625 mg tablet",
        "10 tablets", "Take 1 tablet twice a day for 5 days, after food.",
        "Finish the course", "Batch B241", "Exp 31 May 2027", "Main Street Pharmacy",
        "14 Hill Road", "Lic. MH-MZ4-123456", "12 Mar 2026", "Dr Asha Rao", "RX-7F3K2", KEEP_AWAY,
    ):  # fmt: skip
        assert wanted in said, wanted


def test_each_batch_of_a_line_has_its_own_label_in_the_order_of_the_lines() -> None:
    facts = label_facts(2)
    first, second = facts.items
    more = replace(dispense(second), batch_number="B-OTHER", id=facts.dispenses[0].prescription_id)
    facts = replace(facts, dispenses=[dispense(second), more, dispense(first)])
    labels = labels_of(facts)
    assert [(each.number, each.of) for each in labels] == [(1, 3), (2, 3), (3, 3)]
    assert "B241" in labels[0].origin
    for batch in ("B242", "B-OTHER"):
        assert any(batch in each.origin for each in labels[1:])


def test_a_label_says_what_the_box_said_where_no_stock_is_kept() -> None:
    facts = label_facts(1)
    (line,) = facts.items
    box = dispense(line, batch_id=None, batch_number="ZX-7", expiry=None)
    (label,) = labels_of(replace(facts, dispenses=[box]))
    assert "ZX-7" in label.origin
    assert "Exp" not in label.origin


def test_what_is_owing_and_what_may_be_repeated_stands_on_the_label() -> None:
    facts = label_facts(1)
    facts = replace(facts, items=[replace(facts.items[0], owing=5)])
    (label,) = labels_of(facts)
    assert "5 more to follow" in label.supply
    assert "repeats left: 2" in label.supply


def test_a_repeat_says_how_often_it_may_still_be_repeated() -> None:
    first = replace(label_facts(1).prescription, repeats_used=1)
    facts = label_facts(1)
    again = replace(
        facts.prescription, id=an_id("again"), repeat_of=first.id, repeats=0, repeats_used=0
    )
    facts = replace(facts, prescription=again, repeated=first)
    (label,) = labels_of(facts)
    assert "repeats left: 1" in label.supply
    for used_up in (
        replace(first, repeats_used=2),
        replace(first, valid_until=date(2026, 3, 11)),  # yesterday
    ):
        (label,) = labels_of(replace(facts, repeated=used_up))
        assert "no repeats left" in label.supply
    for silent in (None, replace(first, repeats=0, repeats_used=0)):
        (label,) = labels_of(replace(facts, repeated=silent))
        assert "repeats" not in label.supply


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("size", SIZES)
def test_zpl_keeps_to_its_grammar_and_says_the_same(dpi: int, size: LabelSize) -> None:
    formats = read(render_zpl(labels_of(label_facts(5)), size, dpi, copies=2))
    assert len(formats) >= 5
    for each in formats:
        assert (each.width, each.height) == (
            pytest.approx(size.width / 25.4 * dpi, abs=1),
            pytest.approx(size.height / 25.4 * dpi, abs=1),
        )
        assert each.copies == 2
        assert [field.said for field in each.fields if field.kind == "qr"] == ["RX-7F3K2"]
    said = " ".join(field.said for each in formats for field in each.fields)
    for wanted in ("Take 1 tablet twice a day", "Finish the course", "MH-MZ4-123456", "5/5"):
        assert wanted in said, wanted


def test_hindi_and_macrons_go_to_a_label_printer_as_pictures() -> None:
    (first, *_rest) = read(render_zpl(labels_of(label_facts(1)), ROLL, 203))
    assert "picture" in {field.kind for field in first.fields}
    assert "क्षितिज" not in " ".join(field.said for field in first.fields)
    facts = label_facts(1)
    plain = replace(facts, patient=replace(facts.patient, name="José Núñez", name_local=None))
    (first, *_rest) = read(render_zpl(labels_of(plain), ROLL, 203))
    assert "José Núñez" in [field.said for field in first.fields]
    assert "picture" not in {field.kind for field in first.fields}


def test_a_picture_of_hindi_has_ink_and_white(tmp_path: Path) -> None:
    commands = render_zpl(labels_of(label_facts(1)), ROLL, 203).decode()
    data = commands.split("^GFA,")[1].split("^FS")[0].split(",")[3]
    dark = sum(bin(byte).count("1") for byte in bytes.fromhex(data))
    assert 0.03 < dark / (len(data) * 4) < 0.5


@settings(max_examples=60, deadline=None)
@given(name=st.text(max_size=60), said=st.text(max_size=120))
def test_no_name_and_no_direction_becomes_a_command(name: str, said: str) -> None:
    facts = label_facts(1)
    facts = replace(
        facts,
        patient=replace(facts.patient, name=name or "x", name_local=None),
        items=[replace(facts.items[0], instructions=said)],
    )
    for each in read(render_zpl(labels_of(facts), ROLL, 203)):
        assert each.copies == 1


def test_commands_in_a_name_are_printed_and_not_obeyed() -> None:
    assert escaped("A^XZ~JR_1") == "A_5EXZ_7EJR_5F1"
    facts = label_facts(1)
    facts = replace(facts, patient=replace(facts.patient, name="^XZ^XA^FDx^FS", name_local=None))
    (only,) = read(render_zpl(labels_of(facts), ROLL, 203))
    assert "^XZ^XA^FDx^FS" in [field.said for field in only.fields]


@pytest.mark.parametrize("wrong", [b"^XA^XZ", b"^XA^CI28^PW10^LL10^PQ1^FO0,0^FDx^FS^XZ", b"hello"])
def test_the_reader_of_zpl_takes_nothing_that_is_none(wrong: bytes) -> None:
    with pytest.raises(NotZpl):
        read(wrong)


def test_zbar_reads_the_code_from_each_label(tmp_path: Path) -> None:
    pdf = render_labels(labels_of(label_facts(3)), ROLL)
    for page in (1, 2, 3):
        assert codes_in(picture_of(pdf, tmp_path, page)) == ["RX-7F3K2"]


def test_a_sheet_begins_at_the_first_free_label_and_goes_on_over_the_page(tmp_path: Path) -> None:
    pdf = render_sheet(labels_of(label_facts(3)), first=23)
    assert pages_of(pdf) == 2
    assert text_of(pdf, 1).count("Main") == 2
    assert text_of(pdf, 2).count("Main") == 1
    assert codes_in(picture_of(pdf, tmp_path, 2, dpi=300)) == ["RX-7F3K2"]


def test_every_label_of_the_usual_prescription_fits_one_place_of_the_sheet() -> None:
    labels = labels_of(label_facts(5))
    assert pages_of(render_labels(labels, A4_SHEET.label)) == 5


@settings(max_examples=25, deadline=None)
@given(words=st.integers(1, 38), size=st.sampled_from([LabelSize(width=57, height=32), ROLL]))
def test_directions_and_cautions_are_never_cut_but_go_on_on_another_label(
    words: int, size: LabelSize
) -> None:
    facts = label_facts(1)
    told = " ".join(f"w{number}" for number in range(words))
    facts = replace(facts, items=[replace(facts.items[0], instructions=told)])
    said = words_of(render_labels(labels_of(facts), size))
    for number in range(words):
        assert f"w{number}" in said
    assert "Finish the course" in said
    assert KEEP_AWAY.split()[-1] in said


def test_a_reprint_says_that_it_is_a_copy() -> None:
    assert "copy" not in words_of(render_labels(labels_of(label_facts(1)), ROLL))
    assert "copy" in words_of(render_labels(labels_of(label_facts(1, earlier=1)), ROLL))


def test_the_test_label_names_nobody_and_shows_what_a_printer_gets_wrong() -> None:
    (only,) = read(render_zpl([TEST_LABEL], ROLL, 203))
    assert {field.kind for field in only.fields} == {"text", "picture", "qr", "rule"}


@pytest.mark.parametrize(
    ("refused", "because"),
    [
        (lambda: render_zpl([TEST_LABEL], ROLL, 600), "203 or 300"),
        (lambda: render_zpl([TEST_LABEL], ROLL, 203, copies=0), "copies"),
        (lambda: render_sheet([TEST_LABEL], first=25), "1 to 24"),
        (lambda: render_labels([], ROLL), "no label"),
        (lambda: LabelSize(width=20), "57 to 160"),
    ],
)
def test_what_no_printer_takes_is_refused_in_words(refused: object, because: str) -> None:
    assert callable(refused)
    with pytest.raises(ValueError, match=because):
        refused()


SENTENCES: dict[tuple[object, ...], str] = {
    ("1 tab", "oral", "TDS", 5, "after food"): (
        "Take 1 tablet three times a day for 5 days, after food."
    ),
    ("5 ml", "oral", "QID", 1): "Take 5 ml four times a day for 1 day.",
    ("1 drop", "ophthalmic", "Q6H", 7, "Left eye only."): (
        "Put 1 drop into the eye every 6 hours for 7 days. Left eye only."
    ),
    ("1-2 tablet", "oral", "SOS", None, "for pain"): "Take 1-2 tablets when needed, for pain.",
    ("½ tablet", "oral", "HS", None): "Take ½ tablet at night.",
    ("2 suppository", "rectal", "OD", None): ("Insert 2 suppositories into the rectum once a day."),
    ("1 application", "topical", "BD", 7): "Apply to the skin twice a day for 7 days.",
    ("1 tablet", "oral", "STAT", 1): "Take 1 tablet at once, a single dose.",
}


@pytest.mark.parametrize(("parts", "sentence"), SENTENCES.items())
def test_directions_are_a_sentence(parts: tuple[Any, ...], sentence: str) -> None:
    assert directions(*parts).replace("\u00a0", " ") == sentence


@pytest.mark.parametrize(
    ("within", "form", "route", "said"),
    [
        (["amoxicillin"], "capsule", "oral", "Finish the course"),
        (["alprazolam"], "tablet", "oral", "habit-forming"),
        (["ibuprofen"], "tablet", "oral", "with or after food"),
        (["doxycycline"], "capsule", "oral", "milk"),
        (["methotrexate"], "tablet", "oral", "once a WEEK"),
        (["clobetasol"], "cream", "topical", "external use"),
        (["paracetamol"], "oral suspension", "oral", "Shake the bottle"),
        (["metronidazole"], "tablet", "oral", "no alcohol"),
        (["something new"], "tablet", "oral", None),
        (["ciprofloxacin"], "ear drops", "otic", None),
    ],
)
def test_cautions_go_by_ingredient_and_form(
    within: list[str], form: str, route: str, said: str | None
) -> None:
    told = cautions(within, form, route)
    assert len(told) <= MOST
    if said is None:
        assert told == []
    else:
        assert any(said in each for each in told), told


def test_whoever_must_not_drive_is_told_once() -> None:
    told = cautions(["tramadol", "paracetamol"], "tablet", "oral")
    assert sum("drive" in each for each in told) == 1


def test_where_it_is_from_stands_below_a_line_at_the_lower_edge() -> None:
    for label in labels_of(label_facts(5)):
        for size in SIZES:
            faces = lay_out(label, size)
            if len(faces) > 1:
                assert faces[0].rule is None
                continue
            (face,) = faces
            assert face.rule is not None
            below = [each for each in face.texts if each.y > face.rule[1]]
            assert any("Batch" in each.text for each in below)
            assert not any(KEEP_AWAY in each.text for each in below)
            lowest = max(each.y for each in face.texts)
            assert lowest < (size.height - size.margin) * MM < lowest + 4


def test_no_line_ends_with_the_dot_that_parts() -> None:
    for label in labels_of(label_facts(5)):
        texts = [each.text for size in SIZES for face in lay_out(label, size)
                 for each in face.texts]  # fmt: skip
        assert not [text for text in texts if text.endswith("·")]


def test_a_long_name_is_written_smaller_before_it_is_cut() -> None:
    facts = label_facts(1)
    name = "Venkata Satyanarayana Lakshmi Narasimha Subrahmanyam Chaturvedula"
    patient = replace(facts.patient, name=name, name_local="వేంకట సత్యనారాయణ")
    (face,) = lay_out(*labels_of(replace(facts, patient=patient)), ROLL)
    said = " ".join(each.text for each in face.texts)
    for word in (*name.split(), "వేంకట", "సత్యనారాయణ"):
        assert word in said
    assert "…" not in said
