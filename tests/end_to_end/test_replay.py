"""A command takes effect once, however often it is sent and whatever becomes of the answers."""

from __future__ import annotations

from uuid import uuid4

import pytest

from clinicdesk.contract.commands import WriteDraft
from clinicdesk.core.identity import new_id
from tests.end_to_end.clinic import PATIENTS, a_line
from tests.end_to_end.desks import (
    Office,
    equals_a_fresh_snapshot,
    sent,
)
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.raw import Caller
from tests.end_to_end.steps import STEPS, before, give
from tests.end_to_end.truth import Truth


async def test_a_command_that_is_sent_again_is_answered_alike_and_done_once(
    proxy: Proxy, truth: Truth
) -> None:
    caller = await Caller.sign_in(proxy.url, "tara")
    op_id = uuid4()
    command = WriteDraft(
        prescription_id=new_id(), patient_id=PATIENTS[0], pharmacy_id=None, note=None,
        items=[a_line()],
    )  # fmt: skip

    first = await caller.give(command, op_id=op_id)
    head = await truth.head()
    again = await caller.give(command, op_id=op_id)
    await caller.close()

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await truth.head() == head


async def test_a_refusal_is_answered_alike_when_the_command_is_sent_again(
    proxy: Proxy, truth: Truth
) -> None:
    caller = await Caller.sign_in(proxy.url, "tom")
    op_id = uuid4()
    command = WriteDraft(
        prescription_id=new_id(), patient_id=PATIENTS[0], pharmacy_id=None, note=None, items=[]
    )

    first = await caller.give(command, op_id=op_id)
    again = await caller.give(command, op_id=op_id)
    await caller.close()

    assert first.status_code == 404
    assert (first.status_code, first.content) == (again.status_code, again.content)


@pytest.mark.parametrize("step", STEPS)
async def test_a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(
    office: Office, proxy: Proxy, truth: Truth, step: str
) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")
    prescription_id = await before(step, tara, pia)
    await sent(tara)
    await sent(pia)
    proxy.lose_answers()

    op_id = await give(step, tara, pia, prescription_id)
    await until(lambda: proxy.lost >= 2)
    proxy.resume()
    await sent(tara)
    await sent(pia)

    assert await truth.times_done(op_id) == 1
    assert tara.outbox.refused() == pia.outbox.refused() == []
    await equals_a_fresh_snapshot(tara)
    await equals_a_fresh_snapshot(pia)
    await until(lambda: tara.outbox.entries() == pia.outbox.entries() == [])
