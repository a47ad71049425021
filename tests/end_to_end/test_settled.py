"""What is settled: away from desks, back whole when it changes, at hand when somebody asks."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.contract.working_set import settled_before
from clinicdesk.core.clock import utc_now
from clinicdesk.core.desk import Desk
from tests.end_to_end.desks import (
    Office,
    equals_a_fresh_snapshot,
    sent,
    submitted,
    write_and_sign,
)
from tests.end_to_end.polling import until
from tests.end_to_end.truth import Truth


async def _cancelled_years_ago(office: Office, truth: Truth) -> tuple[Desk, UUID]:
    """The prescriber who cancelled, and what."""
    tara = await office.open("tara")
    prescription_id = await write_and_sign(tara)
    submitted(await tara.prescribing.cancel(prescription_id, "no longer needed"))
    await sent(tara)
    await until(lambda: _status(tara, prescription_id) is PrescriptionStatus.CANCELLED)
    await truth.age(prescription_id)
    return tara, prescription_id


def _status(desk: Desk, prescription_id: UUID) -> PrescriptionStatus | None:
    row = desk.replica.prescriptions.server_row(prescription_id)
    return None if row is None else row.status


async def test_a_new_desk_is_not_given_what_was_settled_long_ago(
    office: Office, truth: Truth
) -> None:
    _tara, settled = await _cancelled_years_ago(office, truth)
    for login in ("pia", "ada", "rita"):
        desk = await office.open(login)
        assert settled not in desk.replica.prescriptions
        assert desk.replica.items.of(settled) == []
        await equals_a_fresh_snapshot(desk)


async def test_a_line_of_a_settled_prescription_that_changes_brings_nothing_back(
    office: Office, truth: Truth
) -> None:
    _tara, settled = await _cancelled_years_ago(office, truth)
    ada = await office.open("ada")
    await truth.do(
        "update prescription_item set status = 'ON_HOLD', hold_reason = 'looked into' "
        "where prescription_id = %(id)s",
        id=settled,
    )
    head = await truth.head()
    await until(lambda: ada.replica.cursor is not None and ada.replica.cursor.seq >= head)
    await until(lambda: ada.replica.items.of(settled) == [])
    await equals_a_fresh_snapshot(ada)


async def test_a_settled_prescription_that_is_changed_comes_back_with_its_lines(
    office: Office, truth: Truth
) -> None:
    _tara, settled = await _cancelled_years_ago(office, truth)
    desks = [await office.open(login) for login in ("ada", "pia")]
    await truth.do(
        "update prescription set cancel_reason = 'corrected' where id = %(id)s", id=settled
    )
    for desk in desks:
        await until(lambda desk=desk: len(desk.replica.items.of(settled)) == 1)  # type: ignore[misc]
        row = desk.replica.prescriptions.get(settled)
        assert row is not None
        assert row.cancel_reason == "corrected"
        await equals_a_fresh_snapshot(desk)


async def test_a_desk_lets_go_when_a_day_begins_on_which_something_is_settled(
    office: Office, truth: Truth
) -> None:
    tara, settled = await _cancelled_years_ago(office, truth)
    before = settled_before(utc_now() + timedelta(days=200))
    assert await tara.replica.let_go(before, {settled}) == 0
    assert await tara.replica.let_go(before, frozenset()) == 1
    assert settled not in tara.replica.prescriptions
    await office.close(tara)
    again = await office.reopen("tara")
    await until(lambda: again.replica.complete)
    assert settled not in again.replica.prescriptions
    assert again.replica.items.of(settled) == []
