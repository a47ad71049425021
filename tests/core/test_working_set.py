"""What is settled leaves the desk and comes back whole: following equals a fresh snapshot."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.digest import digest_of
from clinicdesk.contract.entities import (
    Payment,
    PaymentKind,
    PaymentStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    Row,
)
from clinicdesk.contract.frames import Item
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.working_set import FAMILY, KEPT_FOR, is_settled, settled_before
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from clinicdesk.core.upkeep import named_in
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY
from tests.core.sample import (
    KINDS,
    NOON,
    Document,
    a_draft_command,
    a_frame,
    a_line,
    a_medicine,
    a_patient,
    a_payment,
    a_prescription,
    a_snapshot,
    an_id,
    an_item,
    change,
    gone,
    signed,
)
from tests.core.test_replica import pending

LONG_AFTER = NOON + KEPT_FOR + timedelta(days=2)


class Family(Struct):
    """A prescription with what belongs to it, as the database has it."""

    head: Prescription
    item: PrescriptionItem
    payment: Payment | None = None

    @property
    def rows(self) -> list[Row]:
        return [row for row in (self.head, self.item, self.payment) if row is not None]

    @property
    def detail(self) -> PrescriptionDetail:
        payments = [] if self.payment is None else [self.payment]
        return PrescriptionDetail(prescription=self.head, items=[self.item], payments=payments)

    def is_settled(self, before: datetime) -> bool:
        return is_settled(self.head, self.detail.payments, before)


class Clinic:
    """The truth, its log, and the time."""

    def __init__(self) -> None:
        self.now = NOON
        self.seq = 1
        self.families: dict[int, Family] = {}
        self._versions: dict[UUID, int] = {}

    def do(self, what: str, number: int) -> list[Item]:
        """Carry something out; the entries of the log that it makes."""
        family = self.families.get(number)
        if family is None:
            return self._write(number)
        match what:
            case "complete" if family.head.status is not PrescriptionStatus.COMPLETED:
                done = PrescriptionStatus.COMPLETED
                family.head = self._next(family.head, status=done, updated_at=self.now)
                return [change(family.head)]
            case "touch":
                family.head = self._next(family.head, updated_at=self.now)
                return [change(family.head)]
            case "repeat" if family.head.repeats_used < family.head.repeats:
                family.head = self._next(family.head, repeats_used=1, updated_at=self.now)
                return [change(family.head)]
            case "correct the line":
                family.item = self._next(family.item, instructions=f"at {self.seq}")
                return [change(family.item)]
            case "owe" if family.payment is None:
                row = a_payment(family.head, f"payment {number}", kind=PaymentKind.REFUND)
                family.payment = self._next(row, status=PaymentStatus.PENDING, settled_at=None)
                return [change(family.payment)]
            case "pay out" if family.payment is not None:
                paid = PaymentStatus.COMPLETED
                family.payment = self._next(family.payment, status=paid, settled_at=self.now)
                return [change(family.payment)]
            case "take away":
                del self.families[number]
                return [gone(row) for row in family.rows]
        return []

    def snapshot(self) -> Document:
        before = settled_before(self.now)
        rows = [row for f in self.families.values() if not f.is_settled(before) for row in f.rows]
        return a_snapshot(sample.pharmacist, *rows, seq=self.seq, settled_before=before)

    def kept(self, kind: str) -> dict[UUID, Row]:
        before = settled_before(self.now)
        return {
            row.id: row
            for family in self.families.values()
            if not family.is_settled(before)
            for row in family.rows
            if KINDS[type(row)] == kind
        }

    def find(self, prescription_id: UUID) -> PrescriptionDetail | None:
        found = [f for f in self.families.values() if f.head.id == prescription_id]
        return found[0].detail if found else None

    def _write(self, number: int) -> list[Item]:
        name = f"rx {number}"
        valid_until = (self.now + 2 * KEPT_FOR).date()
        head = signed(
            a_prescription(name, created_at=self.now, updated_at=self.now),
            repeats=number % 2,
            valid_until=valid_until,
        )
        family = Family(self._next(head), self._next(an_item(head, f"line {number}")))
        self.families[number] = family
        return [change(row) for row in family.rows]

    def _next(self, row: Any, **changes: Any) -> Any:
        version = self._versions[row.id] = self._versions.get(row.id, 0) + 1
        return replace(row, version=version, **changes)


class Follower:
    """A desk's replica on a store of its own, without a network in between."""

    def __init__(self, clinic: Clinic, store: Store) -> None:
        self._clinic = clinic
        self._store = store
        self.replica = Replica(store.rows, sample.pharmacist.id, NoTrace())

    async def begin(self) -> None:
        await self.replica.load()
        if self.replica.position is None:
            await self.replica.swap(self._clinic.snapshot())

    async def restart(self) -> None:
        self.replica = Replica(self._store.rows, sample.pharmacist.id, NoTrace())
        await self.replica.load()

    async def hear(self, items: list[Item], *, apart: bool) -> None:
        """Follow what happened: in one frame, or in one for each row."""
        for some in [[item] for item in items] if apart else [items]:
            if some:
                self._clinic.seq += 1
                await self.replica.apply(a_frame(self._clinic.seq - 1, self._clinic.seq, *some))

    async def make_whole(self, meanwhile: list[tuple[str, int]]) -> None:
        """Fetch what is wanted; things go on happening between the question and the answer."""
        for family in await self.replica.families_wanted():
            with self.replica.expecting() as expected:
                found = self._clinic.find(family)
                for what, number in meanwhile:
                    await self.hear(self._clinic.do(what, number), apart=False)
                await self.replica.take_family(family, found, expected)

    async def equals_a_fresh_snapshot(self) -> None:
        replica, before = self.replica, settled_before(self._clinic.now)
        while await replica.families_wanted():
            await self.make_whole([])
        await replica.let_go(before, frozenset())
        for kind in FAMILY:
            held = {row.id: row for row in replica.collection(kind).server_values()}
            kept = self._clinic.kept(kind)
            assert held == kept
            counted = digest_of((row.id, row.version) for row in kept.values())
            assert await replica.digest(kind, before) == counted


