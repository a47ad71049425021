"""Checks a command against the contract's limits before it is saved, as the server will."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from clinicdesk.contract.commands import AnyCommand
from clinicdesk.contract.text import what_it_needs
from clinicdesk.core.denial import Denied

_PLACE: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<field>[^`]*)`)?$", re.DOTALL)
_LENGTH: Final = re.compile(r"Expected `(?:str|array)` of length (?P<sign>[<>]=) (?P<limit>\d+)")
_SIZE: Final = re.compile(r"Expected `int` (?P<sign>[<>]=) (?P<limit>\d+)")


def checked(command: AnyCommand) -> Denied | None:
    """What is wrong with the command, naming the field; None when nothing is."""
    try:
        # A Struct does not look at its limits when it is made, only when it is read.
        _DECODER.decode(msgspec.json.encode(command))
    except msgspec.ValidationError as error:
        found = _PLACE.match(str(error))
        what, field = (found["what"], found["field"] or "") if found else (str(error), "")
        return Denied(_sentence(what, field), field)
    return None


def _sentence(what: str, field: str) -> str:
    name = field.rpartition(".")[2].replace("_", " ") or "entry"
    length = _LENGTH.match(what)
    if length is not None:
        bound = "at least" if length["sign"] == ">=" else "at most"
        return f"The {name} needs {bound} {length['limit']} characters."
    size = _SIZE.match(what)
    if size is not None:
        bound = "at least" if size["sign"] == ">=" else "at most"
        return f"The {name} must be {bound} {size['limit']}."
    needed = what_it_needs(what)
    return f"The {name} {needed or 'is not right'}."


_DECODER = msgspec.json.Decoder(AnyCommand)
