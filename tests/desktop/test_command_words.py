"""Every command has words of its own, since any may wait in the outbox or be refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest

from clinicdesk.contract.commands import AnyCommand, CheckItem, PickItems, TakePayment
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from clinicdesk.desktop.command_words import command_words
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY
from tests.core.sample import NOON, an_id, an_item

EVERY = sorted(get_args(AnyCommand), key=lambda each: str(each.__name__))
VALUES = {"amount_minor": 41_200, "currency": "INR", "item_ids": [an_id("line 1")],
          "item_id": an_id("line 2")}  # fmt: skip


def any_of(command: Any) -> Any:
    """One of its kind; what its fields say is looked at elsewhere."""
    fields = {name: VALUES.get(name, an_id(name)) for name in command.__struct_fields__}
    return command(**fields)


@pytest.mark.parametrize("command", EVERY)
def test_it_is_said_what_a_command_does(command: Any) -> None:
    assert command_words(any_of(command))


def test_only_what_is_written_anew_is_said_alike() -> None:
    said = [command_words(any_of(command)) for command in EVERY]
    assert len(said) - len(set(said)) == 2, "a draft and an order to a supplier are saved twice"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "desk.db", KEY, IDENTITY, lambda: NOON)
    yield opened
    await opened.close()


async def test_lines_are_named_by_their_numbers_where_they_are_known(store: Store) -> None:
    replica = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await replica.load()
    prescription = sample.signed(sample.a_prescription())
    lines = [an_item(prescription), an_item(prescription, "line 2", line=2)]
    await replica.swap(
        sample.a_snapshot(sample.pharmacist, sample.a_patient(), prescription, *lines)
    )
    assert command_words(any_of(CheckItem), replica) == "Check line 2"
    both = PickItems(prescription_id=prescription.id, item_ids=[line.id for line in lines])
    assert command_words(both, replica) == "Pick lines 1, 2"
    assert command_words(both) == "Pick 2 lines"
    assert command_words(any_of(TakePayment)) == "Take payment ₹\N{NO-BREAK SPACE}412.00"
