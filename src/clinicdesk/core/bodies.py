"""Between bodies, as they travel and are stored, and rows, as screens use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from clinicdesk.contract.access import audience_of, body_of, view_for
from clinicdesk.contract.entities import ENTITIES, Row
from clinicdesk.contract.frames import Item
from clinicdesk.core.store.rows import GoneRow, StoredRow


class BadFrame(Exception):
    """A frame carries a row that is not of this contract: the rows have to be fetched anew."""


def decode(kind: str, body: bytes) -> Row:
    """One row. Raises `msgspec.DecodeError`."""
    return _ONE[kind](body)


def decode_array(kind: str, bodies: bytes) -> list[Row]:
    """Rows of one kind in a JSON array, quicker than one by one. Raises `msgspec.DecodeError`."""
    return _MANY[kind](bodies)


def row_of(item: Item) -> Row | None:
    """The row that an item brings; None when it takes one away. Raises BadFrame."""
    body = _body(item)
    if body is None:
        return None
    try:
        return decode(item.kind, body)
    except msgspec.DecodeError as error:
        raise BadFrame(f"a row of kind {item.kind} is not right") from error


def stored(item: Item) -> StoredRow | GoneRow:
    """An item as the store takes it."""
    body = _body(item)
    if body is None:
        return GoneRow(item.kind, item.id, item.v)
    return StoredRow(item.kind, item.id, item.v, body)


def purged(kind: str, row: Row, scopes: frozenset[str]) -> StoredRow | GoneRow | None:
    """What is left of a row for somebody with `scopes`; None when nothing about it changes."""
    columns = msgspec.to_builtins(row)
    view = view_for(scopes, audience_of(kind, columns))
    if view is None:
        return GoneRow(kind, row.id, row.version)
    body = body_of(kind, view, columns)
    if body == columns:
        return None
    return StoredRow(kind, row.id, row.version, msgspec.json.encode(body))


def _body(item: Item) -> bytes | None:
    return bytes(item.body) if isinstance(item.body, msgspec.Raw) and not item.gone else None


_ONE: Mapping[str, Callable[[bytes], Row]] = {
    kind: msgspec.json.Decoder(entity).decode for kind, entity in ENTITIES.items()
}
_MANY: Mapping[str, Callable[[bytes], list[Row]]] = {
    kind: msgspec.json.Decoder(list[entity]).decode  # type: ignore[valid-type]
    for kind, entity in ENTITIES.items()
}
