"""Where a prescription stands once its lines have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem, PrescriptionStatus
from clinicdesk.contract.lifecycles import is_fulfilled

if TYPE_CHECKING:
    from clinicdesk.server.domain.prescribing import Held


def settled(held: Held) -> Held:
    """FULFILLED once no line waits for the pharmacist and something is there to be handed over;
    COMPLETED where all of that was handed over before."""
    if not is_fulfilled(held.items):
        return held
    header = replace(held.header, fulfilled_at=held.now)
    if any(map(_waits_to_be_handed_over, held.items)):
        return replace(held, header=replace(header, status=PrescriptionStatus.FULFILLED))
    return completed(replace(held, header=header))


def completed(held: Held) -> Held:
    """Everything was handed over that will be."""
    header = replace(
        held.header,
        status=PrescriptionStatus.COMPLETED,
        fulfilled_at=held.header.fulfilled_at or held.now,
        completed_at=held.now,
        bin=None,
    )
    return replace(held, header=header)


def _waits_to_be_handed_over(item: PrescriptionItem) -> bool:
    return item.status is ItemStatus.READY
