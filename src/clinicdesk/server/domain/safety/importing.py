"""Taking rules into a clinic's rule set: what is new is added, what differs is changed.

Rules of other sources stay as they are, and so do those of this source that the file does not name,
unless it is the whole of its source. However many change, it is one new revision of the rule set
and one entry of the log; the same file again changes nothing at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from msgspec import Struct

from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.formulary.rows import HEADER, RejectedRow
from clinicdesk.server.domain.safety.rule_rows import RuleRow, rule_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.safety", "importing.sql")
_TOLD_EVERY: Final = 5000


class RuleReport(Struct, frozen=True, kw_only=True):
    """What came of an import.

    Attributes:
        revision: Of the rule set afterwards.
        rejected: The rows that were left out, with the reason.
    """

    read: int
    added: int
    changed: int
    withdrawn: int
    revision: int
    rejected: list[RejectedRow]

    @property
    def unchanged(self) -> int:
        """Rules that were there already, just so, or stood in the file twice."""
        return self.read - len(self.rejected) - self.added - self.changed

    @property
    def unreadable(self) -> RejectedRow | None:
        """Why nothing of the file could be read, if that is so."""
        return next((row for row in self.rejected if row.field == HEADER), None)


class _Written(Struct, frozen=True):
    added: int
    changed: int


async def import_rules(
    tx: Transaction,
    clinic_id: UUID,
    source: str,
    rows: Iterable[RuleRow | RejectedRow],
    progress: Callable[[int], None],
    *,
    whole: bool = False,
) -> RuleReport:
    """Take the rows into the clinic's rule set, as the owner.

    Args:
        tx: The import is one transaction: all of it takes effect, or nothing.
        clinic_id: Whose rules they become. A clinic without a rule set is given one.
        source: Where the rules come from, as desks show it.
        rows: As `ddinter.read_ddinter` gives them.
        progress: Told now and then how many rows have been read.
        whole: The rows are all rules of this source: others of it are withdrawn.
    """
    set_id = rule_set_id(clinic_id)
    key = {"clinic_id": clinic_id, "rule_set_id": set_id, "source": source}
    await tx.execute(_QUERIES["have_rule_set"], key)
    standing: int = await tx.value(_QUERIES["hold_rule_set"], key)
    await tx.execute(_QUERIES["make_incoming"])
    rejected: list[RejectedRow] = []
    read = await _copy(tx, set_id, source, _accepted(rows, rejected, progress))
    await tx.execute(_QUERIES["know_incoming"])
    revision = standing + 1
    written = await tx.one(_QUERIES["take_incoming"], {**key, "revision": revision}, into=_Written)
    assert written is not None  # aggregates answer one row
    withdrawn = 0
    if whole:
        withdrawn = await tx.execute(_QUERIES["withdraw_others"], {**key, "revision": revision})
    if written.added or written.changed or withdrawn:
        await tx.execute(_QUERIES["new_revision"], {**key, "revision": revision})
    else:
        revision = standing
    await tx.execute(_QUERIES["forget_incoming"])
    return RuleReport(
        read=read + len(rejected),
        added=written.added,
        changed=written.changed,
        withdrawn=withdrawn,
        revision=revision,
        rejected=rejected,
    )


def rule_set_id(clinic_id: UUID) -> UUID:
    """A clinic has one rule set."""
    return uuid5(clinic_id, "rule set")


def _accepted(
    rows: Iterable[RuleRow | RejectedRow],
    rejected: list[RejectedRow],
    progress: Callable[[int], None],
) -> Iterator[RuleRow]:
    for count, row in enumerate(rows, 1):
        if isinstance(row, RejectedRow):
            rejected.append(row)
        else:
            yield row
        if count % _TOLD_EVERY == 0:
            progress(count)


async def _copy(tx: Transaction, set_id: UUID, source: str, rows: Iterator[RuleRow]) -> int:
    count = 0
    async with (
        tx.connection.cursor() as cursor,
        cursor.copy(_QUERIES["copy_incoming"].sql) as copy,
    ):
        for row in rows:
            await copy.write_row(
                (
                    rule_id(set_id, source, row),
                    row.kind,
                    row.subject,
                    row.other,
                    row.level,
                    row.text,
                    row.route,
                    row.max_single_ug,
                    row.max_daily_ug,
                    row.from_age_months,
                    row.to_age_months,
                )
            )
            count += 1
    return count
