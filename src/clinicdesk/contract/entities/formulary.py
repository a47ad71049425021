"""The clinic's list of medicines."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities.row import Row
from clinicdesk.contract.text import Currency, Minor


class Schedule(StrEnum):
    """The Indian Drugs and Cosmetics Rules' schedule; X and H1 are controlled here."""

    OTC = "OTC"
    H = "H"
    H1 = "H1"
    X = "X"

    @property
    def controlled(self) -> bool:
        """Whether supply must be recorded by the server at the moment it happens."""
        return self in (Schedule.H1, Schedule.X)


class Formulary(Row, frozen=True, kw_only=True):
    """The clinic's list of medicines. A change of many medicines is one change of this row.

    Desks that hold the list fetch what changed since the `revision` they have.
    """

    name: str
    currency: Currency
    revision: int
    medicine_count: int
    updated_at: datetime


class Medicine(Struct, frozen=True, kw_only=True):
    """A product to prescribe. Desks fetch it in pages by revision; the log names its list only."""

    id: UUID
    clinic_id: UUID
    formulary_id: UUID
    revision: int  # of the formulary in which this product last changed
    code: str  # stable within the formulary: a second import changes nothing
    generic_name: str
    strength: str
    form: str
    route: str
    brand: str
    manufacturer: str
    pack_size: int  # units in a pack: tablets, millilitres, doses
    pack_unit: str
    price_minor: Minor  # of a pack
    currency: Currency
    schedule: Schedule
    ingredients: list[str]  # lower case, for allergy checks
    discontinued: bool
    default_dose: str
    default_frequency: str
    default_days: int | None
    gtin: str | None = None  # GS1 GTIN-14 of the pack, digits alone; what its barcode says
