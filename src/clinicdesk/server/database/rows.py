"""Rows of PostgreSQL straight into msgspec Structs.

The names of the columns are the names of the fields. Texts become the field's enum where it has
one; all else arrives from psycopg as the field wants it (uuid, timestamptz in UTC, jsonb).
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct
from psycopg import AsyncCursor

from clinicdesk.server.database.errors import ColumnsDiffer

T = TypeVar("T", bound=Struct)
Converter = Callable[[Any], Any]

SERVER_ONLY_COLUMNS: typing.Final = frozenset({"search_text"})
"""Columns that no Struct has: dropped when a query says `select *`."""


def struct_rows(into: type[T]) -> Callable[[AsyncCursor[Any]], Callable[[Sequence[Any]], T]]:
    """A psycopg row factory that makes `into`.

    Raises:
        ColumnsDiffer: when the query runs, if it returns a column that is no field, or lacks a
            field that has no default.
    """

    def factory(cursor: AsyncCursor[Any]) -> Callable[[Sequence[Any]], T]:
        columns = tuple(column.name for column in cursor.description or ())
        return _maker(into, columns)

    return factory


@functools.lru_cache(maxsize=512)
def _maker(into: type[T], columns: tuple[str, ...]) -> Callable[[Sequence[Any]], T]:
    if not columns:
        return lambda _values: into()
    fields = {field.name: field for field in msgspec.structs.fields(into)}
    unknown = [name for name in columns if name not in fields and name not in SERVER_ONLY_COLUMNS]
    missing = [name for name, field in fields.items() if field.required and name not in columns]
    if unknown or missing:
        raise ColumnsDiffer(into.__name__, unknown=unknown, missing=missing)
    kept = [(place, name) for place, name in enumerate(columns) if name in fields]
    converters = [
        (name, converter)
        for _, name in kept
        if (converter := _converter(fields[name].type)) is not None
    ]

    def make(values: Sequence[Any]) -> T:
        row = {name: values[place] for place, name in kept}
        for name, convert in converters:
            if row[name] is not None:
                row[name] = convert(row[name])
        return into(**row)

    return make


def _converter(annotation: Any) -> Converter | None:
    """What turns the driver's value into the field's, where the two differ."""
    for option in _options(annotation):
        if isinstance(option, type) and issubclass(option, Enum):
            return option
        if isinstance(option, type) and issubclass(option, Struct):
            return functools.partial(msgspec.convert, type=option)
        if get_origin(option) is list:
            (inner,) = get_args(option)
            if (convert := _converter(inner)) is not None:
                return functools.partial(_each, convert)
    return None


def _options(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is typing.Annotated:
        return _options(get_args(annotation)[0])
    if get_origin(annotation) in (typing.Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)


def _each(convert: Converter, values: list[Any]) -> list[Any]:
    return [convert(value) for value in values]
