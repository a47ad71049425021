"""Lists of interactions in DDInter's form: `DDInterID_A,Drug_A,DDInterID_B,Drug_B,Level`.

The list itself is not part of this product; a clinic that has the licence imports it. It says how
grave an interaction is and not what happens.
"""

from __future__ import annotations

import csv
from typing import IO, TYPE_CHECKING, Final

from clinicdesk.contract.entities import RuleLevel
from clinicdesk.contract.substances import international_name
from clinicdesk.server.domain.formulary.physical_lines import Record, records
from clinicdesk.server.domain.formulary.rows import (
    HEADER,
    ROW,
    BadFieldError,
    RejectedRow,
    checked_text,
)
from clinicdesk.server.domain.safety.rule_rows import RuleRow, interaction

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE: Final = "DDInter"

COLUMNS: Final = ("ddinterid_a", "drug_a", "ddinterid_b", "drug_b", "level")
"""In lower case, as headers are compared."""

_REQUIRED: Final = ("drug_a", "drug_b", "level")
_LONGEST_NAME: Final = 120
_LEVELS: Final = {
    "major": RuleLevel.MAJOR,
    "moderate": RuleLevel.MODERATE,
    "minor": RuleLevel.MINOR,
    "unknown": RuleLevel.UNKNOWN,
}
_UNDERSTOOD: Final = "The header is DDInterID_A,Drug_A,DDInterID_B,Drug_B,Level."


def read_ddinter(source: IO[bytes]) -> Iterator[RuleRow | RejectedRow]:
    """Each row of the file, in its order, as a rule or as the reason why it is none.

    A pair that stands there twice counts once; where the two disagree, the second is rejected. A
    file that cannot be read at all gives one `RejectedRow` whose field is `HEADER`.

    Args:
        source: Open in binary mode. `source.tell()` shows the progress while reading.
    """
    rows = records(source)
    columns = _columns(next(rows, None))
    if isinstance(columns, RejectedRow):
        yield columns
        return
    known: dict[tuple[str, str], tuple[int, RuleLevel]] = {}
    for record in rows:
        try:
            rule = _rule(_fields(record, columns))
        except BadFieldError as bad:
            yield RejectedRow(record.line, bad.field, bad.reason)
            continue
        line, level = known.setdefault((rule.subject, rule.other), (record.line, rule.level))
        if level is not rule.level:
            reason = f"Line {line} says {level} of {rule.subject} and {rule.other}."
            yield RejectedRow(record.line, "level", reason)
        else:
            yield rule


def _columns(header: Record | None) -> list[str] | RejectedRow:
    if header is None:
        return RejectedRow(1, HEADER, f"The file is empty. {_UNDERSTOOD}")
    if header.fault:
        return RejectedRow(header.line, HEADER, f"{header.fault} {_UNDERSTOOD}")
    try:
        columns = [name.strip().lower() for name in _split(header.text)]
    except BadFieldError as bad:
        return RejectedRow(header.line, HEADER, f"{bad.reason} {_UNDERSTOOD}")
    while columns and not columns[-1]:
        columns.pop()
    missing = [name for name in _REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in COLUMNS]
    if missing or unknown or len(set(columns)) < len(columns):
        wrong = f"It begins “{header.text[:60]}”."
        return RejectedRow(header.line, HEADER, f"{_UNDERSTOOD} {wrong}")
    return columns


def _rule(fields: dict[str, str]) -> RuleRow:
    one = _name("Drug_A", fields["drug_a"])
    other = _name("Drug_B", fields["drug_b"])
    if one == other:
        raise BadFieldError("Drug_B", f"Drug_A and Drug_B are both {one}.")
    word = fields["level"].strip().lower()
    if word not in _LEVELS:
        known = ", ".join(level.capitalize() for level in _LEVELS)
        raise BadFieldError("Level", f'Level is "{word[:20]}"; known are {known}.')
    return interaction(one, other, _LEVELS[word])


def _name(field: str, text: str) -> str:
    return international_name(checked_text(field, text, _LONGEST_NAME, required=True))


def _fields(record: Record, columns: list[str]) -> dict[str, str]:
    if record.fault:
        raise BadFieldError(ROW, record.fault)
    fields = _split(record.text)
    if len(fields) != len(columns):
        raise BadFieldError(
            ROW, f"The row has {len(fields)} fields where the header has {len(columns)}."
        )
    return dict(zip(columns, fields, strict=True))


def _split(text: str) -> list[str]:
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        raise BadFieldError(ROW, "The row has a quotation mark in the wrong place.") from None
