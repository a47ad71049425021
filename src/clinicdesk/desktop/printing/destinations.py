"""Where paper goes from this computer, and the file that remembers it.

A file of the profile, as the window's own settings are: two profiles beside each other keep their
printers apart. It names printers and sizes, nobody and nothing else.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta, Struct

from clinicdesk.contract.paper import Document, PaperForm

_log = logging.getLogger(__name__)
_FILE: Final = "printing.json"

RAW_PORT: Final = 9100
"""Where label printers listen (AppSocket)."""


class SystemPrinter(Struct, frozen=True, tag="system"):
    """A printer of the operating system: pages of A4."""

    name: str


class RawQueue(Struct, frozen=True, tag="queue"):
    """A queue of the operating system that hands on bytes as they are: a label printer's."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]


class NetworkPrinter(Struct, frozen=True, tag="network"):
    """A label printer with an address of its own."""

    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,253})$")]
    port: Annotated[int, Meta(ge=1, le=65535)] = RAW_PORT


class ToFile(Struct, frozen=True, tag="file"):
    """A file that the person names each time: pages as PDF, or a label printer's commands (`zpl`),
    or a table (`csv`)."""

    zpl: bool = False
    csv: bool = False

    @property
    def form(self) -> PaperForm:
        """What the document is made as."""
        return PaperForm.ZPL if self.zpl else PaperForm.CSV if self.csv else PaperForm.PDF


LabelPrinter: TypeAlias = RawQueue | NetworkPrinter
Destination: TypeAlias = SystemPrinter | RawQueue | NetworkPrinter | ToFile


class LabelRoll(Struct, frozen=True, kw_only=True):
    """What is in the label printer: millimetres and dots per inch."""

    width: Annotated[int, Meta(ge=57, le=160)] = 76
    height: Annotated[int, Meta(ge=32, le=160)] = 51
    dpi: int = 203


class _Content(Struct, kw_only=True):
    chosen: dict[Document, Destination] = {}
    label_printer: LabelPrinter | None = None
    roll: LabelRoll = LabelRoll()
    first_place: Annotated[int, Meta(ge=1, le=24)] = 1


class PrintingChoices:
    """What this computer remembers. A file that cannot be read is begun anew, one that cannot be
    written is no reason not to print: both are noted in the journal.
    """

    def __init__(self, path: Path, content: _Content) -> None:
        self._path = path
        self._content = content

    @classmethod
    def read(cls, config: Path) -> PrintingChoices:
        """The choices of the profile whose folder this is."""
        path = config / _FILE
        content = _Content()
        try:
            content = msgspec.json.decode(path.read_bytes(), type=_Content)
        except FileNotFoundError:
            pass
        except (OSError, msgspec.DecodeError):
            _log.warning("the printers' settings could not be read and are begun anew")
        return cls(path, content)

    @property
    def label_printer(self) -> LabelPrinter | None:
        """The label printer that was set up."""
        return self._content.label_printer

    @property
    def roll(self) -> LabelRoll:
        """The labels in it."""
        return self._content.roll

    @property
    def first_place(self) -> int:
        """The first place of the sheet of labels in use that still has its label, from 1."""
        return self._content.first_place

    def destination(self, document: Document) -> Destination | None:
        """Where a document of this kind went last; None at first."""
        return self._content.chosen.get(document)

    def remember(self, document: Document, destination: Destination) -> None:
        """Where a document of this kind went."""
        self._content.chosen[document] = destination
        self._write()

    def use_up(self, first_place: int) -> None:
        """How far the sheet of labels is used up."""
        self._content.first_place = first_place
        self._write()

    def set_up(self, label_printer: LabelPrinter | None, roll: LabelRoll) -> None:
        """Another label printer, or none; it is what labels go to from now on."""
        self._content.label_printer = label_printer
        self._content.roll = roll
        if label_printer is not None:
            self._content.chosen[Document.LABELS] = label_printer
        elif isinstance(self._content.chosen.get(Document.LABELS), LabelPrinter):
            del self._content.chosen[Document.LABELS]
        self._write()

    def _write(self) -> None:
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.format(msgspec.json.encode(self._content)))
            fresh.replace(self._path)
        except OSError as error:
            _log.warning("the printers' settings could not be written: %s", error.strerror)
