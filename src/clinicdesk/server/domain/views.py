"""What of a row a member is shown, as SQL: `contract.access` for a query that gives rows to a desk.

Row-level security decides which rows; this decides which of their fields arrive as null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from clinicdesk.contract.access import GRANTS, HIDDEN, Audience, Grant, scopes_of
from clinicdesk.contract.entities import ENTITIES, Member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import LiteralString

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def present_scopes(tx: Transaction, actor: MemberActor) -> frozenset[str]:
    """The actor's scopes at the moment that the transaction reads; none when they have left.

    A session is trusted for a moment after it was looked up; row-level security is not. What is
    shown of a row has to follow the same rights as whether it is shown.
    """
    member = await tx.one(
        "select * from member where clinic_id = %(clinic_id)s and id = %(id)s",
        {"clinic_id": actor.member.clinic_id, "id": actor.member.id},
        into=Member,
    )
    return frozenset() if member is None else scopes_of(member)


def select_list(entity: str, scopes: frozenset[str]) -> LiteralString:
    """The columns of the entity, in the order of its type, for somebody with these scopes."""
    fields = ENTITIES[entity].__struct_fields__
    # Out of the contract, and of scopes whose keys are UUIDs.
    return ", ".join(_column(entity, field, scopes) for field in fields)


def _column(entity: str, field: str, scopes: frozenset[str]) -> str:
    hiding = {view for (kind, view), hidden in HIDDEN.items() if kind == entity and field in hidden}
    if not hiding:
        return field
    shown = [
        condition
        for grant in GRANTS[entity]
        if grant.view not in hiding
        for condition in _conditions(grant, scopes)
    ]
    return f"case when {' or '.join(shown) or 'false'} then {field} end as {field}"


def _conditions(grant: Grant, scopes: frozenset[str]) -> Iterator[str]:
    """When the grant holds for a row; nothing when it never does."""
    lasting = f" and {grant.when} is not null" if grant.when else ""
    for scope in sorted(scopes):
        audience, _, key = scope.partition(":")
        if audience != grant.audience:
            continue
        if grant.audience is Audience.CLINIC or key == grant.key:
            yield f"(true{lasting})"
        elif grant.audience in (Audience.PRACTITIONER, Audience.PHARMACY):
            many = grant.key.endswith("_ids")
            column = f"any({grant.key})" if many else grant.key
            yield f"('{UUID(key)}' = {column}{lasting})"
