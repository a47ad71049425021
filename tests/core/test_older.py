"""What a desk has let go can still be read, as long as the server is there."""

from __future__ import annotations

from datetime import timedelta

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.contract.problems import NotFound
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.working_set import settled_before
from clinicdesk.core.clock import utc_now
from clinicdesk.core.denial import Denied
from clinicdesk.core.desk import Desk
from clinicdesk.core.older import Older
from tests.core import sample
from tests.core.conftest import OpenDesk
from tests.core.patience import eventually
from tests.core.sample import NOON, PATIENT, a_prescription, an_id, an_item, signed
from tests.core.small_server import SmallServer

DONE = PrescriptionStatus.COMPLETED
NAMES = ("one", "two", "three", "four")


def write_years_ago(server: SmallServer) -> None:
    """Four prescriptions of one patient, one a day, of which the newest is still open."""
    for day, name in enumerate(NAMES):
        at = NOON + timedelta(days=day)
        status = PrescriptionStatus.PAID if name == "four" else DONE
        row = signed(a_prescription(name, created_at=at, updated_at=at, status=status))
        server.write(row, an_item(row, f"line of {name}"))


async def a_desk_that_let_go(server: SmallServer, open_desk: OpenDesk) -> Desk:
    write_years_ago(server)
    desk = await open_desk(sample.pharmacist)
    await eventually(lambda: desk.replica.cursor is not None)
    await desk.replica.let_go(settled_before(utc_now()), frozenset())
    assert [row.id for row in desk.replica.prescriptions.values()] == [an_id("four")]
    return desk


async def test_older_prescriptions_are_those_that_are_not_here_the_newest_first(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await a_desk_that_let_go(server, open_desk)
    first = await desk.older.of(PATIENT)
    assert isinstance(first, Older)
    assert [row.id for row in first.prescriptions] == [an_id("three")]
    rest = await desk.older.of(PATIENT, first.more)
    assert isinstance(rest, Older)
    assert [row.id for row in rest.prescriptions] == [an_id("two"), an_id("one")]
    assert rest.more is None
    assert len(desk.replica.prescriptions) == 1, "nothing of it is kept"


async def test_an_older_prescription_has_its_lines(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await a_desk_that_let_go(server, open_desk)
    found = await desk.older.detail(an_id("one"))
    assert isinstance(found, PrescriptionDetail)
    assert [item.id for item in found.items] == [an_id("line of one")]
    assert isinstance(await desk.older.detail(an_id("nothing")), NotFound)


async def test_without_the_server_it_is_said_why_there_are_none(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await a_desk_that_let_go(server, open_desk)
    server.cable.cut()
    denied = await desk.older.of(PATIENT)
    assert isinstance(denied, Denied)
    assert "does not answer" in denied.sentence