HAPPENINGS = st.tuples(
    st.sampled_from(
        [
            "complete",
            "complete",
            "repeat",
            "touch",
            "correct the line",
            "owe",
            "pay out",
            "take away",
        ]
    ),
    st.integers(0, 1),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("happen"), HAPPENINGS, st.booleans()),
        st.tuples(st.just("happen"), HAPPENINGS, st.booleans()),
        st.tuples(st.just("days"), st.sampled_from([1, 89, 91])),
        st.tuples(st.just("let go")),
        st.tuples(st.just("a season passes")),
        st.tuples(st.just("fetch"), st.lists(HAPPENINGS, max_size=2)),
        st.tuples(st.just("restart")),
        st.tuples(st.just("snapshot")),
    ),
    min_size=8,
    max_size=40,
)


@settings(max_examples=100)
@given(steps=STEPS)
async def test_a_desk_that_followed_for_months_equals_a_fresh_snapshot(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Any, ...]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("desk")
    store = await Store.open(folder / "desk.db", KEY, IDENTITY, lambda: NOON)
    clinic = Clinic()
    desk = Follower(clinic, store)
    await desk.begin()
    for step in steps:
        match step:
            case ("happen", (what, number), apart):
                await desk.hear(clinic.do(what, number), apart=apart)
            case ("days", days):
                clinic.now += timedelta(days=days)
            case ("a season passes",):
                clinic.now += KEPT_FOR + timedelta(days=1)
                await desk.replica.let_go(settled_before(clinic.now), frozenset())
            case ("let go",):
                await desk.replica.let_go(settled_before(clinic.now), frozenset())
            case ("fetch", meanwhile):
                await desk.make_whole(meanwhile)
            case ("restart",):
                await desk.restart()
            case ("snapshot",):
                await desk.replica.swap(clinic.snapshot())
    await desk.equals_a_fresh_snapshot()
    await desk.restart()
    await desk.equals_a_fresh_snapshot()
    await store.close()


async def a_settled_family(store: Store) -> tuple[Replica, Prescription]:
    """Long after; a desk that has it still."""
    head = signed(a_prescription(), status=PrescriptionStatus.COMPLETED)
    replica = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await replica.load()
    rows = (a_patient(), head, an_item(head), a_payment(head))
    await replica.swap(a_snapshot(sample.pharmacist, *rows))
    return replica, head


async def test_a_settled_family_leaves_whole_and_from_the_disk_too(store: Store) -> None:
    replica, head = await a_settled_family(store)
    assert await replica.let_go(settled_before(LONG_AFTER), frozenset()) == 1
    again = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await again.load()
    for each in (replica, again):
        assert head.id not in each.prescriptions
        assert each.items.values() == []
        assert each.payments.values() == []
        assert each.patients.values() == [a_patient()]
        assert each.position is not None
        assert each.position.settled_before == settled_before(LONG_AFTER)


