"""What holds of findings whatever is prescribed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract.entities import Severity
from clinicdesk.contract.safety import Allergen, CheckedLine, Finding, findings
from clinicdesk.contract.safety.finding import GRAVITY
from tests.contract.safety.rulings import BOOK, line

INGREDIENTS = st.sampled_from(
    ["ibuprofen", "diclofenac", "warfarin", "paracetamol", "amoxicillin", "cefalexin", "ketamine",
     "sertraline", "omeprazole", "pantoprazole", "doxycycline", "methotrexate", "calamine"]
)  # fmt: skip

LINES = st.builds(
    line,
    st.integers(1, 10_000),
    st.lists(INGREDIENTS, min_size=1, max_size=2, unique=True).map(" + ".join),
    st.sampled_from(["500 mg", "500 mg + 325 mg", "125 mg/5 ml", ""]),
    st.sampled_from(["1 tablet", "9 tablets", "5 ml", "as directed"]),
    st.sampled_from(["OD", "QID", "SOS", "WEEKLY"]),
    st.sampled_from(["oral", "topical", "inhaled"]),
)
PRESCRIPTIONS = st.lists(LINES, max_size=5, unique_by=lambda one: one.item_id)
ALLERGIES = st.lists(
    st.builds(
        Allergen,
        substance=st.sampled_from(["penicillins", "nsaids", "ampicillin", "latex"]),
        severity=st.sampled_from(list(Severity)),
    ),
    max_size=3,
)
AGES = st.integers(0, 1200)


@given(PRESCRIPTIONS, AGES, ALLERGIES, PRESCRIPTIONS, st.randoms())
def test_the_order_of_lines_does_not_matter(
    lines: list[CheckedLine],
    age: int,
    allergies: list[Allergen],
    current: list[CheckedLine],
    chance: object,
) -> None:
    found = findings(lines, age, allergies, current, BOOK)
    for rows in (lines, allergies, current):
        chance.shuffle(rows)  # type: ignore[attr-defined]  # a random.Random
    assert findings(lines, age, allergies, current, BOOK) == found


@given(PRESCRIPTIONS, LINES, AGES, ALLERGIES, PRESCRIPTIONS)
def test_another_line_never_takes_a_finding_away_nor_makes_it_lighter(
    lines: list[CheckedLine],
    added: CheckedLine,
    age: int,
    allergies: list[Allergen],
    current: list[CheckedLine],
) -> None:
    before = findings(lines, age, allergies, current, BOOK)
    after = _by_key(findings([*lines, added], age, allergies, current, BOOK))
    for finding in before:
        later = after[finding.key]
        assert GRAVITY[later.tier] <= GRAVITY[finding.tier]
        assert set(finding.item_ids) <= set(later.item_ids)


@given(PRESCRIPTIONS, AGES, ALLERGIES, PRESCRIPTIONS)
def test_each_finding_has_a_key_of_its_own_and_concerns_lines_of_this_prescription(
    lines: list[CheckedLine], age: int, allergies: list[Allergen], current: list[CheckedLine]
) -> None:
    found = findings(lines, age, allergies, current, BOOK)
    assert len(_by_key(found)) == len(found)
    known = {line.item_id for line in lines}
    for finding in found:
        assert finding.item_ids
        assert known.issuperset(finding.item_ids)
        assert len(finding.key) <= 300
        assert finding.summary
        assert finding.detail


@given(PRESCRIPTIONS, AGES, ALLERGIES, PRESCRIPTIONS)
def test_the_same_prescription_written_again_has_the_same_keys(
    lines: list[CheckedLine], age: int, allergies: list[Allergen], current: list[CheckedLine]
) -> None:
    again = [
        line(
            20_000 + place,
            " + ".join(one.ingredients),
            one.strength,
            one.dose,
            one.frequency,
            one.route,
        )
        for place, one in enumerate(lines)
    ]
    keys = [finding.key for finding in findings(lines, age, allergies, current, BOOK)]
    assert [f.key for f in findings(again, age, allergies, current, BOOK)] == keys


def _by_key(found: list[Finding]) -> dict[str, Finding]:
    return {finding.key: finding for finding in found}
