"""What a desk is told that its rows should add up to is what its snapshot adds up to."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime

import msgspec

from clinicdesk.contract.digest import digest_of
from clinicdesk.contract.entities import ENTITIES, Member
from clinicdesk.contract.frames import Digest
from clinicdesk.contract.session import SNAPSHOT
from clinicdesk.contract.snapshot import whole_snapshot
from clinicdesk.server.database.database import Database
from clinicdesk.server.live.digests import AT_MOST_PER_S, EVERY_S, Comparer, Digests
from tests.running_server import RunningServer

LOGINS = ("sunita.rao", "vikram.patil", "anjali.kulkarni", "meenal.apte")


def now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """Whoever can be given a digest."""

    def __init__(self, member: Member | None) -> None:
        self.live_member = member
        self.given: list[Digest] = []

    async def compare(self, digest: Digest) -> None:
        self.given.append(digest)


def test_a_digest_counts_what_the_snapshot_holds(server: RunningServer) -> None:
    """For each role and kind; in the demo clinic some families are settled."""
    for login in LOGINS:
        desk = server.sign_in(login)
        whole = whole_snapshot(desk.get(SNAPSHOT).content)
        held = {kind: [] for kind in ENTITIES} | whole.rows
        for kind, bodies in held.items():
            digest = reckon(server, desk.session.member, kind)
            rows = [msgspec.json.decode(body, type=ENTITIES[kind]) for body in bodies]
            assert (digest.count, digest.hash) == digest_of((row.id, row.version) for row in rows)
            assert digest.seq == whole.head.seq
            assert digest.settled_before == whole.head.settled_before


def reckon(server: RunningServer, member: Member, kind: str) -> Digest:
    async def once() -> Digest:
        database = await Database.open(server.database_url, pool_size=1)
        try:
            return await Digests(database, now, random.Random(1)).reckon(member, kind)
        finally:
            await database.close()

    return asyncio.run(once())


def test_each_desk_has_its_turn_about_once_in_ten_minutes() -> None:
    digests = Digests(None, now, random.Random(1))  # type: ignore[arg-type]  # nothing is reckoned
    desks: list[Comparer] = [Desk(None) for _ in range(60)]
    given = [choice for _ in range(int(10 * EVERY_S)) for choice in digests.chosen(desks)]
    assert 450 < len(given) < 750
    assert {kind for _, kind in given} == set(ENTITIES)
    assert len({id(desk) for desk, _ in given}) == len(desks)


def test_a_server_with_very_many_desks_reckons_no_more_than_a_few_a_second() -> None:
    digests = Digests(None, now, random.Random(1))  # type: ignore[arg-type]  # nothing is reckoned
    desks: list[Comparer] = [Desk(None) for _ in range(20_000)]
    assert len(digests.chosen(desks)) == AT_MOST_PER_S


async def test_a_desk_that_does_not_follow_is_given_nothing() -> None:
    digests = Digests(None, now, random.Random(1))  # type: ignore[arg-type]  # nothing is reckoned
    desk = Desk(None)
    await digests.give(desk, "patient")
    assert desk.given == []
