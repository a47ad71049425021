"""Sign-in, refresh and the server's own card.

The device makes an Ed25519 key pair; each refresh is signed with it, so that a refresh token
alone, copied off a desk, is worth nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from clinicdesk.contract.entities import Clinic, Member

SERVER_CARD = "/api/server"
SESSION = "/api/session"
REFRESH = "/api/session/refresh"
SNAPSHOT = "/api/snapshot"
LIVE = "/api/live"
FORMULARY_PAGE = "/api/formularies/{formulary_id}/medicines"
PRICE_PAGE = "/api/price-lists/{price_list_id}/prices"
RULE_PAGE = "/api/rule-sets/{rule_set_id}/rules"
STOCK_LEDGER = "/api/stock/levels/{medicine_id}/movements"
PRICE_PREVIEW = "/api/price-lists/{price_list_id}/preview"
PRICE_IMPORT = "/api/price-lists/{price_list_id}/import"
PATIENT_SEARCH = "/api/patients"
CURRENT_MEDICINES = "/api/patients/{patient_id}/current-medicines"
PRESCRIPTION_LIST = "/api/prescriptions"
PRESCRIPTION_BY_CODE = "/api/prescriptions/by-code/{code}"


class ServerCard(Struct, frozen=True, kw_only=True):
    """What anybody may know of a server, before sign-in."""

    name: str
    version: str
    protocol: int
    server_time: datetime


class SignIn(Struct, frozen=True, kw_only=True):
    """`device_key` is the public key, 32 bytes in unpadded URL-safe base 64.

    `clinic_id` chooses where the account belongs to several clinics; without it the first is taken.
    """

    login: Annotated[str, Meta(min_length=1, max_length=120)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    device_id: UUID
    device_name: Annotated[str, Meta(max_length=120)]
    device_key: Annotated[str, Meta(min_length=43, max_length=43)]
    clinic_id: UUID | None = None


class ClinicChoice(Struct, frozen=True, kw_only=True):
    """A clinic that the account may sign in to."""

    id: UUID
    name: str


class SignedIn(Struct, frozen=True, kw_only=True):
    """A session. `clinics` are all that this account may sign in to."""

    session_id: UUID
    access_token: str
    expires: datetime
    refresh_token: str
    server_time: datetime
    member: Member
    clinic: Clinic
    clinics: list[ClinicChoice]


class Refresh(Struct, frozen=True, kw_only=True):
    """`signature`: Ed25519 by the device key over `refresh_message`, unpadded URL-safe base 64."""

    refresh_token: Annotated[str, Meta(max_length=256)]
    device_id: UUID
    signed_at: datetime
    signature: Annotated[str, Meta(min_length=86, max_length=86)]


class Refreshed(Struct, frozen=True, kw_only=True):
    """The next pair of tokens; the refresh token that was given is spent."""

    access_token: str
    expires: datetime
    refresh_token: str
    server_time: datetime


def refresh_message(refresh_token: str, device_id: UUID, signed_at: datetime) -> bytes:
    """The bytes that a device signs to refresh its session."""
    return f"clinicdesk refresh\n{device_id}\n{signed_at.isoformat()}\n{refresh_token}".encode()
