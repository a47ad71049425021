"""What the harness sends against servers in thousands behaves as a desk's own end does."""

from __future__ import annotations

from clinicdesk.contract.frames import Ev, ScopeChanged
from tests.end_to_end.clinic import CORNER, MAIN, PATIENTS, an_id
from tests.end_to_end.polling import until
from tests.end_to_end.server import ServerHere
from tests.end_to_end.truth import Truth
from tests.faults.followers import followers, seats
from tests.faults.quick_caller import QuickCaller
from tests.faults.scenarios.catch_up import prescribe


async def test_light_desks_follow_and_hear_of_a_right_that_is_withdrawn(
    server: ServerHere, truth: Truth
) -> None:
    told: list[Ev | ScopeChanged] = []
    taken = await seats(server.url, ("pia",), sessions=1)
    desks = await followers(server.port, taken, 3, 1, 0.0, told.append)
    await until(lambda: all(desk.live for desk in desks))

    await truth.do("update patient set address = 'moved' where id = %(id)s", id=PATIENTS[0])
    caller = await QuickCaller.sign_in(server.port, "tara")
    done = await prescribe(caller)
    await until(lambda: all(desk.cursor.seq >= done.seq for desk in desks))
    await truth.do(
        "update member set pharmacy_id = %(p)s where id = %(id)s", p=CORNER, id=an_id("member pia")
    )
    await until(lambda: sum(isinstance(frame, ScopeChanged) for frame in told) == len(desks))

    (scope, *_) = (frame for frame in told if isinstance(frame, ScopeChanged))
    assert scope.revoked == [f"pharmacy:{MAIN}"]
    # A right that was given needs a snapshot, which light desks only count.
    assert [desk.snapshots for desk in desks] == [1, 1, 1]
    for desk in desks:
        desk.stop()
    caller.close()


async def test_a_light_desk_comes_back_by_itself(server: ServerHere, truth: Truth) -> None:
    (seat,) = await seats(server.url, ("ada",), sessions=1)
    (desk,) = await followers(server.port, [seat], 1, 1, 0.0)
    await until(lambda: desk.live)
    desk.cut()
    await truth.do("update patient set address = 'moved' where id = %(id)s", id=PATIENTS[0])

    head = await truth.head()
    await until(lambda: desk.live and desk.cursor.seq >= head)
    assert len(desk.opens) == 2
    assert desk.snapshots == 0
    desk.stop()
