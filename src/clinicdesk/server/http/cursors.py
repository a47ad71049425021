"""Where a list goes on: the `after` of a request, which is the `next_after` of the page before."""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

import msgspec
from litestar.params import QueryParameter
from msgspec import Struct

from clinicdesk.contract.problems import InvalidField
from clinicdesk.server.http.problems import Refused

T = TypeVar("T", bound=Struct)

_LONGEST_CURSOR: Final = 120

After = Annotated[
    str | None,
    QueryParameter(max_length=_LONGEST_CURSOR, description="`next_after` of the page before."),
]


def place_in_time(after: str | None, into: type[T]) -> T | None:
    """The place after a row of this time and identifier (`<time>~<id>`); None at the beginning.

    Raises:
        Refused: It is no such place.
    """
    if after is None:
        return None
    values = after.split("~", 1)
    fields = into.__struct_fields__
    try:
        return msgspec.convert(dict(zip(fields, values, strict=True)), into)
    except ValueError as error:  # msgspec's among them
        raise bad_cursor() from error


def bad_cursor() -> Refused:
    """The refusal of an `after` that no page has answered."""
    return Refused(
        InvalidField(detail="after should be the next_after of a page before.", field="after")
    )
