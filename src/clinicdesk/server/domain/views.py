"""What of a row a member is shown, as SQL: `contract.access` for a query that gives rows to a desk.

Row-level security decides which rows; this decides which of their fields arrive as null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinicdesk.contract.access import GRANTS, HIDDEN, Audience, Grant, scopes_of
from clinicdesk.contract.entities import ENTITIES, Member

if TYPE_CHECKING:
    from typing import LiteralString

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def present_scopes(tx: Transaction, actor: MemberActor) -> frozenset[str]:
    """The actor's scopes at the moment that the transaction reads; none when they have left.

    A session is trusted for a moment after it was looked up; row-level security is not, and what
    is told of the rights beside rows has to be what the rows were chosen by.
    """
    member = await tx.one(
        "select * from member where clinic_id = %(clinic_id)s and id = %(id)s",
        {"clinic_id": actor.member.clinic_id, "id": actor.member.id},
        into=Member,
    )
    return frozenset() if member is None else scopes_of(member)


def select_list(entity: str) -> LiteralString:
    """The columns of the entity, in the order of its type, as the acting member is shown them.

    Like the policies it asks the database who acts, so that both follow the same rights.
    """
    fields = ENTITIES[entity].__struct_fields__
    return ", ".join(_column(entity, field) for field in fields)  # out of the contract


def _column(entity: str, field: str) -> str:
    hiding = {view for (kind, view), hidden in HIDDEN.items() if kind == entity and field in hidden}
    if not hiding:
        return field
    shown = [_condition(grant) for grant in GRANTS[entity] if grant.view not in hiding]
    return f"case when {' or '.join(shown) or 'false'} then {field} end as {field}"


def _condition(grant: Grant) -> str:
    """When the grant holds, for a row and for who acts."""
    lasting = f" and {grant.when} is not null" if grant.when else ""
    if grant.audience is Audience.CLINIC:
        return f"(true{lasting})"
    if grant.audience is Audience.ROLE:
        return f"((select acting_role()) = '{grant.key}'{lasting})"
    column = f"any({grant.key})" if grant.key.endswith("_ids") else grant.key
    return f"((select acting_{grant.audience}()) = {column}{lasting})"
