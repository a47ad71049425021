"""Opens the data files of this package and decodes them into checked types."""

from __future__ import annotations

from importlib.resources import files
from typing import IO, TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

T = TypeVar("T")


def open_data(name: str) -> IO[bytes]:
    """The data file, for reading bytes."""
    return _path(name).open("rb")


def read_toml(name: str, of: type[T]) -> T:
    """The TOML file as `of`; a misspelt or missing field is an error, as the files are our own."""
    return msgspec.toml.decode(_path(name).read_bytes(), type=of)


def _path(name: str) -> Traversable:
    return files("clinicdesk.server.demo_clinic") / "data" / name
