"""What a desk does beside the work does not disturb the work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from clinicdesk.contract.problems import Refusal
from clinicdesk.core import upkeep as upkeep_module
from clinicdesk.core.live.link import Link
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from clinicdesk.core.transport import Transport, Unreachable, UnreachableReason
from clinicdesk.core.upkeep import Upkeep
from tests.core import sample
from tests.core.patience import eventually
from tests.core.sample import NOON, a_patient, a_snapshot, an_id

NOT_THERE = Unreachable(UnreachableReason.NOT_THERE, "There is no server here.")
MANY = 40


class Nobody:
    """Has no token."""

    async def access_token(self) -> str | Refusal | Unreachable:
        return NOT_THERE

    async def renew(self, used: str) -> str | Refusal | Unreachable:
        return NOT_THERE


def upkeep_of(replica: Replica, store: Store) -> Upkeep:
    outbox = Outbox(store.outbox, replica, lambda: sample.pharmacist, lambda: NOON, NoTrace())
    transport = Transport("http://127.0.0.1:1")
    return Upkeep(replica, store, outbox, transport, Nobody(), Link(lambda: NOON), lambda: NOON)


async def test_a_mistake_is_told_and_the_next_time_comes_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: told.append(context["message"])
    )
    monkeypatch.setattr(upkeep_module, "EVERY_S", 0.01)
    replica = Replica(store.rows, sample.pharmacist.id, NoTrace())
    monkeypatch.setattr(replica, "tidy", None)  # nothing that can be called
    upkeep = upkeep_of(replica, store)
    upkeep.start()
    await eventually(lambda: len(told) >= 2)
    await upkeep.close()


async def test_what_is_tidied_up_while_a_snapshot_comes_leaves_the_snapshot_whole(
    store: Store,
) -> None:
    replica = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await replica.load()
    await replica.swap(a_snapshot(sample.pharmacist, a_patient()))
    patients = [a_patient(f"Hemi {n}", id=an_id(f"patient {n}")) for n in range(MANY)]
    document = bytes(a_snapshot(sample.pharmacist, *patients, seq=2))
    upkeep = upkeep_of(replica, store)

    async def pieces() -> AsyncIterator[bytes]:
        last = document.rindex(b"\n", 0, -1) + 1
        yield document[:last]
        upkeep.start()
        for _ in range(50):  # as far as it comes before the rest
            await store.outbox.all()
        yield document[last:]

    await replica.swap(pieces())
    await upkeep.close()

    again = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await again.load()
    assert {row.id for row in again.patients.values()} == {row.id for row in patients}
