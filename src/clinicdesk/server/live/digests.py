"""Check sums of what a desk should hold, for it to find by itself that it lost or kept a row.

The rows are counted as the snapshot reads them: under the member's row-level security, at one
moment of the database, without what has left the working set. One kind at a time and only now and
then: it is the last line of defence, not how rows travel.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, LiteralString, Protocol
from uuid import UUID

from prometheus_client import Counter

from clinicdesk.contract.entities import ENTITIES
from clinicdesk.contract.frames import Digest
from clinicdesk.contract.working_set import settled_before
from clinicdesk.server.database.database import Actor
from clinicdesk.server.domain.working_set import is_kept

if TYPE_CHECKING:
    from clinicdesk.contract.entities import Member
    from clinicdesk.server.database.database import Database

EVERY_S: Final = 600.0
"""How often a desk is given one kind to compare, on average."""
AT_MOST_PER_S: Final = 3.0
"""Of a server process, however many desks it has."""
PACE_S: Final = 1.0
_NO_DEVICE: Final = UUID(int=0)
"""Nothing is written, so nobody asks at which device."""

_reckoned = Counter("clinicdesk_live_digests", "Check sums given to desks to compare")


class Comparer(Protocol):
    """A socket whose desk can be given a check sum."""

    @property
    def live_member(self) -> Member | None:
        """Who is on the other end; None while the log is not being sent."""
        ...

    async def compare(self, digest: Digest) -> None:
        """Send it once the desk has been sent everything up to its `seq`, or not at all."""
        ...


class Digests:
    """Reckons digests, and gives them to desks in turn.

    Args:
        database: Where the rows are.
        now: The present moment, in UTC.
        chance: Draws who is next, and for which kind.
    """

    def __init__(
        self, database: Database, now: Callable[[], datetime], chance: random.Random
    ) -> None:
        self._database = database
        self._now = now
        self._chance = chance

    async def keep_on(
        self, desks: Callable[[], Sequence[Comparer]], note: Callable[[BaseException], None]
    ) -> None:
        """Give digests to the desks there are, until cancelled. Failures are told to `note`."""
        while True:
            await asyncio.sleep(PACE_S)
            for desk, kind in self.chosen(desks()):
                try:
                    await self.give(desk, kind)
                except Exception as error:  # of the database, or of one desk: the others go on
                    note(error)

    def chosen(self, desks: Sequence[Comparer]) -> list[tuple[Comparer, str]]:
        """Whose turn it is within `PACE_S`, and with which kind."""
        due = min(AT_MOST_PER_S, len(desks) / EVERY_S) * PACE_S
        count = int(due) + (self._chance.random() < due % 1)
        chosen = self._chance.sample(desks, min(count, len(desks)))
        return [(desk, self._chance.choice(_KINDS)) for desk in chosen]

    async def give(self, desk: Comparer, kind: str) -> None:
        """Give one desk one kind to compare. Raises `DatabaseDown`."""
        if (member := desk.live_member) is not None:
            digest = await self.reckon(member, kind)
            _reckoned.inc()
            await desk.compare(digest)

    async def reckon(self, member: Member, kind: str) -> Digest:
        """What the member's desk should hold of a kind, by `contract.digest.digest_of`.

        Raises `DatabaseDown`.
        """
        actor = Actor(
            clinic_id=member.clinic_id,
            member_id=member.id,
            account_id=member.account_id,
            device_id=_NO_DEVICE,
        )
        before = settled_before(self._now())
        async with self._database.snapshot(actor) as tx:
            found = await tx.one(
                _query(kind), {"clinic_id": member.clinic_id, "settled_before": before}
            )
        assert found is not None  # an aggregate without groups has one row
        seq, count, total = found
        return Digest(
            clinic=member.clinic_id,
            seq=seq,
            kind=kind,
            count=count,
            hash=total,
            settled_before=before,
        )


def _query(kind: str) -> LiteralString:
    # In the terms of digest_of: 15 hexadecimal digits are 60 bits, and 1152921504606846976 is
    # 2**60. A product does not fit into 64 bits, hence numeric.
    assert kind in ENTITIES
    table: LiteralString = kind  # one of the contract's own names
    return f"""
        select
            coalesce((select seq from clinic_head where clinic_id = %(clinic_id)s), 0),
            count(*),
            lpad(to_hex(mod(
                coalesce(sum(
                    ('x' || right(replace(id::text, '-', ''), 15))::bit(60)::bigint::numeric
                    * version
                ), 0),
                1152921504606846976
            )::bigint), 15, '0')
        from {table}
        where clinic_id = %(clinic_id)s and {is_kept(kind)}
    """


_KINDS: Final = tuple(ENTITIES)
