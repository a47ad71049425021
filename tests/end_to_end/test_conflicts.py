"""Two desks of one therapist write on one draft while one of them is cut off: nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from clinicdesk.contract.commands import DraftItem
from clinicdesk.contract.entities import PrescriptionItem
from clinicdesk.contract.problems import IllegalState, Stale
from clinicdesk.core.conflict import DraftConflict, Happening, StateConflict, conflict_of
from clinicdesk.core.desk import Desk
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.remedies import why_not_again
from tests.end_to_end.clinic import AMOXICILLIN, MAIN, PARACETAMOL, a_line
from tests.end_to_end.desks import (
    Office,
    caught_up,
    equals_a_fresh_snapshot,
    live,
    rows_of,
    sent,
    submitted,
    write,
)
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.server import ServerHere, ServerProcess
from tests.end_to_end.truth import Truth


@pytest.fixture
async def other_room(
    server: ServerHere | ServerProcess, tmp_path: Path
) -> AsyncIterator[tuple[Office, Proxy]]:
    """A second desk's place, on a cable of its own."""
    async with Proxy(server.port) as cable:
        office = Office(tmp_path / "other room", cable.url)
        yield office, cable
        await office.close_all()


def lines(desk: Desk, prescription_id: UUID) -> list[tuple[UUID, int]]:
    found = sorted(desk.replica.items.of(prescription_id), key=lambda item: item.line)
    return [(item.medicine_id, item.quantity) for item in found]


def as_written(item: PrescriptionItem, quantity: int) -> DraftItem:
    return DraftItem(
        id=item.id, medicine_id=item.medicine_id, dose=item.dose, route=item.route,
        frequency=item.frequency, days=item.days, quantity=quantity,
        instructions=item.instructions,
    )  # fmt: skip


async def revise(desk: Desk, prescription_id: UUID, *items: DraftItem) -> UUID:
    return submitted(await desk.prescribing.revise_draft(prescription_id, items))


async def collide(
    here: Desk, there: Desk, cable: Proxy, *, signs: bool = False
) -> tuple[UUID, UUID]:
    """There something is written offline, here meanwhile something else: the draft, and the refused
    command of the desk there."""
    draft = await write(here, a_line(PARACETAMOL, 10))
    await sent(here)
    await until(lambda: there.replica.items.of(draft))
    cable.cut()
    await until(lambda: not there.link.reachable)
    (item,) = there.replica.items.of(draft)
    mine = await revise(there, draft, as_written(item, 30))
    if signs:
        submitted(await there.prescribing.sign_and_send(draft, MAIN))
    await revise(here, draft, as_written(item, 20), a_line(AMOXICILLIN, 5))
    await sent(here)
    cable.resume()
    await live(there)
    await sent(there)
    return draft, mine


def conflict(desk: Desk, op_id: UUID) -> DraftConflict:
    entry = desk.outbox.entry(op_id)
    assert entry is not None
    found = conflict_of(entry, desk.replica, len(desk.outbox.built_upon(op_id)))
    assert isinstance(found, DraftConflict)
    return found


async def agree(truth: Truth, *desks: Desk) -> None:
    """Both desks hold what the server holds."""
    head = await truth.head()
    for desk in desks:
        await caught_up(desk, head)
        await equals_a_fresh_snapshot(desk)
    first, second = map(rows_of, desks)
    assert first == second


async def test_mine_is_kept_upon_theirs_and_both_desks_are_equal(
    office: Office, other_room: tuple[Office, Proxy], truth: Truth
) -> None:
    elsewhere, cable = other_room
    here, there = await office.open("tara"), await elsewhere.open("tara")
    draft, refused = await collide(here, there, cable)

    assert lines(there, draft) == [(PARACETAMOL, 20), (AMOXICILLIN, 5)]
    entry = there.outbox.entry(refused)
    assert entry is not None
    assert isinstance(entry.refusal, Stale)
    found = conflict(there, refused)
    assert found.account.by == "Tara"
    assert found.here
    pairs = found.differences.lines
    assert [(p.mine is not None, p.theirs is not None, set(p.differing)) for p in pairs] == [
        (True, True, {"quantity"}),
        (False, True, set()),
    ]

    assert isinstance(await there.outbox.retry(refused, upon=found.version), Submitted)
    await sent(there)

    assert there.outbox.refused() == []
    await agree(truth, here, there)
    assert lines(here, draft) == lines(there, draft) == [(PARACETAMOL, 30)]


