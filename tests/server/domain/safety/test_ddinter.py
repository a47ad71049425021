"""Lists of interactions, good and bad."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract.entities import RuleLevel
from clinicdesk.server.domain.formulary.rows import HEADER, ROW, RejectedRow
from clinicdesk.server.domain.safety.ddinter import read_ddinter
from clinicdesk.server.domain.safety.rule_rows import RuleRow

NAMES = "DDInterID_A,Drug_A,DDInterID_B,Drug_B,Level\n"


def read(text: str) -> list[RuleRow | RejectedRow]:
    return list(read_ddinter(io.BytesIO(text.encode())))


def test_a_pair_is_one_rule_whichever_name_stands_first() -> None:
    (one,) = read(NAMES + "DDInter1,Warfarin,DDInter2,Acetylsalicylic acid,Major\n")
    (other,) = read(NAMES + "DDInter2,Aspirin,DDInter1,warfarin,major\n")
    assert one == other
    assert isinstance(one, RuleRow)
    assert (one.subject, one.other, one.level) == ("aspirin", "warfarin", RuleLevel.MAJOR)


def test_a_name_with_a_comma_stands_in_quotation_marks() -> None:
    (rule,) = read(NAMES + '1,"Estrogens, conjugated",2,Warfarin,Unknown\r\n')
    assert isinstance(rule, RuleRow)
    assert rule.subject == "estrogens, conjugated"


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ("1,,2,Warfarin,Major", "Drug_A", "is empty"),
        ("1,Warfarin,2,  ,Major", "Drug_B", "is empty"),
        ("1,Paracetamol,2,Acetaminophen,Major", "Drug_B", "both paracetamol"),
        ("1,Aspirin,2,Warfarin,Grave", "Level", "known are Major"),
        ("1,Aspirin,2,Warfarin,", "Level", "known are Major"),
        ("1,Aspirin,2,Warfarin", ROW, "4 fields"),
        (f"1,{'a' * 121},2,Warfarin,Major", "Drug_A", "at most 120"),
        (f"1,{'a' * 20_000},2,Warfarin,Major", ROW, "longer than"),
        ('1,"Aspirin,2,Warfarin,Major', ROW, "never closed"),
        ("1,Asp\x00irin,2,Warfarin,Major", ROW, "NUL"),
    ],
)
def test_a_bad_row_is_refused_by_line_and_field_and_the_next_is_read(
    row: str, field: str, said: str
) -> None:
    wrong, right = read(f"{NAMES}{row}\n1,Aspirin,2,Lithium,Minor\n")
    assert isinstance(wrong, RejectedRow)
    assert (wrong.line, wrong.field) == (2, field)
    assert said in wrong.reason
    assert isinstance(right, RuleRow)


def test_two_rows_that_disagree_are_one_rule_and_one_refusal() -> None:
    rows = "1,Aspirin,2,Warfarin,Major\n2,Warfarin,1,Aspirin,Minor\n1,Aspirin,2,Warfarin,Major\n"
    first, second, third = read(NAMES + rows)
    assert isinstance(second, RejectedRow)
    assert (second.line, second.field) == (3, "level")
    assert "Line 2" in second.reason
    assert first == third


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b,c\n1,2,3\n",
        "Drug_A,Drug_B\nAspirin,Warfarin\n",
        "Drug_A,Drug_A,Drug_B,Level\n",
        "x" * 20_000,
    ],
)
def test_a_file_of_another_kind_is_refused_as_a_whole(text: str) -> None:
    (refusal,) = read(text)
    assert isinstance(refusal, RejectedRow)
    assert refusal.field == HEADER


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    for row in read_ddinter(io.BytesIO(NAMES.encode() + content)):
        assert isinstance(row, RuleRow | RejectedRow)
