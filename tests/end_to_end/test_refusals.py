"""Whatever is wrong with the server, the password or the session: one clear outcome, no loss."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from clinicdesk.contract.problems import Unavailable, WrongCredentials, WrongProtocol
from clinicdesk.contract.session import ServerCard
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.outbox import PendingState
from clinicdesk.core.session import Session, ask_server
from clinicdesk.core.transport import Unreachable, UnreachableReason
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.epoch import count_restore
from tests.end_to_end.clinic import PASSWORD, an_id
from tests.end_to_end.desks import (
    Office,
    equals_a_fresh_snapshot,
    live,
    sent,
    write,
    write_and_sign,
)
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.raw import Caller
from tests.end_to_end.server import ServerProcess
from tests.end_to_end.strangers import (
    LATER_VERSION,
    NO_PAGE,
    PAGE,
    TLS_ALERT,
    answering,
    make_certificate,
)
from tests.end_to_end.truth import Truth
from tests.postgres import FreshDatabase


async def try_to_sign_in(office: Office, server: str, password: str = PASSWORD) -> object:
    return await Session.sign_in(
        server, "tara", password, home=office.home("tara"), vault=office.vault("tara"),
        profiles=office.profiles("tara"), device_name="a test",
    )  # fmt: skip


async def test_a_wrong_password_and_a_wrong_login_are_refused_alike(office: Office) -> None:
    wrong = await try_to_sign_in(office, office.server, "not the password")

    assert isinstance(wrong, WrongCredentials)
    assert wrong.detail == "The login or the password is not right."


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        ("http://no-such-host.invalid", UnreachableReason.UNKNOWN_HOST),
        ("not an address", UnreachableReason.ADDRESS),
        ("", UnreachableReason.ADDRESS),
        ("ftp://127.0.0.1", UnreachableReason.ADDRESS),
    ],
)
async def test_an_unknown_server_is_named_as_such(
    tmp_path: Path, server: str, reason: UnreachableReason
) -> None:
    outcome = await try_to_sign_in(Office(tmp_path, server), server)

    assert isinstance(outcome, Unreachable)
    assert outcome.reason is reason
    assert outcome.sentence.endswith(".")


async def test_a_port_where_nobody_listens_is_a_server_that_is_not_there(tmp_path: Path) -> None:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{probe.getsockname()[1]}"

        outcome = await try_to_sign_in(Office(tmp_path, server), server)

    assert isinstance(outcome, Unreachable)
    assert outcome.reason is UnreachableReason.NOT_THERE


@pytest.mark.parametrize("answer", [PAGE, NO_PAGE, TLS_ALERT], ids=["page", "no page", "tls"])
async def test_something_else_at_the_address_is_not_taken_for_a_server(
    tmp_path: Path, answer: bytes
) -> None:
    async with answering(answer) as port:
        server = f"http://127.0.0.1:{port}"
        card = await ask_server(server)
        outcome = await try_to_sign_in(Office(tmp_path, server), server)

    for each in (card, outcome):
        assert isinstance(each, Unreachable)
        assert each.reason is UnreachableReason.NOT_CLINICDESK


async def test_a_server_of_another_version_is_named_as_such(tmp_path: Path) -> None:
    async with answering(LATER_VERSION) as port:
        server = f"http://127.0.0.1:{port}"
        outcome = await try_to_sign_in(Office(tmp_path, server), server)

    assert isinstance(outcome, WrongProtocol)
    assert outcome.server_protocol == 9


async def test_a_server_that_was_replaced_by_one_of_another_version_refuses_the_desk(
    office: Office, proxy: Proxy
) -> None:
    desk = await office.open("tara")

    async with answering(LATER_VERSION) as port:
        proxy.lead_to(port)
        written = await write(desk)

        await until(lambda: desk.hurry() or desk.link.status is LinkStatus.REFUSED)

        assert "another version" in desk.link.detail
        assert desk.outbox.pending(written) in (PendingState.SAVED_HERE, PendingState.SENDING)


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted_until_it_is_pinned(
    database_url: str, tmp_path: Path
) -> None:
    certificate, key = make_certificate(tmp_path)
    server = ServerProcess(
        database_url, tmp_path,
        CLINICDESK_TLS_CERT=str(certificate), CLINICDESK_TLS_KEY=str(key),
    )  # fmt: skip
    office = Office(tmp_path, server.url)
    await server.start()
    try:
        refused = await try_to_sign_in(office, server.url)
        assert isinstance(refused, Unreachable)
        assert refused.reason is UnreachableReason.CERTIFICATE

        office.profiles("tara").pin_authority(server.url, certificate)
        desk = await office.open("tara")
        await write(desk)
        await sent(desk)
        assert isinstance(await ask_server(server.url, certificate), ServerCard)
    finally:
        await office.close_all()
        await server.kill()


async def test_an_ended_session_keeps_what_was_done_until_somebody_signs_in_again(
    office: Office, truth: Truth
) -> None:
    desk = await office.open("tara")
    await truth.do("update session set ended_at = now(), end_reason = 'a test'")

    async def is_signed_out() -> bool:
        await desk.session.transport.call("GET", "/api/snapshot", tokens=desk.session)
        return desk.link.status is LinkStatus.SIGNED_OUT

    await until(is_signed_out)  # the server trusts a session for two seconds
    written = await write(desk)
    assert desk.link.detail == "Your session has ended; please sign in again."
    assert desk.outbox.pending(written) is not None

    assert await desk.session.sign_in_again(PASSWORD, device_name="a test") is None
    await live(desk)
    await sent(desk)

    assert await truth.status(written) == "DRAFT"
    await equals_a_fresh_snapshot(desk)


async def test_a_membership_that_ends_closes_the_desk_to_the_clinic(
    office: Office, truth: Truth
) -> None:
    desk = await office.open("tara")

    await truth.do("update member set active = false where id = %(id)s", id=an_id("member tara"))

    await until(lambda: desk.link.status is LinkStatus.REFUSED)
    assert "withdrawn" in desk.link.detail
    again = await try_to_sign_in(office, office.server)
    assert "does not belong to a clinic" in getattr(again, "detail", "")


async def test_a_database_that_is_down_keeps_the_command_in_the_outbox(
    office: Office, proxy: Proxy, truth: Truth, postgres_url: str, database_url: str
) -> None:
    desk = await office.open("tara")
    caller = await Caller.sign_in(proxy.url, "tara")
    name = database_url.rpartition("/")[2].partition("?")[0]
    await _allow_connections(postgres_url, name, allowed=False)

    written = await write(desk)
    answer = await caller.http.get("/readyz")
    assert answer.status_code == Unavailable.status
    assert desk.outbox.pending(written) in (PendingState.SAVED_HERE, PendingState.SENDING)
    await _allow_connections(postgres_url, name, allowed=True)
    await caller.close()

    await live(desk)
    await sent(desk)
    assert desk.outbox.refused() == []
    assert await truth.status(written) == "DRAFT"
    await equals_a_fresh_snapshot(desk)


async def _allow_connections(postgres_url: str, name: str, *, allowed: bool) -> None:
    async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as connection:
        await connection.execute(f"alter database {name} allow_connections {allowed}")
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
        )


async def test_a_database_put_back_from_a_copy_is_taken_anew_and_what_waits_is_sent(
    database_url: str, fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    server = ServerProcess(database_url, tmp_path)
    await server.start()
    async with Proxy(server.port) as proxy:
        office = Office(tmp_path, proxy.url)
        try:
            desk = await office.open("tara")
            kept = await write_and_sign(desk)
            await sent(desk)
            await server.stop()
            copy = fresh_database(template=name_of(database_url))
            await server.start()
            await live(desk)
            lost = await write(desk)
            await sent(desk)
            await until(lambda: desk.replica.prescriptions.server_row(lost) is not None)
            await server.kill()
            waiting = await write(desk)

            server.database_url = copy
            await _begin_another_history(copy)
            await server.start()
            await live(desk)
            await sent(desk)

            await equals_a_fresh_snapshot(desk)
            there = {row.id for row in desk.replica.prescriptions.values()}
            assert {kept, waiting} <= there
            assert desk.outbox.refused() == []
        finally:
            await office.close_all()
            await server.kill()


async def test_a_failover_under_a_running_server_is_noticed(
    office: Office, database_url: str, truth: Truth
) -> None:
    desk = await office.open("tara")
    assert desk.replica.cursor is not None
    epoch = desk.replica.cursor.epoch

    await _begin_another_history(database_url)

    await until(lambda: desk.hurry() or desk.replica.cursor.epoch != epoch)
    await live(desk)
    await write(desk)
    await sent(desk)
    await equals_a_fresh_snapshot(desk)


async def _begin_another_history(database_url: str) -> None:
    database = await Database.open(database_url, pool_size=1)
    async with database.as_owner() as tx:
        await count_restore(tx)
    await database.close()


def name_of(database_url: str) -> str:
    return database_url.rpartition("/")[2].partition("?")[0]