async def test_theirs_is_taken_and_both_desks_are_equal(
    office: Office, other_room: tuple[Office, Proxy], truth: Truth
) -> None:
    elsewhere, cable = other_room
    here, there = await office.open("tara"), await elsewhere.open("tara")
    draft, refused = await collide(here, there, cable)

    await there.outbox.discard(refused)

    assert there.outbox.entries() == []
    await agree(truth, here, there)
    assert lines(here, draft) == lines(there, draft) == [(PARACETAMOL, 20), (AMOXICILLIN, 5)]


async def test_what_was_signed_upon_a_refused_revision_signs_it_once_mine_is_kept(
    office: Office, other_room: tuple[Office, Proxy], truth: Truth
) -> None:
    elsewhere, cable = other_room
    here, there = await office.open("tara"), await elsewhere.open("tara")
    draft, refused = await collide(here, there, cable, signs=True)
    assert not await truth.is_signed(draft)
    found = conflict(there, refused)
    assert found.followers == 1
    (_revision, sign) = there.outbox.refused()
    alone = why_not_again(sign, there.replica, there.member, there.link)
    assert alone is not None, "nobody signs unread what somebody else wrote"

    await there.outbox.retry(refused, upon=found.version)
    await sent(there)

    assert there.outbox.refused() == []
    assert await truth.is_signed(draft)
    await agree(truth, here, there)
    assert lines(here, draft) == [(PARACETAMOL, 30)]


async def test_their_newer_version_is_never_replaced_unseen(
    office: Office, other_room: tuple[Office, Proxy], truth: Truth
) -> None:
    elsewhere, cable = other_room
    here, there = await office.open("tara"), await elsewhere.open("tara")
    draft, refused = await collide(here, there, cable)
    seen = conflict(there, refused).version
    await revise(here, draft, a_line(AMOXICILLIN, 7))
    await sent(here)

    await there.outbox.retry(refused, upon=seen)
    await sent(there)

    (again,) = there.outbox.refused()
    assert isinstance(again.refusal, Stale)
    await agree(truth, here, there)
    assert lines(here, draft) == [(AMOXICILLIN, 7)]


async def test_a_draft_that_was_signed_meanwhile_tells_who_did_what(
    office: Office, other_room: tuple[Office, Proxy]
) -> None:
    elsewhere, cable = other_room
    here, there = await office.open("tara"), await elsewhere.open("tara")
    draft = await write(here)
    await sent(here)
    await until(lambda: there.replica.items.of(draft))
    cable.cut()
    await until(lambda: not there.link.reachable)
    (item,) = there.replica.items.of(draft)
    mine = await revise(there, draft, as_written(item, 30))
    submitted(await here.prescribing.sign_and_send(draft, MAIN))
    await sent(here)
    cable.resume()
    await live(there)
    await sent(there)

    await until(lambda: there.replica.prescriptions.get(draft).signed_at is not None)  # type: ignore[union-attr]
    entry = there.outbox.entry(mine)
    assert entry is not None
    assert isinstance(entry.refusal, Stale | IllegalState)
    found = conflict_of(entry, there.replica)
    assert isinstance(found, StateConflict)
    assert (found.account.happening, found.account.by) == (Happening.SIGNED, "Tara")
    assert found.account.at is not None
    why = why_not_again(entry, there.replica, there.member, there.link)
    assert why is not None
    assert "signed" in why


async def test_discarding_what_had_reached_the_server_is_told_when_its_rows_come(
    office: Office, proxy: Proxy, truth: Truth
) -> None:
    desk = await office.open("tara")
    late: list[UUID] = []
    desk.outbox.late.add(lambda entry: late.append(entry.op_id))
    proxy.lose_answers()
    draft = await write(desk)
    (entry,) = desk.outbox.entries()
    await until(lambda: truth.times_done(entry.op_id))
    await until(lambda: proxy.lost)
    tried = desk.outbox.entry(entry.op_id)
    if tried is not None:
        await desk.outbox.discard(entry.op_id)
        proxy.resume()
        await until(lambda: late == [entry.op_id])
    proxy.resume()
    await live(desk)
    await until(lambda: draft in desk.replica.prescriptions)
    await equals_a_fresh_snapshot(desk)
    assert await truth.times_done(entry.op_id) == 1
