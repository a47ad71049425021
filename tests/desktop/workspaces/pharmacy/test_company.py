"""Colleagues at the same prescription: shown, told of, and in nobody's way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.contract.entities import PrescriptionStatus, Role
from clinicdesk.contract.frames import Signal, SignalKind, Signalled
from clinicdesk.contract.threads import thread_of
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.presence import PACE_S, Presence
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.company import Company
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.design.tokens import Tone
from tests.core.sample import NOON, an_id, pharmacist
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    many,
    open_counter,
    open_desk,
    settled,
    until,
)

PRESENT, TYPING, GONE = SignalKind.PRESENT, SignalKind.TYPING, SignalKind.GONE
ROOM = thread_of("pharmacy", pharmacist.pharmacy_id or an_id("none"))


class Line:
    """Takes down what the desk says of itself."""

    def __init__(self) -> None:
        self.signalled: Listeners[Signalled] = Listeners()
        self.greeted: Listeners[None] = Listeners()
        self.time = 0.0
        self._said: list[Signal] = []

    def signal(self, signal: Signal) -> None:
        self._said.append(signal)

    def said(self, counter: Counter) -> set[tuple[str, SignalKind, object]]:
        """Since it was asked last."""
        self.time += PACE_S
        counter.desk.presence.tick()
        said, self._said = self._said, []
        return {(signal.thread, signal.what, signal.about) for signal in said}


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def counter(design: Design, tmp_path: Path, line: Line) -> AsyncIterator[Counter]:
    """A paid prescription is open at this counter, among others in the queue."""
    mine = a_counter_prescription("mine", status=PrescriptionStatus.PAID)
    patients = {row.id for row in mine.patients}
    others = [row for row in many(28).all() if row.id not in patients]
    desk = await open_desk(tmp_path, *mine.all(), *others)
    desk.presence = Presence(line, lambda: NOON, lambda: line.time)
    counter = open_counter(desk, design)
    counter.workspace.show()
    counter.workspace.activateWindow()
    counter.workspace.open_thing("prescription", an_id("mine"))
    await settled()
    await counter.colleagues("Asha Pillai", "राजेश शर्मा", "Wiremu Parata-Kāretu", "Ben Cole")
    line.said(counter)
    yield counter
    await counter.tasks.end()
    counter.workspace.close()
    counter.workspace.deleteLater()
    await settled()
    await desk.close()


def company(counter: Counter) -> Company:
    found: Company = counter.find(Company, "company")
    return found


def row(counter: Counter, name: str) -> RowContent:
    model = counter.workspace.queue.model
    place = model.place_of(an_id(name))
    assert place is not None
    content: RowContent = model.index(place).data(CONTENT_ROLE)
    return content


async def test_a_colleague_at_the_same_prescription_is_named(counter: Counter) -> None:
    counter.meets("Asha Pillai", "mine")
    assert company(counter).words == "Also open: Asha Pillai"
    assert company(counter).accessibleName() == "Also open: Asha Pillai"
    assert company(counter).toolTip() == "Asha Pillai has it open since 17:30"
    counter.meets("Asha Pillai", "mine", GONE)
    assert company(counter).words == ""


async def test_who_is_writing_comes_before_who_only_looks(counter: Counter) -> None:
    counter.meets("Asha Pillai", "mine")
    counter.meets("Wiremu Parata-Kāretu", "mine", TYPING)
    assert company(counter).words == "Wiremu Parata-Kāretu is writing…"
    assert company(counter).toolTip().splitlines()[0].startswith("Wiremu Parata-Kāretu is writing")


async def test_of_many_two_are_named_and_the_tooltip_has_all(counter: Counter) -> None:
    for name in ("Asha Pillai", "राजेश शर्मा", "Ben Cole"):
        counter.meets(name, "mine")
    assert company(counter).words.endswith("+1")
    assert len(company(counter).toolTip().splitlines()) == 3


async def test_a_pharmacist_is_a_warning_and_the_prescriber_is_not(counter: Counter) -> None:
    await counter.colleagues("Dr Sunita Rao", role=Role.THERAPIST)
    counter.meets("Dr Sunita Rao", "mine", TYPING)
    assert company(counter).tone is Tone.NEUTRAL
    counter.meets("Asha Pillai", "mine")
    assert company(counter).tone is Tone.WARNING


async def test_people_come_and_go_without_moving_anything(counter: Counter) -> None:
    def places() -> dict[str, tuple[QPoint, int, int]]:
        whole = counter.workspace
        shown = [each for each in whole.findChildren(QWidget) if each.isVisible()]
        return {
            f"{each.objectName()} {place}": (
                each.mapTo(whole, QPoint()), each.width(), each.height()
            )
            for place, each in enumerate(shown)
        }  # fmt: skip

    before = places()
    for name in ("Asha Pillai", "राजेश शर्मा", "Wiremu Parata-Kāretu"):
        counter.meets(name, "mine", TYPING)
    await settled()
    assert places() == before


async def test_a_long_name_is_not_cut_for_company(counter: Counter) -> None:
    name = counter.find(QWidget, "patient_name")
    width = name.width()
    counter.workspace.resize(900, 700)
    await settled()
    counter.meets("Venkatanarasimharajuvaripeta Krishnamurthy-Subramaniam", "mine")
    counter.meets("Asha Pillai", "mine")
    await settled()
    assert name.width() == width
    assert company(counter).width() >= company(counter).sizeHint().width()


async def test_who_begins_to_work_is_told_once_and_not_kept_from_it(counter: Counter) -> None:
    counter.meets("Asha Pillai", "mine")
    counter.said.clear()
    counter.key(Qt.Key.Key_Space)
    await settled()
    warning = ("Also open: Asha Pillai. Agree who goes on with it.", Tone.WARNING)
    assert counter.said == [warning]
    counter.key(Qt.Key.Key_1)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: counter.desk.outbox.pending(an_id("mine")) is not None)
    counter.key(Qt.Key.Key_Space)
    await settled()
    assert counter.said.count(warning) == 1


async def test_who_comes_later_is_told_of_when_work_begins_again(counter: Counter) -> None:
    counter.meets("Asha Pillai", "mine")
    counter.meets("Asha Pillai", "mine", GONE)
    counter.meets("Ben Cole", "mine")
    counter.said.clear()
    counter.key(Qt.Key.Key_Space)
    await settled()
    assert [words for words, _ in counter.said] == [
        "Also open: Ben Cole. Agree who goes on with it."
    ]


async def test_who_works_alone_is_told_nothing(counter: Counter) -> None:
    counter.said.clear()
    counter.key(Qt.Key.Key_Space)
    await settled()
    assert counter.said == []


async def test_the_queue_marks_what_is_open_at_another_counter(counter: Counter) -> None:
    assert "open" not in row(counter, "rx 2").secondary
    counter.meets("Asha Pillai", "rx 2")
    assert row(counter, "rx 2").secondary.endswith(" · Asha has it open")
    model = counter.workspace.queue.model
    index = model.index(model.place_of(an_id("rx 2")) or 0)
    assert "Also open: Asha Pillai" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "Also open: Asha Pillai"
    counter.meets("Asha Pillai", "rx 1")
    assert "open" not in row(counter, "rx 2").secondary
    assert row(counter, "rx 1").secondary.endswith(" · Asha has it open")


async def test_the_desk_says_what_is_open_here_and_when_somebody_types(
    counter: Counter, line: Line
) -> None:
    mine, other = thread_of("prescription", an_id("mine")), thread_of("prescription", an_id("rx 1"))
    counter.workspace.open_thing("prescription", an_id("rx 1"))
    await settled()
    assert line.said(counter) == {
        (mine, GONE, None), (other, PRESENT, None), (ROOM, PRESENT, an_id("rx 1"))
    }  # fmt: skip
    counter.workspace.open_thing("prescription", an_id("mine"))
    await settled()
    line.said(counter)
    counter.key(Qt.Key.Key_Delete)
    await settled()
    assert line.said(counter) == set()
    field = next(each for each in counter.workspace.findChildren(QLineEdit) if each.hasFocus())
    assert field is not None
    counter.type("out")
    assert line.said(counter) == {(mine, TYPING, None)}


async def test_what_is_not_seen_is_not_open(counter: Counter, line: Line) -> None:
    mine = thread_of("prescription", an_id("mine"))
    counter.workspace.hide()
    await settled()
    assert line.said(counter) == {(mine, GONE, None), (ROOM, GONE, None)}
    counter.workspace.show()
    await settled()
    assert line.said(counter) == {(mine, PRESENT, None), (ROOM, PRESENT, an_id("mine"))}


async def test_oneself_at_another_computer_is_called_so(counter: Counter) -> None:
    me = pharmacist.id
    told = Signalled(
        thread=thread_of("prescription", an_id("mine")), what=PRESENT, by=me,
        device=an_id("other computer"), lease_s=30,
    )  # fmt: skip
    counter.desk.presence.heard(told)
    assert company(counter).words == "Also open: you, on another computer"
    assert company(counter).tone is Tone.WARNING
