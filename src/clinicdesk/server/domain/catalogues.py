"""Long lists in pages: what of a formulary, a price list or a rule set changed since a revision.

Their rows are not in the log: a change of many is one change of the list's own row, whose
`revision` desks fetch up to, in the order (revision, identifier).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from clinicdesk.contract.entities import Medicine, Price, SafetyRule
from clinicdesk.contract.snapshot import MedicinePage, PricePage, RulePage

if TYPE_CHECKING:
    from typing import LiteralString

    from clinicdesk.server.database.transaction import Transaction

LONGEST_PAGE: Final = 5000

_AFTER: Final = re.compile(r"(?P<revision>\d{1,9})(?::(?P<id>[0-9a-f-]{36}))?")
_LAST_ID: Final = UUID(int=2**128 - 1)


class Catalogue(Struct, frozen=True, kw_only=True):
    """A kind of list.

    Attributes:
        head: The table of the lists.
        key: The column of a row that names its list.
        table: The table of the rows.
        row: The contract's type of a row; its fields are columns.
        rows: The page's field with the rows.
        page: The page as it travels.
    """

    head: LiteralString
    key: LiteralString
    table: LiteralString
    row: type[Struct]
    rows: str
    page: type[Struct]

    @property
    def named(self) -> str:
        """What a sentence calls such a list."""
        return self.head.replace("_", " ")


MEDICINES: Final = Catalogue(
    head="formulary",
    key="formulary_id",
    table="medicine",
    row=Medicine,
    rows="medicines",
    page=MedicinePage,
)
PRICES: Final = Catalogue(
    head="price_list",
    key="price_list_id",
    table="price",
    row=Price,
    rows="prices",
    page=PricePage,
)
RULES: Final = Catalogue(
    head="rule_set",
    key="rule_set_id",
    table="safety_rule",
    row=SafetyRule,
    rows="rules",
    page=RulePage,
)


class After(Struct, frozen=True):
    """Where a page begins: after this row of this revision."""

    revision: int
    id: UUID


class _Read(Struct, frozen=True):
    revision: int
    rows: str
    count: int
    last_revision: int | None
    last_id: UUID | None


def parse_after(text: str) -> After | None:
    """Where to go on: `12` is after revision 12, `12:<id>` within it; None when it is neither."""
    found = _AFTER.fullmatch(text)
    if found is None:
        return None
    try:
        return After(int(found["revision"]), UUID(found["id"]) if found["id"] else _LAST_ID)
    except ValueError:
        return None


async def page_after(
    tx: Transaction,
    catalogue: Catalogue,
    clinic_id: UUID,
    list_id: UUID,
    after: After,
    limit: int,
) -> bytes | None:
    """The next rows, as the JSON of the catalogue's page; None when there is no such list. Call it
    in a snapshot."""
    read = await tx.one(
        _statement(catalogue),
        {
            "clinic_id": clinic_id,
            "list_id": list_id,
            "revision": after.revision,
            "id": after.id,
            "limit": limit,
        },
        into=_Read,
    )
    if read is None:
        return None
    full = read.count == limit
    return msgspec.json.encode(
        {
            catalogue.key: list_id,
            "revision": read.revision,
            catalogue.rows: Raw(read.rows.encode()),
            "next_after": f"{read.last_revision}:{read.last_id}" if full else None,
        }
    )


def _statement(catalogue: Catalogue) -> str:
    """A page as JSON, with the list's revision of the same moment and the page's end, in one
    statement along the index by revision. All names in it are the contract's."""
    columns = ", ".join(catalogue.row.__struct_fields__)
    return f"""
        with page as (
          select {columns} from {catalogue.table}
          where clinic_id = %(clinic_id)s and {catalogue.key} = %(list_id)s
            and (revision, id) > (%(revision)s, %(id)s::uuid)
          order by revision, id
          limit %(limit)s
        ), last as (
          select revision, id from page order by revision desc, id desc limit 1
        )
        select h.revision,
          (select coalesce(json_agg(page), '[]')::text from page) as rows,
          (select count(*)::int from page) as count,
          (select revision from last) as last_revision,
          (select id from last) as last_id
        from {catalogue.head} h
        where h.clinic_id = %(clinic_id)s and h.id = %(list_id)s"""
