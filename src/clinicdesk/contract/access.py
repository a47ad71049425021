"""Who sees which row, in which view, and who may give which command. Data; enforced elsewhere.

A member of staff has a set of **scopes** (`scopes_of`). Each entity lists **grants**: an audience,
made into scopes from a row's own columns, and the view that this audience gets. The live feed, the
snapshot and the desk's own purge all read this table; row-level security says the same in SQL, and
a test compares the two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from clinicdesk.contract.entities import ENTITIES, Member, Role


class View(StrEnum):
    """How much of a row is shown. `FULL` is wider than `DESK`."""

    FULL = "full"
    DESK = "desk"


class Audience(StrEnum):
    """A kind of scope."""

    CLINIC = "clinic"
    ROLE = "role"
    PRACTITIONER = "practitioner"
    PHARMACY = "pharmacy"


class Grant(Struct, frozen=True):
    """An audience and what it gets.

    Attributes:
        key: The role's name for `ROLE`; otherwise the column that names the practitioner(s) or
        pharmacies. when: A column that must not be null for the grant to hold.
    """

    audience: Audience
    key: str = ""
    view: View = View.FULL
    when: str = ""


_EVERYONE = (Grant(Audience.CLINIC),)
_ADMIN = Grant(Audience.ROLE, Role.ADMIN)
_CARE_TEAM = Grant(Audience.PRACTITIONER, "practitioner_ids")
_SUPPLIERS = Grant(Audience.PHARMACY, "pharmacy_ids")
_PRESCRIBER = Grant(Audience.PRACTITIONER, "practitioner_id")
_DISPENSARY = Grant(Audience.PHARMACY, "pharmacy_id", when="signed_at")
_COUNTER = (_ADMIN, Grant(Audience.PHARMACY, "pharmacy_id"))

GRANTS: Final[Mapping[str, tuple[Grant, ...]]] = {
    "clinic": _EVERYONE,
    "service": _EVERYONE,
    "member": _EVERYONE,
    "practitioner": _EVERYONE,
    "pharmacy": _EVERYONE,
    "formulary": _EVERYONE,
    "rule_set": _EVERYONE,
    "seal_key": _EVERYONE,
    "price_list": _EVERYONE,
    "stock_level": _EVERYONE,
    "batch": _COUNTER,
    "supplier": (_ADMIN, Grant(Audience.ROLE, Role.PHARMACIST)),
    "supply_order": _COUNTER,
    "supply_order_line": _COUNTER,
    "patient": (_ADMIN, Grant(Audience.ROLE, Role.RECEPTION), _CARE_TEAM, _SUPPLIERS),
    "allergy": (_ADMIN, _CARE_TEAM, _SUPPLIERS),
    "prescription": (
        _ADMIN,
        Grant(Audience.ROLE, Role.RECEPTION, View.DESK, when="signed_at"),
        _PRESCRIBER,
        _DISPENSARY,
    ),
    "prescription_item": (_ADMIN, _PRESCRIBER, _DISPENSARY),
    "payment": (
        _ADMIN,
        Grant(Audience.ROLE, Role.RECEPTION),
        _PRESCRIBER,
        Grant(Audience.PHARMACY, "pharmacy_id"),
    ),
    "dispense": (*_COUNTER, _PRESCRIBER),
    "safety_finding": (_ADMIN, _PRESCRIBER, _DISPENSARY),
    "purchase_order": (
        *_COUNTER,
        Grant(Audience.ROLE, Role.RECEPTION, View.DESK),
        _PRESCRIBER,
    ),
    "patient_notice": (*_COUNTER, Grant(Audience.ROLE, Role.RECEPTION), _PRESCRIBER),
}

HIDDEN: Final[Mapping[tuple[str, View], frozenset[str]]] = {
    ("prescription", View.DESK): frozenset({"note", "cancel_reason", "counselling", "seal"}),
    ("purchase_order", View.DESK): frozenset({"response_note"}),
}
"""Fields that a view shows as null: the front desk reads no clinical text."""

_THERAPIST = frozenset({Role.THERAPIST})
_PHARMACIST = frozenset({Role.PHARMACIST})

COMMANDS: Final[Mapping[str, frozenset[Role]]] = {
    "write_draft": _THERAPIST,
    "revise_draft": _THERAPIST,
    "sign_and_send": _THERAPIST,
    "reroute_order": _THERAPIST,
    "cancel_prescription": _THERAPIST | _PHARMACIST,
    "take_payment": _PHARMACIST,
    "pay_out_refund": _PHARMACIST,
    "pick_items": _PHARMACIST,
    "check_item": _PHARMACIST,
    "uncheck_item": _PHARMACIST,
    "owe_item": _PHARMACIST,
    "hold_items": _PHARMACIST,
    "release_items": _PHARMACIST,
    "substitute_item": _PHARMACIST,
    "decline_item": _PHARMACIST,
    "cancel_item": _PHARMACIST,
    "fulfill_items": _PHARMACIST,
    "return_to_stock": _PHARMACIST,
    "restart_items": _PHARMACIST,
    "hand_over": _PHARMACIST,
    "note_counselling": _PHARMACIST,
    "tell_patient": _PHARMACIST,
    "dispense_repeat": _PHARMACIST,
    "acknowledge_order": _PHARMACIST,
    "reject_order": _PHARMACIST,
    "dispatch_order": _PHARMACIST,
    "deliver_order": _PHARMACIST,
    "receive_stock": _PHARMACIST,
    "adjust_stock": _PHARMACIST,
    "set_reorder": _PHARMACIST,
    "set_price": _PHARMACIST,
    "write_supplier": _PHARMACIST,
    "write_supply_order": _PHARMACIST,
    "revise_supply_order": _PHARMACIST,
    "submit_supply_order": _PHARMACIST,
    "acknowledge_supply_order": _PHARMACIST,
    "receive_goods": _PHARMACIST,
    "close_supply_order": _PHARMACIST,
    "cancel_supply_order": _PHARMACIST,
}
"""Command to the roles that may give it, on rows that they see in full."""

_WIDTH: Final = {View.DESK: 1, View.FULL: 2}


def scopes_of(member: Member) -> frozenset[str]:
    """The scopes of a member of staff: none when the membership has ended."""
    if not member.active:
        return frozenset()
    scopes = {"clinic", f"role:{member.role}"}
    if member.practitioner_id is not None:
        scopes.add(f"practitioner:{member.practitioner_id}")
    if member.pharmacy_id is not None:
        scopes.add(f"pharmacy:{member.pharmacy_id}")
    return frozenset(scopes)


def access_digest(scopes: frozenset[str]) -> str:
    """A short name for a set of scopes; a desk whose digest changed asks for a new snapshot."""
    return hashlib.sha256("\n".join(sorted(scopes)).encode()).hexdigest()[:16]


def audience_of(entity: str, row: Mapping[str, Any]) -> dict[str, View]:
    """The scopes that see `row` (JSON values, as the log holds it), each with its widest view."""
    audience: dict[str, View] = {}
    for grant in GRANTS[entity]:
        if grant.when and row.get(grant.when) is None:
            continue
        for scope in _scopes(grant, row):
            audience[scope] = wider(audience.get(scope), grant.view)
    return audience


def view_for(scopes: frozenset[str], audience: Mapping[str, View]) -> View | None:
    """The widest view that `scopes` give of a row with `audience`; None: it is not theirs."""
    widest: View | None = None
    for scope, view in audience.items():
        if scope in scopes:
            widest = wider(widest, view)
    return widest


def wider(one: View | None, other: View) -> View:
    """The wider of two views."""
    return other if one is None or _WIDTH[other] > _WIDTH[one] else one


def fields_shown(entity: str, view: View) -> tuple[str, ...]:
    """The fields of a body in `view`, in the order of the type; the others travel as null."""
    hidden = HIDDEN.get((entity, view), frozenset())
    return tuple(name for name in ENTITIES[entity].__struct_fields__ if name not in hidden)


def body_of(entity: str, view: View, row: Mapping[str, Any]) -> dict[str, Any]:
    """The body that travels: `row` cut to the contract's fields, those hidden in `view` as null."""
    hidden = HIDDEN.get((entity, view), frozenset())
    return {
        name: None if name in hidden else row[name] for name in ENTITIES[entity].__struct_fields__
    }


def _scopes(grant: Grant, row: Mapping[str, Any]) -> Iterator[str]:
    if grant.audience is Audience.CLINIC:
        yield "clinic"
    elif grant.audience is Audience.ROLE:
        yield f"role:{grant.key}"
    else:
        value = row.get(grant.key)
        keys = value if isinstance(value, list) else [value]
        yield from (f"{grant.audience}:{key}" for key in keys if key is not None)
