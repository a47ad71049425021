"""What the server says at the end, asked by somebody who had no part in it."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clinicdesk.contract.session import SESSION, SNAPSHOT
from clinicdesk.contract.snapshot import whole_snapshot
from clinicdesk.contract.version import PROTOCOL, PROTOCOL_HEADER
from clinicdesk.demo.desks import NotSeen
from clinicdesk.server.demo_data import PASSWORD

ADMINISTRATOR = "meenal.apte"


def check_owed(url: str, prescription: UUID) -> None:
    """See that what was owed was said to the patient once, and paid for once.

    Raises NotSeen where it is not so.
    """
    rows = server_rows(url)
    told = [row for row in rows["patient_notice"] if row["prescription_id"] == str(prescription)]
    _hold(len(told) == 1, "one notice for the patient was queued")
    below = [row for row in rows["batch"] if row["on_hand"] < 0]
    _hold(not below, "no shelf holds less than nothing")


def check_outcome(url: str, handed_over: UUID, cancelled: UUID) -> None:
    """See that nothing was lost and nothing happened twice. Raises NotSeen where it is not so."""
    rows = server_rows(url)
    done = _one(rows["prescription"], handed_over)
    lines = [row for row in rows["prescription_item"] if row["prescription_id"] == done["id"]]
    paid = [row for row in rows["payment"] if row["prescription_id"] == done["id"]]
    _hold(done["status"] == "COMPLETED", "the first prescription is handed over")
    _hold(bool(lines), "it has lines")
    _hold(all(line["status"] == "HANDED_OVER" for line in lines), "each line is handed over")
    _hold(all(line["supplied"] == line["quantity"] for line in lines), "once, and whole")
    _hold(len(paid) == 1, "it was paid once")
    _hold(paid[0]["amount_minor"] == done["total_minor"], "and to the total")
    _hold(_one(rows["prescription"], cancelled)["status"] == "CANCELLED", "the second is cancelled")


def server_rows(url: str) -> dict[str, list[dict[str, Any]]]:
    """Everything of the clinic that an administrator may see, by kind."""
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    who = {
        "login": ADMINISTRATOR,
        "password": PASSWORD,
        "device_id": str(uuid4()),
        "device_name": "tour",
        "device_key": base64.urlsafe_b64encode(public).rstrip(b"=").decode(),
    }
    with httpx.Client(base_url=url, headers={PROTOCOL_HEADER: str(PROTOCOL)}, timeout=20) as client:
        signed_in = client.post(SESSION, json=who).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {signed_in['access_token']}"}
        answer = client.get(SNAPSHOT, headers=bearer).raise_for_status()
    found = whole_snapshot(answer.content).rows
    return {kind: [msgspec.json.decode(row) for row in rows] for kind, rows in found.items()}


def _one(rows: list[dict[str, Any]], row_id: UUID) -> dict[str, Any]:
    found = [row for row in rows if row["id"] == str(row_id)]
    _hold(len(found) == 1, f"there is one {row_id}")
    return found[0]


def _hold(true: bool, what: str) -> None:
    if not true:
        raise NotSeen(f"The server does not say that {what}")
