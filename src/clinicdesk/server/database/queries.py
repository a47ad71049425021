"""Named SQL. A query stands in a `.sql` file beside the code that uses it:

    -- name: prescription_for_update
    -- The prescription, locked until the transaction ends.
    select * from prescription where clinic_id = %(clinic_id)s and id = %(id)s for update;

Parameters are psycopg's `%(name)s`; a literal per cent sign is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from msgspec import Struct

_HEADER = re.compile(r"^-- name: *(?P<name>[a-z][a-z0-9_]*) *$", re.MULTILINE)


class Query(Struct, frozen=True):
    """A statement with its name and what it is for."""

    name: str
    description: str
    sql: str


def load_queries(package: str, file: str) -> Mapping[str, Query]:
    """The queries of a file in a package, by name.

    Raises:
        ValueError: a query without a description, without a statement, or two of one name.
    """
    return parse_queries(files(package).joinpath(file).read_text(encoding="utf-8"), file)


def parse_queries(text: str, file: str) -> Mapping[str, Query]:
    """As `load_queries`, from the text of a file."""
    found: dict[str, Query] = {}
    headers = list(_HEADER.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    for header, end in zip(headers, ends, strict=True):
        query = _parse(header["name"], text[header.end() : end])
        if query.name in found or not query.description or not query.sql:
            raise ValueError(f"{file}: {query.name} is doubled, undescribed or empty")
        found[query.name] = query
    return MappingProxyType(found)


def _parse(name: str, body: str) -> Query:
    lines = body.strip().splitlines()
    start = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    description = " ".join(line.removeprefix("--").strip() for line in lines[:start])
    sql = "\n".join(lines[start:]).strip().removesuffix(";")
    return Query(name=name, description=description, sql=sql)
