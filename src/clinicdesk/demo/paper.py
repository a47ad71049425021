"""What a scanner finds on paper and on boxes in the demo clinic, as the server knows it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from clinicdesk.demo.desks import NotSeen
from clinicdesk.demo.verdict import server_rows
from clinicdesk.server.demo_clinic.generate import read_medicines
from clinicdesk.server.demo_clinic.sites import ROSHNI, read_site
from clinicdesk.server.domain.formulary.importing import medicine_id

NEW_BATCH = "NB2611"
"""Of the boxes that a supplier brings during the tour."""
_KEEPS = timedelta(days=700)


class Paper:
    """The print of one prescription, and the boxes that its lines are dispensed from.

    Attributes:
        seal: What the QR code on the print says.
        boxes: What is printed on the box of each line, in the order of the lines: product, expiry
            and batch, that which expires first.
        fresh: The same on the boxes of the last line that come next.
    """

    def __init__(self, url: str, prescription: UUID) -> None:
        rows = server_rows(url)
        head = next(row for row in rows["prescription"] if row["id"] == str(prescription))
        lines = [row for row in rows["prescription_item"] if row["prescription_id"] == head["id"]]
        lines.sort(key=lambda line: line["line"])
        if not head["seal"] or not lines:
            raise NotSeen("The server does not give the print of the prescription")
        self.seal: str = head["seal"]
        gtins = _gtins(UUID(rows["formulary"][0]["id"]))
        today = date.today()
        self.boxes = [
            _box(gtins[line["medicine_id"]], *_first_batch(rows, head["pharmacy_id"], line, today))
            for line in lines
        ]
        self.fresh = _box(gtins[lines[-1]["medicine_id"]], NEW_BATCH, today + _KEEPS)


def _gtins(formulary_id: UUID) -> dict[str, str]:
    return {
        str(medicine_id(formulary_id, row.code)): row.gtin
        for row in read_medicines(read_site(ROSHNI))
        if row.gtin is not None
    }


def _first_batch(
    rows: dict[str, list[dict[str, Any]]], pharmacy_id: str, line: dict[str, Any], today: date
) -> tuple[str, date]:
    batches = [
        (date.fromisoformat(row["expiry"]), row["number"])
        for row in rows["batch"]
        if row["pharmacy_id"] == pharmacy_id
        and row["medicine_id"] == line["medicine_id"]
        and row["on_hand"] > 0
    ]
    usable = [batch for batch in batches if batch[0] > today + timedelta(days=1)]
    if not usable:
        raise NotSeen(f"The pharmacy has no {line['generic_name']} left")
    expiry, number = min(usable)
    return number, expiry


def _box(gtin: str, batch: str, expiry: date) -> str:
    """As a DataMatrix of GS1 says it."""
    return f"01{gtin}17{expiry:%y%m%d}10{batch}"
