"""What a command is, and where it travels."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

Quantity = Annotated[int, Meta(ge=1, le=10_000)]
"""Units of a line."""
Days = Annotated[int, Meta(ge=1, le=730)]
MAX_ITEMS = 30
"""Lines of a prescription."""


class Command(Struct, frozen=True, kw_only=True, tag_field="command"):
    """What a person does to one aggregate. Commands of one aggregate keep their order.

    Attributes:
        aggregate: The kind of row that is the aggregate's root; its version covers all below it.
        root: The field that names the root.
    """

    aggregate: ClassVar[str]
    root: ClassVar[str]

    @property
    def aggregate_id(self) -> UUID:
        """The root's identifier."""
        found: UUID = getattr(self, self.root)
        return found


class OfPrescription(Command, frozen=True, kw_only=True):
    """A command on a prescription, its lines, its ledger or its order."""

    aggregate = "prescription"
    root = "prescription_id"

    prescription_id: UUID


class Route(Struct, frozen=True):
    """Where a command travels.

    Attributes:
        creates: There is nothing yet that it could match.
        relative: Its effect does not rest on the version that the person saw ("20 more").
    """

    method: str
    path: str
    creates: bool = False
    relative: bool = False

    @property
    def matches(self) -> bool:
        """Whether it says in `If-Match` which version it is for."""
        return not (self.creates or self.relative)


def name_of(command: Command | type[Command]) -> str:
    """The command's name on the wire and in the lifecycles: `hand_over`."""
    tag = (command if isinstance(command, type) else type(command)).__struct_config__.tag
    assert isinstance(tag, str)  # every command class names its tag
    return tag


class Done(Struct, frozen=True, kw_only=True):
    """A command took effect.

    Attributes:
        version: Of the prescription afterwards: what the next command on it must match.
        seq: The clinic's log when it took effect; a desk at or past it has seen it.
        epoch: The history of the log in which it is there (`contract.frames.Head`): a `seq` says
            nothing to a desk that follows another one. Empty in what is stored: each answer names
            the history that it is given in.
    """

    op_id: UUID
    version: int
    seq: int
    epoch: str = ""
