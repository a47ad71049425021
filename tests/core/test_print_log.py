"""Prints are told to the server once, whether or not it is there when they are made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from clinicdesk.contract.paper import Document, PaperForm, Printed, PrintEntered
from clinicdesk.contract.problems import NotFound, Unavailable
from clinicdesk.core.clock import utc_now
from clinicdesk.core.live.link import Link, LinkStatus
from clinicdesk.core.print_log import PrintLog
from clinicdesk.core.store.store import Store
from clinicdesk.core.transport import Answer, Outcome, Tokens, Unreachable, UnreachableReason
from tests.core.sample import an_id

AWAY = Unreachable(UnreachableReason.NOT_THERE, "away")


class Line:
    """The network's edge: answers in turn, and keeps what was told."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.told: list[Printed] = []

    async def call(
        self, method: str, path: str, body: bytes | None = None,
        headers: Mapping[str, str] | None = None, *, tokens: Tokens | None = None,
        timeout_s: float = 1,
    ) -> Outcome:  # fmt: skip
        assert (method, path) == ("POST", "/api/prints")
        self.told.append(msgspec.json.decode(body or b"", type=Printed))
        return self.answers.pop(0)


def entered(earlier: int) -> Answer:
    return Answer(200, msgspec.json.encode(PrintEntered(earlier=earlier)))


def a_print() -> Printed:
    return Printed(
        id=uuid4(), document=Document.LABELS, subject_id=an_id("prescription"), form=PaperForm.ZPL
    )


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    return await Store.open(tmp_path / "desk.db", b"k" * 32, {}, utc_now)


def log(store: Store, line: Line, status: LinkStatus = LinkStatus.LIVE) -> PrintLog:
    link = Link(utc_now)
    link.become(status)
    return PrintLog(store.scratch, line, None, link)  # type: ignore[arg-type]  # the edge alone


async def test_the_servers_count_says_whether_it_is_a_copy(store: Store) -> None:
    line = Line(entered(3))
    printing = log(store, line)
    assert await printing.enter(a_print()) == PrintEntered(earlier=3)
    assert await printing.earlier(a_print()) == 4
    assert await store.scratch.keys("print:") == []
    await store.close()


async def test_without_the_server_this_desks_count_says_it_and_the_print_is_told_later(
    store: Store,
) -> None:
    line = Line(AWAY, AWAY, entered(0), Unavailable(detail="a moment"), entered(1))
    printing = log(store, line)
    first, second = a_print(), a_print()
    assert await printing.enter(first) == PrintEntered(earlier=0)
    assert await printing.enter(second) == PrintEntered(earlier=1)
    assert await printing.tell_rest() == 1, "the server was not ready for the second"
    assert await printing.tell_rest() == 0
    assert [each.id for each in line.told[2:]] == [first.id, second.id, second.id]
    await store.close()


async def test_what_is_not_this_members_to_print_is_refused_and_not_kept(store: Store) -> None:
    refusal = NotFound(detail="There is no such prescription.", entity="prescription")
    printing = log(store, Line(refusal))
    assert await printing.enter(a_print()) == refusal
    assert await printing.earlier(a_print()) == 0
    assert await printing.tell_rest() == 0
    await store.close()


async def test_a_desk_that_is_offline_does_not_wait_for_the_server(store: Store) -> None:
    line = Line()
    printing = log(store, line, LinkStatus.OFFLINE)
    assert await printing.enter(a_print()) == PrintEntered(earlier=0)
    assert line.told == []
    assert len(await store.scratch.keys("print:")) == 1
    await store.close()


async def test_the_print_of_what_the_server_has_not_heard_of_is_told_when_it_has(
    store: Store,
) -> None:
    line = Line(entered(0), entered(0))
    written_here, known_there = a_print(), msgspec.structs.replace(a_print(), subject_id=an_id("x"))
    unheard = {written_here.subject_id}
    link = Link(utc_now)
    link.become(LinkStatus.LIVE)
    printing = PrintLog(store.scratch, line, None, link, unheard.__contains__)  # type: ignore[arg-type]
    assert await printing.enter(written_here) == PrintEntered(earlier=0)
    assert await printing.enter(known_there) == PrintEntered(earlier=0)
    assert [each.id for each in line.told] == [known_there.id]
    assert printing.holds_back
    assert await printing.tell_rest() == 1
    unheard.clear()
    assert await printing.tell_rest() == 0
    assert [each.id for each in line.told] == [known_there.id, written_here.id]
    assert not printing.holds_back
    await store.close()