async def test_a_family_that_somebody_has_begun_something_with_stays(store: Store) -> None:
    replica, head = await a_settled_family(store)
    assert await replica.let_go(settled_before(LONG_AFTER), {head.id}) == 0
    assert replica.items.of(head.id)


async def test_a_family_that_may_be_dispensed_again_stays_until_its_last_day_has_passed(
    store: Store,
) -> None:
    replica, head = await a_settled_family(store)
    last = LONG_AFTER.date()
    left = replace(head, version=head.version + 1, repeats=2, repeats_used=1, valid_until=last)
    await replica.apply(a_frame(1, 2, change(left)))
    assert await replica.let_go(settled_before(LONG_AFTER), frozenset()) == 0
    tomorrow = LONG_AFTER + timedelta(days=1)
    assert await replica.let_go(settled_before(tomorrow), frozenset()) == 1


async def test_what_is_shown_of_a_pending_command_settles_nothing(store: Store) -> None:
    replica, _head = await a_settled_family(store)
    command = a_draft_command(a_line(a_medicine(), "line 2"), name="another")
    replica.show_pending(command.prescription_id, pending(command))
    before = settled_before(NOON)
    shown = len(replica.prescriptions)
    assert shown == 2
    assert (await replica.digest("prescription", before) or (0, ""))[0] == 1


async def test_a_check_sum_of_an_earlier_day_than_what_was_let_go_says_nothing(
    store: Store,
) -> None:
    replica, _head = await a_settled_family(store)
    before = settled_before(LONG_AFTER)
    await replica.let_go(before, frozenset())
    assert await replica.digest("prescription", before - timedelta(days=1)) is None
    assert await replica.digest("prescription", before) == digest_of([])
    assert await replica.digest("patient", before) == digest_of([(a_patient().id, 1)])


async def test_a_part_of_a_family_that_was_let_go_is_wanted_until_it_was_fetched(
    store: Store,
) -> None:
    replica, head = await a_settled_family(store)
    await replica.let_go(settled_before(LONG_AFTER), frozenset())
    told: list[None] = []
    replica.family_wanted.add(told.append)
    line = replace(an_item(head), version=9)
    await replica.apply(a_frame(1, 2, change(line)))
    assert told == [None]
    again = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await again.load()
    assert await again.families_wanted() == [head.id]
    assert await again.digest("payment", settled_before(LONG_AFTER)) is None

    owed = a_payment(head, status=PaymentStatus.PENDING)
    detail = PrescriptionDetail(prescription=head, items=[line], payments=[owed])
    with again.expecting() as expected:
        assert await again.take_family(head.id, detail, expected)
    assert await again.families_wanted() == []
    assert again.prescriptions.values() == [head]
    assert again.payments.of(head.id) == [owed]


async def test_what_leaves_while_a_family_is_on_its_way_does_not_come_back(store: Store) -> None:
    replica, head = await a_settled_family(store)
    await replica.let_go(settled_before(LONG_AFTER), frozenset())
    open_again = replace(head, version=9, status=PrescriptionStatus.PAID, updated_at=LONG_AFTER)
    await replica.apply(a_frame(1, 2, change(open_again)))
    line = an_item(head)
    with replica.expecting() as expected:
        await replica.apply(a_frame(2, 3, gone(line)))
        detail = PrescriptionDetail(prescription=open_again, items=[line], payments=[])
        assert await replica.take_family(head.id, detail, expected)
    assert replica.prescriptions.values() == [open_again]
    assert replica.items.values() == []


async def test_an_answer_from_before_everything_was_fetched_anew_is_not_taken(
    store: Store,
) -> None:
    replica, head = await a_settled_family(store)
    with replica.expecting() as expected:
        await replica.swap(a_snapshot(sample.pharmacist, a_patient(), seq=7))
        detail = PrescriptionDetail(prescription=head, items=[], payments=[])
        assert not await replica.take_family(head.id, detail, expected)
    assert head.id not in replica.prescriptions


def test_the_families_named_in_keys_of_half_typed_forms_are_found() -> None:
    one = an_id("one")
    assert named_in([f"prescription:{one}", "search", "prescription:broken"]) == {one}
