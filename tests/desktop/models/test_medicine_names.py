"""Medicines are named as soon as this desk knows them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.desktop.models.medicine_names import MedicineNames
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.tasks import TaskOwner
from tests.core.sample import an_id
from tests.desktop.workspaces.dashboard.page import a_medicine
from tests.desktop.workspaces.pharmacy.counter import open_desk, settled, until


async def test_a_medicine_whose_row_came_first_is_named_when_its_page_has_come(
    qapp: QApplication, tmp_path: Path
) -> None:
    desk = await open_desk(tmp_path)
    tasks = TaskOwner(Reporter())
    names = MedicineNames(desk, tasks)
    told: list[bool] = []
    names.changed.connect(lambda: told.append(True))
    late = a_medicine("Latest")
    assert names.get(late.id) is None
    await until(lambda: not tasks.running)
    assert names.get(late.id) is None
    assert not told
    await desk._store.medicines.take_page(an_id("formulary"), [late], CatalogueState(2, None))
    desk.formulary.changed.tell(None)
    await settled()
    assert told
    names.get(late.id)
    await until(lambda: names.get(late.id) is not None)
    await tasks.end()
    await desk.close()
