"""Free texts over HTTP: what cannot be read is refused, and the field is named in a sentence."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from clinicdesk.contract.commands import SetPrice, WriteSupplier
from clinicdesk.contract.money import GREATEST_PRICE_MINOR
from clinicdesk.contract.problems import InvalidField, NotFound
from clinicdesk.core.command_check import checked
from tests.server.http.hands import Hands

if TYPE_CHECKING:
    from clinicdesk.contract.commands import Command
    from tests.running_server import Desk

ON_A_PAID_ONE = [
    ("hand_over", {"collected_by": "  "}, "collected_by"),
    ("hand_over", {"collected_by": "Ravi\nKumar"}, "collected_by"),
    ("decline_item", {"reason": "     "}, "reason"),
    ("decline_item", {"reason": "out\tof stock"}, "reason"),
    ("cancel_item", {"reason": "\x1b[2Jgone"}, "reason"),
    ("hold_items", {"reason": "call\u2028back"}, "reason"),
    ("return_to_stock", {"reason": " . "}, "reason"),
    ("substitute_item", {"reason": "cheaper\n"}, "reason"),
    ("cancel_prescription", {"reason": "\xa0\xa0\xa0"}, "reason"),
    ("reject_order", {"note": "\u202egnorw"}, "note"),
    ("deliver_order", {"received_by": "\t"}, "received_by"),
    ("hand_over", {"collected_by": "\u200b\ufeff"}, "collected_by"),
    ("decline_item", {"reason": "\u2060\u2060\u2060\u2060"}, "reason"),
    ("check_item", {"batch_number": "\u200b"}, "batch_number"),
    ("fulfill_items", {"hand_reason": "   "}, "hand_reason"),
    ("fulfill_items", {"bin": " "}, "bin"),
    ("fulfill_items", {"bin": "B\n4"}, "bin"),
    ("check_item", {"hand_reason": "torn\r"}, "hand_reason"),
    ("check_item", {"batch_number": "B\n1"}, "batch_number"),
    ("note_counselling", {"text": "bell\a"}, "text"),
]


def is_refused(desk: Desk, command: Command, version: int | None, field: str) -> None:
    """By the server, and by the desk before it is saved."""
    problem = desk.refused(command, version)
    assert isinstance(problem, InvalidField), problem
    assert problem.field == field
    assert "regex" not in problem.detail
    wrong = checked(command)  # type: ignore[arg-type]
    assert wrong is not None
    assert wrong.field.endswith(field)
    assert "is not right" not in wrong.sentence


@pytest.mark.parametrize(("name", "changes", "field"), ON_A_PAID_ONE)
def test_a_text_that_says_nothing_or_cannot_be_seen_is_refused_by_its_field(
    hands: Hands, name: str, changes: dict[str, Any], field: str
) -> None:
    paid = hands.bring_to("paid")
    desk = hands.prescriber if name == "cancel_prescription" else hands.pharmacist
    command = replace(hands.any_command(name, paid), **changes)
    is_refused(desk, command, paid.prescription.version, field)
    assert hands.look(paid.prescription.id) == paid


def test_a_prescriber_s_texts_are_looked_at_too(hands: Hands) -> None:
    for changes, field in (
        ({"instructions": "after\nfood"}, "items[0].instructions"),
        ({"dose": " "}, "items[0].dose"),
        ({"dose": "1\ttablet"}, "items[0].dose"),
    ):
        is_refused(hands.prescriber, hands.write(items=[hands.line(**changes)]), None, field)
    is_refused(hands.prescriber, hands.write(note="a note\x00"), None, "note")
    hands.prescriber.done(hands.write(note="a note\n\tof two lines"))


def test_a_supplier_has_a_name_and_stands_on_one_line(hands: Hands) -> None:
    supplier = WriteSupplier(
        supplier_id=uuid.uuid4(), name="Deccan Pharma", phone="", email="", address=""
    )
    is_refused(hands.pharmacist, replace(supplier, name="\u3000"), None, "name")
    is_refused(hands.pharmacist, replace(supplier, address="Pune\n411001"), None, "address")
    is_refused(hands.pharmacist, replace(supplier, phone="+91\t20"), None, "phone")
    hands.pharmacist.done(supplier)


def test_a_price_by_hand_has_the_limit_that_one_of_a_file_has(hands: Hands) -> None:
    price = SetPrice(
        price_list_id=uuid.uuid4(),
        price_id=uuid.uuid4(),
        medicine_id=hands.medicines[0].id,
        price_minor=GREATEST_PRICE_MINOR,
        effective_from=datetime.now(UTC).date(),
    )
    is_refused(
        hands.pharmacist, replace(price, price_minor=GREATEST_PRICE_MINOR + 1), None, "price_minor"
    )
    assert isinstance(hands.pharmacist.refused(price), NotFound), "it was looked for"
