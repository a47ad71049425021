"""Money, sigs, codes, lifecycles, refusals: the contract's small values."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract import commands, frames, problems
from clinicdesk.contract.charges import charged
from clinicdesk.contract.codes import prescription_code
from clinicdesk.contract.entities import ItemStatus, PrescriptionItem, Schedule
from clinicdesk.contract.lifecycles import LIFECYCLES, PRESCRIPTION, is_fulfilled
from clinicdesk.contract.money import format_money, line_amount
from clinicdesk.contract.sig import FREQUENCIES, parse_sig, quantity_for


@given(st.integers(0, 10**9), st.integers(1, 1000), st.integers(1, 10_000))
def test_a_line_costs_its_share_of_the_packs_rounded_half_up(
    price: int, pack: int, quantity: int
) -> None:
    exact = Fraction(price * quantity, pack)
    amount = line_amount(price, pack, quantity)
    assert exact - Fraction(1, 2) < amount <= exact + Fraction(1, 2)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (41200, "INR", "₹ 412.00"),
        (12345678, "INR", "₹ 1,23,456.78"),
        (1234567890, "INR", "₹ 1,23,45,678.90"),
        (123456, "NZD", "$ 1,234.56"),
        (1500, "JPY", "¥ 1,500"),
        (-5, "INR", "-₹ 0.05"),
        (0, "NZD", "$ 0.00"),
    ],
)
def test_money_is_written_as_its_country_writes_it(minor: int, currency: str, text: str) -> None:
    assert format_money(minor, currency).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("typed", "dose", "frequency", "days", "instructions"),
    [
        ("1 tab bd 5d pc", "1 tab", "BD", 5, "after food"),
        ("1 tablet at bedtime", "1 tablet at bedtime", None, None, ""),
        ("5 ml TID x 7 days", "5 ml", "TDS", 7, ""),
        ("½ tablet nocte 2w", "½ tablet", "HS", 14, ""),
        ("1-2 tabs prn for pain", "1-2 tabs", "SOS", None, "for pain"),
        ("", None, None, None, ""),
        ("2 puffs q6h 1m shake well", "2 puffs", "Q6H", 30, "shake well"),
    ],
)
def test_a_typed_line_becomes_dose_frequency_and_duration(
    typed: str, dose: str | None, frequency: str | None, days: int | None, instructions: str
) -> None:
    sig = parse_sig(typed)
    assert (sig.dose, sig.frequency, sig.days) == (dose, frequency, days)
    assert sig.instructions == instructions


def test_a_cream_put_on_the_skin_is_not_taken_at_night() -> None:
    assert parse_sig("thin layer on the rash bd 5d").frequency == "BD"
    assert parse_sig("1 tablet on").frequency == "HS"


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_without_complaint(text: str) -> None:
    sig = parse_sig(text)
    assert sig.frequency is None or sig.frequency in FREQUENCIES
    assert sig.days is None or sig.days >= 0


@pytest.mark.parametrize(
    ("dose", "frequency", "days", "quantity"),
    [
        ("1 tablet", "BD", 5, 10),
        ("½ tablet", "OD", 7, 4),
        ("1-2 tablets", "QID", 3, 24),
        ("5 ml", "TDS", 5, 75),
        ("1 tablet", "SOS", 5, None),
        ("1 tablet", "BD", None, None),
        ("a thin layer", "BD", 5, None),
        ("1 tablet", "WEEKLY", 28, 4),
    ],
)
def test_the_quantity_follows_from_dose_frequency_and_days(
    dose: str, frequency: str, days: int | None, quantity: int | None
) -> None:
    assert quantity_for(dose, frequency, days) == quantity


@given(st.uuids())
def test_a_code_is_read_aloud_without_doubt(prescription: UUID) -> None:
    code = prescription_code(prescription)
    assert code.startswith("RX-")
    assert len(code) == 8
    assert not set(code[3:]) & set("ILOU")
    assert prescription_code(prescription, 6).endswith(code[3:])


@pytest.mark.parametrize("name", sorted(LIFECYCLES))
def test_a_terminal_state_never_reopens(name: str) -> None:
    life = LIFECYCLES[name]
    for transition in life.transitions:
        if transition.state in life.terminal:
            assert transition.to == transition.state


def test_signing_freezes_the_lines() -> None:
    assert PRESCRIPTION.allows("DRAFT", "revise_draft", signed=False)
    assert not PRESCRIPTION.allows("DRAFT", "revise_draft", signed=True)
    assert not PRESCRIPTION.allows("DRAFT", "take_payment", signed=False)
    assert PRESCRIPTION.allows("DRAFT", "take_payment", signed=True)


def a_line(status: ItemStatus, supplied: int, owing: int) -> PrescriptionItem:
    """A line of 20 units, as far as it matters here."""
    nobody = UUID(int=0)
    return PrescriptionItem(
        id=nobody, clinic_id=nobody, version=1, prescription_id=nobody, patient_id=nobody,
        practitioner_id=nobody, pharmacy_id=nobody, signed_at=None, line=1, medicine_id=nobody,
        generic_name="Paracetamol", strength="500 mg", form="tablet", brand="", schedule=Schedule.H,
        dose="1 tablet", route="oral", frequency="BD", days=10, quantity=20, instructions="",
        amount_minor=1_001, currency="INR", status=status, supplied=supplied, decline_reason=None,
        updated_at=datetime(2026, 11, 21, tzinfo=UTC), updated_by=nobody, owing=owing,
    )  # fmt: skip


LINES = st.builds(
    a_line, st.sampled_from(list(ItemStatus)), st.sampled_from([0, 12]), st.sampled_from([0, 8])
)


@given(st.lists(LINES, max_size=8))
def test_fulfilled_means_every_line_is_settled_nothing_owing_and_one_supplies(
    lines: list[PrescriptionItem],
) -> None:
    unsettled = {"PENDING", "PICKING", "CHECKED", "ON_HOLD", "OWING", "RETURNED_TO_STOCK"}
    waits = any(line.status in unsettled or line.owing for line in lines)
    supplies = any(line.status in {"READY", "HANDED_OVER"} or line.supplied for line in lines)
    assert is_fulfilled(lines) == (supplies and not waits)


@given(LINES)
def test_a_line_costs_what_is_or_will_be_supplied_of_it(line: PrescriptionItem) -> None:
    if line.status is ItemStatus.DECLINED:
        assert charged(line) == 0
    elif line.status is ItemStatus.CANCELLED:
        exact = Fraction(line.amount_minor * line.supplied, line.quantity)
        assert exact - Fraction(1, 2) < charged(line) <= exact + Fraction(1, 2)
    else:
        assert charged(line) == line.amount_minor


def test_a_refusal_survives_the_wire() -> None:
    problem = problems.InvalidField(detail="Quantity is 0.", field="items[0].quantity")
    wire = problems.encode_problem(problem)
    assert msgspec.json.decode(wire)["status"] == 422
    assert problems.decode_problem(wire) == problem


def test_each_refusal_has_a_code_of_its_own() -> None:
    codes = [kind.__struct_config__.tag for kind in problems.Refusal.__args__]  # type: ignore[attr-defined]
    assert len(codes) == len(set(codes)) == len(problems.Problem.__subclasses__())


def test_a_command_travels_under_its_own_path() -> None:
    item, prescription = uuid4(), uuid4()
    command = commands.DeclineItem(
        prescription_id=prescription, item_id=item, reason="out of stock"
    )
    assert commands.path_of(command) == f"/api/prescriptions/{prescription}/items/{item}/decline"
    decoded = msgspec.json.decode(msgspec.json.encode(command), type=commands.AnyCommand)
    assert decoded == command


def test_a_reason_cannot_be_empty_nor_a_text_endless() -> None:
    body = {"command": "cancel_prescription", "prescription_id": str(uuid4()), "reason": " "}
    with pytest.raises(msgspec.ValidationError, match="reason"):
        msgspec.convert(body, commands.CancelPrescription)
    with pytest.raises(msgspec.ValidationError, match="reason"):
        msgspec.convert({**body, "reason": "x" * 301}, commands.CancelPrescription)


def test_a_frame_says_from_and_to_as_the_protocol_names_them() -> None:
    wire = frames.encode_frame(frames.Ev(clinic=uuid4(), epoch="e", from_=4, to=9, items=[]))
    assert b'"from":4' in wire
    assert frames.decode_server_frame(wire).to == 9  # type: ignore[union-attr]
