"""The buses themselves: what one says the others hear, whatever happens in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from clinicdesk.server.live.hints import NatsBus, NotifyBus, PeerHints
from clinicdesk.server.live.hints.notify import PAYLOAD_BYTES
from clinicdesk.server.live.hints.peers import MOST_SIGNALS
from clinicdesk.server.live.hints.word import Word, pack, unpack
from tests.end_to_end.polling import until
from tests.end_to_end.truth import Truth
from tests.server.several_servers.nats_process import NatsProcess, a_cluster

CLINIC = uuid4()


class Ear:
    """The hints of one server, and what its gateway was told."""

    def __init__(self, hints: PeerHints) -> None:
        self.hints = hints
        self.clinics: list[UUID] = []
        self.signals: list[bytes] = []

    async def listen(self) -> Ear:
        await self.hints.start(self.clinics.append, self.signals.append)
        return self


Connect = Callable[[], PeerHints]


@pytest.fixture(params=["notify", "nats"])
def connect(request: pytest.FixtureRequest) -> Connect:
    if request.param == "notify":
        url = request.getfixturevalue("database_url")
        return lambda: PeerHints(NotifyBus(url))
    nats: NatsProcess = request.getfixturevalue("nats")
    return lambda: PeerHints(NatsBus([nats.url]))


@pytest.fixture
async def ears(connect: Connect) -> AsyncIterator[tuple[Ear, Ear]]:
    here, there = await Ear(connect()).listen(), await Ear(connect()).listen()
    await hear_each_other(here, there)
    yield here, there
    for ear in (here, there):
        await ear.hints.stop()


async def hear_each_other(*ears: Ear) -> None:
    """Wait until each of two hears the other; then forget it."""
    for speaker, listener in (ears, ears[::-1]):
        probe = uuid4()

        def heard(speaker: Ear = speaker, listener: Ear = listener, probe: UUID = probe) -> bool:
            if probe in listener.clinics:
                return True
            speaker.hints.committed(probe)
            return False

        await until(heard)
    await settle(*ears)
    for ear in ears:
        ear.clinics.clear()


async def settle(*ears: Ear) -> None:
    """Wait until what each said before has been heard by the other."""
    for speaker, listener in (ears, ears[::-1]):
        last = uuid4().bytes
        speaker.hints.pass_on(last)
        await until(lambda listener=listener, last=last: last in listener.signals)
    for ear in ears:
        ear.signals.clear()


async def test_a_commit_is_known_here_at_once_and_there_soon_and_once_each(
    ears: tuple[Ear, Ear],
) -> None:
    here, there = ears

    here.hints.committed(CLINIC)
    assert here.clinics == [CLINIC]

    await until(lambda: there.clinics)
    await settle(here, there)
    assert (here.clinics, there.clinics) == ([CLINIC], [CLINIC])


async def test_commits_of_one_moment_travel_together(ears: tuple[Ear, Ear]) -> None:
    here, there = ears
    clinics = [uuid4() for _ in range(1000)]

    for clinic in clinics * 3:
        here.hints.committed(clinic)
    await until(lambda: set(there.clinics) == set(clinics))
    await settle(here, there)

    assert sorted(there.clinics) == sorted(clinics)


async def test_signals_reach_the_peers_alone_in_their_order(ears: tuple[Ear, Ear]) -> None:
    here, there = ears
    said = [b"", b"\x00\xff", "typing in हिन्दी".encode(), b"x" * 4096]

    for signal in said:
        here.hints.pass_on(signal)
    await until(lambda: len(there.signals) == len(said))

    assert there.signals == said
    assert here.signals == []


async def test_of_too_many_signals_the_youngest_are_passed_on(ears: tuple[Ear, Ear]) -> None:
    here, there = ears
    said = [str(number).encode() for number in range(3 * MOST_SIGNALS)]

    for signal in said:
        here.hints.pass_on(signal)
    await until(lambda: said[-1] in there.signals)

    assert there.signals == said[-MOST_SIGNALS:]


async def test_what_was_committed_last_is_still_told_by_a_server_that_stops(
    ears: tuple[Ear, Ear],
) -> None:
    here, there = ears

    here.hints.committed(CLINIC)
    await here.hints.stop()

    await until(lambda: CLINIC in there.clinics)


async def test_a_connection_that_the_database_ends_is_made_again(
    database_url: str, truth: Truth
) -> None:
    here = await Ear(PeerHints(NotifyBus(database_url))).listen()
    there = await Ear(PeerHints(NotifyBus(database_url))).listen()
    await hear_each_other(here, there)

    ended = await truth.value(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where application_name = 'clinicdesk hints' and datname = current_database()"
    )
    assert ended == 2

    await hear_each_other(here, there)
    for ear in (here, there):
        await ear.hints.stop()


async def test_a_bus_that_was_away_from_the_start_is_joined_when_it_comes() -> None:
    nats = NatsProcess()
    here, there = [await Ear(PeerHints(NatsBus([nats.url]))).listen() for _ in range(2)]

    here.hints.committed(CLINIC)
    here.hints.pass_on(b"typing")
    assert here.clinics == [CLINIC]
    await nats.start()
    await hear_each_other(here, there)
    await nats.kill()
    await nats.start()
    await hear_each_other(here, there)

    for ear in (here, there):
        await ear.hints.stop()
    await nats.kill()


async def test_each_server_of_a_nats_cluster_may_die(tmp_path: Path) -> None:
    """With packaging/nats.conf: three servers, a password, and no more rights than are needed."""
    cluster = a_cluster(tmp_path)
    for nats in cluster:
        await nats.start()
    addresses = [nats.url for nats in cluster]
    here = await Ear(PeerHints(NatsBus(addresses))).listen()
    there = await Ear(PeerHints(NatsBus(addresses[::-1]))).listen()
    try:
        await hear_each_other(here, there)
        for nats in cluster:
            await nats.kill()
            await hear_each_other(here, there)
            await nats.start()
    finally:
        for ear in (here, there):
            await ear.hints.stop()
        for nats in cluster:
            await nats.kill()


async def test_a_nats_that_lets_nobody_in_is_a_bus_that_is_away(tmp_path: Path) -> None:
    nats = a_cluster(tmp_path)[0]
    await nats.start()
    stranger = await Ear(PeerHints(NatsBus([nats.url.replace("//clinicdesk:", "//x:")]))).listen()
    try:
        stranger.hints.committed(CLINIC)
        assert stranger.clinics == [CLINIC]
    finally:
        await stranger.hints.stop()
        await nats.kill()


async def test_what_others_write_there_is_passed_over(database_url: str, truth: Truth) -> None:
    here = await Ear(PeerHints(NotifyBus(database_url))).listen()
    there = await Ear(PeerHints(NotifyBus(database_url))).listen()
    await hear_each_other(here, there)

    for nonsense in ("", "{}", '["a",[["no clinic"],[]]]', "[1,2,3]", "\ufffd"):
        await truth.do("select pg_notify('clinicdesk', %(n)s)", n=nonsense)
    here.hints.committed(CLINIC)
    await until(lambda: there.clinics)

    assert there.clinics == [CLINIC]
    for ear in (here, there):
        await ear.hints.stop()


def test_a_word_is_parted_until_each_text_is_short_enough_and_nothing_is_doubled() -> None:
    word = Word(tuple(uuid4() for _ in range(700)), tuple(b"s" * 3000 for _ in range(5)))

    texts = pack("me", word, PAYLOAD_BYTES)

    assert all(len(text.encode()) <= PAYLOAD_BYTES for text in texts)
    heard = [envelope.word for text in texts if (envelope := unpack(text)) is not None]
    assert tuple(clinic for each in heard for clinic in each.clinics) == word.clinics
    assert tuple(signal for each in heard for signal in each.signals) == word.signals


def test_a_signal_too_long_for_one_text_is_left_out() -> None:
    texts = pack("me", Word(signals=(b"s" * 8000, b"short")), PAYLOAD_BYTES)

    heard = [envelope.word for text in texts if (envelope := unpack(text)) is not None]
    assert [signal for each in heard for signal in each.signals] == [b"short"]


class Mistaken(NotifyBus):
    """Has a mistake that shows at the first connection."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.connected = 0

    def connect(self, heard: Callable[[Word], None]) -> AbstractAsyncContextManager[Any]:
        self.connected += 1
        if self.connected == 1:
            raise RuntimeError("a mistake")
        return super().connect(heard)


async def test_a_bus_that_fails_by_a_mistake_is_tried_again(database_url: str) -> None:
    here = await Ear(PeerHints(Mistaken(database_url))).listen()
    there = await Ear(PeerHints(NotifyBus(database_url))).listen()
    await hear_each_other(here, there)
    for ear in (here, there):
        await ear.hints.stop()
