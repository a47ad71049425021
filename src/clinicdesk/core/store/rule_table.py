"""The clinic's safety rules in the store, found by the names that a check is about.

There may be a quarter of a million, so none is in memory but those of the last checks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

import msgspec

from clinicdesk.contract.entities import RuleKind, SafetyRule
from clinicdesk.core.store.paged_table import PagedTable
from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.store.thread import StoreThread

_REMEMBERED: Final = 32
"""Checks whose rules stay in memory: a prescriber goes back and forth between a few."""


class RuleTable(PagedTable[SafetyRule]):
    """The table `safety_rule`. Rules that were withdrawn are not kept."""

    def __init__(self, writer: StoreThread, reader: StoreThread) -> None:
        super().__init__(writer, reader)
        self._remembered: OrderedDict[frozenset[str], list[SafetyRule]] = OrderedDict()

    async def between(self, names: frozenset[str]) -> list[SafetyRule]:
        """The rules that a check by these names needs (`contract.safety.names_to_look_up`)."""
        remembered = self._remembered.get(names)
        if remembered is not None:
            self._remembered.move_to_end(names)
            return remembered
        book = self._remembered
        found = await self._reader.run(lambda connection: _between(connection, sorted(names)))
        if book is self._remembered:  # else other rules came while these were read
            book[names] = found
            while len(book) > _REMEMBERED:
                book.popitem(last=False)
        return found

    async def count(self) -> int:
        """How many rules are here."""

        def work(connection: Connection) -> int:
            found = connection.execute("SELECT count(*) FROM safety_rule").fetchone()
            return int(found[0]) if found else 0

        return await self._reader.run(work)

    def _put(self, connection: Connection, rows: Sequence[SafetyRule]) -> None:
        connection.executemany(
            "DELETE FROM safety_rule WHERE id = ?", [(r.id.bytes,) for r in rows if r.withdrawn]
        )
        connection.executemany(
            "INSERT OR REPLACE INTO safety_rule (id, rule_set_id, kind, subject, other, body) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    rule.id.bytes,
                    rule.rule_set_id.bytes,
                    rule.kind.value,
                    rule.subject,
                    rule.other,
                    msgspec.json.encode(rule),
                )
                for rule in rows
                if not rule.withdrawn
            ],
        )

    def _let_go(self, connection: Connection, _list_id: UUID) -> None:
        # A clinic has one set of rules, and what cannot be read does not say of which it is.
        connection.execute("DELETE FROM safety_rule")

    def _readable(self, connection: Connection) -> bool:
        some = connection.execute("SELECT body FROM safety_rule LIMIT 1").fetchone()
        return some is None or bool(_decoded([some]))

    def _changed(self) -> None:
        self._remembered = OrderedDict()


def _between(connection: Connection, names: list[str]) -> list[SafetyRule]:
    marks = ", ".join("?" * len(names))
    classes = connection.execute(
        f"SELECT DISTINCT other FROM safety_rule WHERE kind = ? AND subject IN ({marks})",
        (RuleKind.CLASS.value, *names),
    )
    meant = sorted({*names, *(name for (name,) in classes.fetchall())})
    marks = ", ".join("?" * len(meant))
    rows = connection.execute(
        f"SELECT body FROM safety_rule WHERE subject IN ({marks}) "
        f"AND (other = '' OR other IN ({marks}))",
        (*meant, *meant),
    )
    return _decoded(rows.fetchall())


def _decoded(rows: list[tuple[bytes]]) -> list[SafetyRule]:
    """Those that can be read: what another version of this program wrote is on its way anew."""
    found: list[SafetyRule] = []
    for (body,) in rows:
        with suppress(msgspec.DecodeError):
            found.append(_DECODER.decode(body))
    return found


_DECODER = msgspec.json.Decoder(SafetyRule)
