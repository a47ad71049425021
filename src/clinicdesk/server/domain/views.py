"""What of a row a member is shown, as SQL: `contract.access` for a query that gives rows to a desk.

Row-level security decides which rows; this decides which of their fields arrive as null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from clinicdesk.contract.access import GRANTS, HIDDEN, Audience, Grant
from clinicdesk.contract.entities import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import LiteralString


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
