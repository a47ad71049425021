"""Very many rows in an order: how few of them a change has looked at."""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from clinicdesk.contract.entities import Patient
from clinicdesk.core.collection import Collection
from clinicdesk.desktop.models.in_order import InOrder
from tests.core.sample import a_patient, an_id

MANY = 2000


class Room:
    """Patients in the order of their names; those called "-" are left out."""

    def __init__(self, count: int = MANY) -> None:
        self.patients: Collection[Patient] = Collection("patient")
        self.asked = 0
        self.late: set[str] = set()
        for number in range(count):
            self.name(number, f"{number:06}")
        self.order = InOrder(self.patients, self._key)
        assert len(self.order) == count
        self.asked = 0

    def name(self, number: int, name: str) -> None:
        row = replace(a_patient(), id=an_id(f"p{number}"), name=name)
        self.patients.stage_server(row.id, row)
        self.patients.announce()

    def first(self, most: int) -> list[str]:
        return [row.name for row in self.order.rows(most)]

    def _key(self, row: Patient) -> tuple[bool, str] | None:
        self.asked += 1
        return None if row.name == "-" else (row.name in self.late, row.name)


def test_a_change_looks_at_its_own_row_alone_and_only_when_it_is_read() -> None:
    room = Room()
    room.name(1500, "000000a")
    assert room.asked == 0
    assert room.first(3) == ["000000", "000000a", "000001"]
    room.name(0, "-")
    assert room.first(2) == ["000000a", "000001"]
    assert len(room.order) == MANY - 1
    assert room.asked == 2


def test_what_is_beside_a_row_counts_when_it_is_said() -> None:
    room = Room(5)
    room.late = {"000000"}
    room.order.look_again([an_id("p0")])
    assert room.first(1) == ["000001"]
    assert room.order.first_key((True,)) == (True, "000000")
    room.late = {"000001", "000003"}
    room.order.look_again()
    assert [row.name[-1] for row in room.order.rows()] == ["0", "2", "4", "1", "3"]


def test_nothing_begins_with_what_is_not_there() -> None:
    room = Room(5)
    assert room.order.first_key((False,)) == (False, "000000")
    assert room.order.first_key((True,)) is None


def test_rows_that_go_and_come_are_where_sorting_everything_puts_them() -> None:
    room, chance = Room(50), Random(7)
    for _ in range(300):
        number = chance.randrange(60)
        if chance.random() < 0.3:
            room.patients.stage_server(an_id(f"p{number}"), None)
            room.patients.announce()
        else:
            room.name(number, chance.choice(["-", "a", "b", f"{chance.random()}"]))
        if chance.random() < 0.3:
            named = [(row.name, row.id) for row in room.patients.values() if row.name != "-"]
            assert [(row.name, row.id) for row in room.order.rows()] == sorted(named)


def test_very_many_at_once_are_sorted_together() -> None:
    count = 5000
    room = Room(count)
    for number in range(1, count):
        room.name(number, f"{count - number:06}")
    assert room.first(2) == ["000000", "000001"]
    assert room.asked == count
