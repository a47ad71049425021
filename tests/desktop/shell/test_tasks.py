from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QObject

from clinicdesk.contract.problems import NotFound, Problem
from clinicdesk.core.denial import Denied
from clinicdesk.core.errors import StoreLost
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.tasks import TaskOwner
from tests.desktop.shell.on_qt_loop import on_qt_loop, until


class Told:
    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.reporter = Reporter()
        self.reporter.reported.connect(self.sentences.append)
        self.tasks = TaskOwner(self.reporter)


async def answer_of(what: object) -> object:
    await asyncio.sleep(0)
    return what


async def fall_over(error: Exception) -> None:
    await asyncio.sleep(0)
    raise error


@on_qt_loop
async def test_what_comes_of_a_coroutine_is_handed_on() -> None:
    told, got = Told(), list[object]()
    told.tasks.start(answer_of(7), doing="counting", on_done=got.append)
    await until(lambda: got == [7])
    assert told.sentences == []


@on_qt_loop
async def test_a_refusal_is_said_and_not_handed_on() -> None:
    told, got = Told(), list[object]()
    refusals: list[Problem | Denied] = [
        Denied("It is waiting for payment."),
        NotFound(detail="No such thing.", entity="patient"),
    ]
    for refusal in refusals:
        told.tasks.start(answer_of(refusal), doing="counting", on_done=got.append)
    await until(lambda: len(told.sentences) == 2)
    assert told.sentences[0] == "It is waiting for payment."
    assert got == []


@on_qt_loop
async def test_a_view_may_say_a_refusal_itself() -> None:
    told, said = Told(), list[str]()
    told.tasks.start(answer_of(Denied("Not yet.")), doing="counting", on_problem=said.append)
    await until(lambda: said == ["Not yet."])
    assert told.sentences == []


@on_qt_loop
async def test_an_error_is_one_sentence_and_its_message_is_in_no_journal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = Told()
    told.tasks.start(fall_over(KeyError("Meera Deshpande")), doing="signing the prescription")
    await until(lambda: told.sentences)
    assert "while signing the prescription" in told.sentences[0]
    assert "Meera" not in told.sentences[0]
    assert "KeyError" in caplog.text
    assert "Meera" not in caplog.text
    caplog.clear()


@on_qt_loop
async def test_an_error_with_a_sentence_of_its_own_says_that() -> None:
    told = Told()
    told.tasks.start(fall_over(StoreLost("The disk is full.")), doing="saving")
    await until(lambda: told.sentences == ["The disk is full."])


@on_qt_loop
async def test_what_is_given_up_says_nothing() -> None:
    told, got = Told(), list[object]()
    give_up = told.tasks.start(asyncio.sleep(60), doing="sleeping", on_done=got.append)
    give_up()
    await until(lambda: told.tasks.running == 0)
    assert told.sentences == []
    assert got == []


@on_qt_loop
async def test_a_view_that_is_gone_is_not_called() -> None:
    told, got = Told(), list[object]()
    view = QObject()
    done = asyncio.Event()
    told.tasks.start(done.wait(), doing="waiting", on_done=got.append, of=view)
    view.deleteLater()
    await asyncio.sleep(0.05)
    done.set()
    await until(lambda: told.tasks.running == 0)
    assert got == []


@on_qt_loop
async def test_the_end_waits_for_what_is_nearly_done_and_cancels_the_rest() -> None:
    told, got = Told(), list[object]()
    told.tasks.start(asyncio.sleep(0.02, "kept"), doing="saving", on_done=got.append)
    told.tasks.start(asyncio.sleep(60), doing="sleeping", on_done=got.append)
    await told.tasks.end(patience_s=0.5)
    assert got == ["kept"]
    assert told.tasks.running == 0
