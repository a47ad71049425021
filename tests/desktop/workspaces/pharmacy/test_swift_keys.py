"""What a key at the counter has the program look at: no more than what it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.desktop.models.prescription_items import PrescriptionItems
from clinicdesk.desktop.workspaces.pharmacy.offers import OfferMaker
from clinicdesk.desktop.workspaces.pharmacy.prescription_pane import PrescriptionPane
from clinicdesk.desktop.workspaces.shared.lanes import Lane
from tests.core.sample import an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import a_counter_prescription, many, settled


def counted(patch: pytest.MonkeyPatch, of: type[Any], name: str) -> list[str]:
    """How often a method is called from now on."""
    calls: list[str] = []
    method: Callable[..., Any] = getattr(of, name)

    def call(*arguments: Any, **named: Any) -> Any:
        calls.append(name)
        return method(*arguments, **named)

    patch.setattr(of, name, call)
    return calls


async def test_the_next_prescription_is_looked_at_once(
    open_with: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = await open_with(*many(40).all())
    counter.workspace.show_place(Lane.DISPENSE)
    await settled()
    pane = counter.workspace.pane
    before = pane.prescription
    offers = counted(monkeypatch, OfferMaker, "offers")
    said = counted(monkeypatch, PrescriptionItems, "_cells_of")
    counter.key(Qt.Key.Key_Down)
    assert pane.prescription != before
    assert len(offers) == 1
    assert len(said) <= 2 * len(pane.items.items())
    assert pane.current_item is not None
    assert pane.current_item.id in pane.open_lines()
    assert pane.offers is not None


async def test_what_becomes_of_another_prescription_is_not_read_into_the_one_that_is_shown(
    open_with: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [a_counter_prescription(name, status=PrescriptionStatus.PAID) for name in ("one", "two")]
    counter = await open_with(*(row for each in rows for row in each.all()))
    shown = counter.workspace.pane.prescription
    assert shown is not None
    (other,) = {an_id("one"), an_id("two")} - {shown.id}
    refreshed = counted(monkeypatch, PrescriptionPane, "refresh")

    async def sent(prescription_id: UUID) -> None:
        counter.desk.outbox.changed.tell(prescription_id)
        await settled()

    await sent(other)
    assert refreshed == []
    await sent(shown.id)
    assert refreshed == ["refresh"]
