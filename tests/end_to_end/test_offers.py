"""Prices and shelves as they change under a prescriber who is choosing a pharmacy."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from clinicdesk.contract.prices import PricePreview, PricesImported
from clinicdesk.core.desk import Desk
from clinicdesk.core.identity import new_id
from clinicdesk.core.trace import NoTrace
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.therapy.draft import DraftForm, DraftLine
from clinicdesk.desktop.workspaces.therapy.pharmacy_offers import PharmacyOffers
from tests.end_to_end.clinic import CORNER, MAIN, PARACETAMOL, PATIENTS
from tests.end_to_end.desks import Office, make_ready, sent, submitted, write_and_sign
from tests.end_to_end.polling import until
from tests.end_to_end.shelves import open_price_lists, stocked
from tests.end_to_end.truth import Truth

PACK_PRICE = 2_000
NEW_PRICE = 1_550

Opening = Callable[[str], Awaitable[PharmacyOffers]]


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
async def editor_of(
    office: Office, design: Design
) -> AsyncIterator[Callable[[Desk], Awaitable[PharmacyOffers]]]:
    """Opens what the editor of a prescriber compares the pharmacies with."""
    tasks = TaskOwner(Reporter())
    parent = QObject()

    async def opening(desk: Desk) -> PharmacyOffers:
        context = Context(
            desk=desk, design=design, tasks=tasks, toast=lambda *_, **__: None,
            go=lambda _kind, _thing: None, zone=ZoneInfo("Asia/Kolkata"),
            painted=PaintTrace(NoTrace()),
        )  # fmt: skip
        offers = PharmacyOffers(context, parent)
        known = await desk.search.medicines_of([PARACETAMOL])
        line = DraftLine(
            id=new_id(), medicine=known[PARACETAMOL], typed="1 tab bd 5d", dose="1 tablet",
            route="oral", frequency="BD", days=5, instructions="", quantity=10,
        )  # fmt: skip
        offers.look(DraftForm(prescription_id=new_id(), patient_id=PATIENTS[0], lines=(line,)))
        await until(lambda: offers.offer(MAIN))
        return offers

    yield opening
    await tasks.end()
    parent.deleteLater()


async def test_a_price_list_that_a_pharmacy_imports_changes_the_offer_while_somebody_writes(
    office: Office, truth: Truth, editor_of: Callable[[Desk], Awaitable[PharmacyOffers]]
) -> None:
    await open_price_lists(truth)
    tara, pia = await office.open("tara"), await office.open("pia")
    offers = await editor_of(tara)
    assert [asked(offers, each) for each in (MAIN, CORNER)] == [PACK_PRICE, PACK_PRICE]
    heard: list[int] = []
    offers.changed.connect(lambda: heard.append(asked(offers, MAIN)))
    content = b"code,price\nParacetamol,15.50\n"
    await until(lambda: pia.pricing.list_of(MAIN))
    preview = await pia.price_import.preview(MAIN, content, lambda _progress: None)
    assert isinstance(preview, PricePreview), preview
    assert preview.writes == 1
    applied = await pia.price_import.apply(content, preview, lambda _progress: None)
    assert isinstance(applied, PricesImported), applied
    await until(lambda: heard)
    assert heard == [NEW_PRICE]
    offer = offers.offer(MAIN)
    assert offer is not None
    assert offer.prices == {PARACETAMOL: NEW_PRICE}
    assert asked(offers, CORNER) == PACK_PRICE


async def test_a_shelf_that_is_dispensed_to_nothing_is_short_while_somebody_writes(
    office: Office, editor_of: Callable[[Desk], Awaitable[PharmacyOffers]]
) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")
    offers = await editor_of(tara)
    assert available(offers, MAIN) is None
    await stocked(pia, PARACETAMOL, packs=1)
    await until(lambda: available(offers, MAIN) is True)
    prescription_id = await write_and_sign(tara)
    await make_ready(pia, prescription_id)
    await until(lambda: available(offers, MAIN) is False)
    assert offers.offer(MAIN) is not None
    assert offers.offer(MAIN).missing == (PARACETAMOL,)  # type: ignore[union-attr]
    submitted(await pia.dispensing.hand_over(prescription_id, "Ravi"))
    await sent(pia)
    assert available(offers, MAIN) is False


def asked(offers: PharmacyOffers, pharmacy_id: UUID) -> int:
    offer = offers.offer(pharmacy_id)
    assert offer is not None
    return offer.total_minor


def available(offers: PharmacyOffers, pharmacy_id: UUID) -> bool | None:
    offer = offers.offer(pharmacy_id)
    assert offer is not None
    return offer.available
