"""Rows are kept from the collector, and yet nothing of a desk outlives it for ever."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from tests.core import sample
from tests.core.conftest import LastingVault, sign_in
from tests.core.patience import eventually
from tests.core.small_server import SmallServer


async def test_who_sits_down_next_finds_nothing_of_the_desk_before(
    server: SmallServer, tmp_path: Path
) -> None:
    gone = await use_a_desk(server, tmp_path / "before")
    next_desk = await opened(server, tmp_path / "after")

    assert gone() is None
    assert gc.get_freeze_count() > 0  # the rows of this one are out of the collector's sight
    await next_desk.close()


async def use_a_desk(server: SmallServer, folder: Path) -> weakref.ref[Desk]:
    """A desk that was opened and closed; whether it is still there."""
    desk = await opened(server, folder)
    await desk.close()
    return weakref.ref(desk)


async def opened(server: SmallServer, folder: Path) -> Desk:
    desk = await Desk.open(await sign_in(server, sample.pharmacist, folder, LastingVault()))
    await eventually(lambda: desk.link.status is LinkStatus.LIVE)
    return desk
