"""Any desk on any server, at any time: what one of them knows, the others know."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg

from clinicdesk.contract.frames import CloseCode, Cursor, ScopeChanged
from clinicdesk.contract.session import SESSION
from clinicdesk.server.database.database import Database
from clinicdesk.server.domain.staff.attempts import PER_ACCOUNT
from clinicdesk.server.housekeeping import keep_house
from tests.end_to_end.clinic import CLINIC, PASSWORD, an_id
from tests.end_to_end.desks import Office, caught_up, equals_a_fresh_snapshot, live, sent
from tests.end_to_end.desks import write as write_at_desk
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.raw import Follower
from tests.end_to_end.truth import Truth
from tests.server.several_servers.fleet import Fleet, joined
from tests.server.several_servers.visitors import Visitors, a_draft, cursor_of, write

PATIENCE_S = 20


async def test_a_desk_goes_on_at_another_server_exactly_after_its_cursor(
    fleet: Fleet, visitors: Visitors
) -> None:
    here, there = await fleet.start(2)
    tara = await visitors.sign_in(here, "tara")
    begun = await cursor_of(tara)
    async with Follower(tara, begun) as follower:
        for _ in range(3):
            done = await write(tara)
        await follower.follow_until(lambda at: at >= done.seq)
    reached = follower.frames[-1].to
    await here.kill()
    elsewhere = visitors.at(there, tara)
    missed = await write(elsewhere)

    cursor = Cursor(clinic=CLINIC, epoch=begun.epoch, seq=reached, access=begun.access)
    async with Follower(elsewhere, cursor) as again:
        await again.follow_until(lambda at: at >= missed.seq)
        last = await write(elsewhere)
        await again.follow_until(lambda at: at >= last.seq)

    assert again.frames[0].from_ == reached
    seqs = [item.seq for each in (follower, again) for frame in each.frames for item in frame.items]
    assert seqs == sorted(seqs)
    assert set(seqs) == set(range(begun.seq + 1, last.seq + 1))


async def test_desks_move_between_servers_and_hold_what_a_snapshot_holds(
    fleet: Fleet, tmp_path: Path
) -> None:
    """Behind one address, as behind a load balancer, that leads now here, now there."""
    here, there = await fleet.start(2)
    async with Proxy(here.port) as to_here, Proxy(there.port) as to_there:
        offices = Office(tmp_path / "a", to_here.url), Office(tmp_path / "b", to_there.url)
        tara, pia = await offices[0].open("tara"), await offices[1].open("pia")
        await write_at_desk(tara)
        await sent(tara)
        for proxy, server in ((to_here, there), (to_there, here)):
            proxy.cut()
            proxy.lead_to(server.port)
            proxy.resume()
        await live(tara)
        await live(pia)
        written = await write_at_desk(tara)
        await sent(tara)
        await until(lambda: tara.replica.prescriptions.server_row(written) is not None)

        for desk in (tara, pia):
            assert desk.replica.cursor is not None
            await caught_up(pia, desk.replica.cursor.seq)
            await equals_a_fresh_snapshot(desk)
        for office in offices:
            await office.close_all()


async def test_a_command_whose_answer_was_lost_is_answered_alike_by_another_server(
    fleet: Fleet, visitors: Visitors, truth: Truth
) -> None:
    here, there = await fleet.start(2)
    tara = await visitors.sign_in(here, "tara")
    command, op_id = a_draft(), uuid4()
    async with Proxy(here.port) as proxy:
        proxy.lose_answers()
        behind = visitors.through(proxy.url, tara)
        try:
            await behind.give(command, op_id=op_id)
        except httpx.TransportError:
            pass
        else:
            raise AssertionError("the answer was not lost")
    head = await truth.head()

    answer = await visitors.at(there, tara).give(command, op_id=op_id)
    again = await tara.give(command, op_id=op_id)

    assert answer.status_code == 201
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.content) == (answer.status_code, answer.content)
    assert await truth.head() == head
    assert await truth.times_done(op_id) == 1


async def test_the_same_command_at_all_servers_at_once_is_done_once(
    fleet: Fleet, visitors: Visitors, truth: Truth
) -> None:
    servers = await fleet.start(3)
    tara = await visitors.sign_in(servers[0], "tara")
    everywhere = [visitors.at(server, tara) for server in servers]
    command, op_id = a_draft(), uuid4()

    answers = await asyncio.gather(
        *(caller.give(command, op_id=op_id) for caller in everywhere * 4)
    )

    assert {answer.status_code for answer in answers} <= {201, 409}
    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    assert await truth.times_done(op_id) == 1


async def test_a_right_that_is_revoked_is_told_to_sockets_of_every_server(
    fleet: Fleet, visitors: Visitors, truth: Truth
) -> None:
    here, there = await fleet.start(2)
    await joined(fleet.servers, "notify")
    pia = await visitors.sign_in(here, "pia")
    callers = [pia, visitors.at(there, pia)]
    followers = [await Follower(caller, await cursor_of(caller)).__aenter__() for caller in callers]

    await truth.do(
        "update member set pharmacy_id = %(corner)s where id = %(pia)s",
        corner=an_id("pharmacy corner"), pia=an_id("member pia"),
    )  # fmt: skip

    for follower in followers:
        scope = await asyncio.wait_for(_next_scope(follower), PATIENCE_S)
        assert scope.revoked
        await follower.__aexit__(None, None, None)


async def test_a_membership_that_ends_closes_the_sockets_of_every_server(
    fleet: Fleet, visitors: Visitors, truth: Truth
) -> None:
    here, there = await fleet.start(2)
    pia = await visitors.sign_in(here, "pia")
    callers = [pia, visitors.at(there, pia)]
    followers = [await Follower(caller, await cursor_of(caller)).__aenter__() for caller in callers]

    await truth.do("update member set active = false where id = %(pia)s", pia=an_id("member pia"))

    for follower in followers:
        code = await asyncio.wait_for(follower.closed(), PATIENCE_S)
        assert code == CloseCode.REVOKED
    for caller in callers:
        await until(lambda caller=caller: _is_turned_away(caller.http))


async def test_a_session_that_is_ended_on_one_server_closes_its_socket_on_another(
    fleet: Fleet, visitors: Visitors
) -> None:
    here, there = await fleet.start(2)
    tara = await visitors.sign_in(here, "tara")
    elsewhere = visitors.at(there, tara)
    async with Follower(elsewhere, await cursor_of(elsewhere)) as follower:
        answer = await tara.http.delete(SESSION)
        assert answer.status_code == 204
        code = await asyncio.wait_for(follower.closed(), PATIENCE_S)

    assert code == CloseCode.AUTH
    await until(lambda: _is_turned_away(elsewhere.http))


async def test_guesses_at_a_password_are_counted_over_all_servers(
    fleet: Fleet, visitors: Visitors
) -> None:
    servers = await fleet.start(2)
    guess = {
        "login": "tara", "password": "a wrong password", "device_id": str(uuid4()),
        "device_name": "guesser", "device_key": "A" * 43,
    }  # fmt: skip
    async with httpx.AsyncClient(trust_env=False) as http:
        codes = [
            (await http.post(servers[number % 2].url + SESSION, json=guess)).status_code
            for number in range(PER_ACCOUNT + 2)
        ]
        right = await http.post(servers[1].url + SESSION, json=guess | {"password": PASSWORD})

    assert codes == [401] * PER_ACCOUNT + [429] * 2
    assert right.status_code == 429


async def test_chores_are_done_by_many_servers_at_once_without_a_fault(
    database_url: str, truth: Truth
) -> None:
    await truth.do("insert into sign_in_attempt (login, address, succeeded, at) select 'x', 'y',"
                   " false, now() - interval '2 days' from generate_series(1, 1000)")  # fmt: skip
    await _forget_partitions(database_url)
    databases = [await Database.open(database_url, pool_size=2) for _ in range(4)]
    chores = [asyncio.create_task(keep_house(database)) for database in databases]

    await until(lambda: _nothing_left(truth))

    for chore in chores:
        assert not chore.done()
        chore.cancel()
    await asyncio.gather(*chores, return_exceptions=True)
    for database in databases:
        await database.close()


async def _next_scope(follower: Follower) -> ScopeChanged:
    while True:
        frame = await follower.next_frame()
        if isinstance(frame, ScopeChanged):
            return frame


async def _is_turned_away(http: httpx.AsyncClient) -> bool:
    return (await http.get("/api/snapshot")).status_code == 401


_PARTITIONS = (
    "select count(*) from pg_inherits where inhparent = 'clinic_log'::regclass"
    " and inhrelid::regclass::text like 'clinic_log_2%%'"
)


async def _nothing_left(truth: Truth) -> bool:
    old = await truth.value("select count(*) from sign_in_attempt")
    return old == 0 and await truth.value(_PARTITIONS) == 4


async def _forget_partitions(url: str) -> None:
    """As if no server had run for months."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        rows = await connection.execute(
            "select inhrelid::regclass::text from pg_inherits where inhparent ="
            " 'clinic_log'::regclass and inhrelid::regclass::text like 'clinic_log_2%'"
        )
        for (part,) in await rows.fetchall():
            await connection.execute(f"alter table clinic_log detach partition {part}".encode())
            await connection.execute(
                f"insert into clinic_log_default select * from {part}".encode()
            )
            await connection.execute(f"drop table {part}".encode())
