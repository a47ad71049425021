"""Paper: where documents are had from the server, and how a print is told to it.

A desk prints from the rows it holds, also without the server. Each print is told under an
identifier of its own, so that telling it twice enters it once; the server answers how often the
same was printed before, by anybody.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, Struct

from clinicdesk.contract.entities import SupplyOrderStatus

PRESCRIPTION_PDF: Final = "/api/prescriptions/{prescription_id}/pdf"
REGISTER: Final = "/api/registers/{schedule}"
SUPPLY_ORDER_PAPER: Final = "/api/supply-orders/{supply_order_id}/paper"
PRINTS: Final = "/api/prints"

LONGEST_REGISTER_DAYS: Final = 366
MOST_ENTRIES: Final = 5_000
"""Of one register; a longer one is asked for in parts."""
MOST_COPIES: Final = 99


class Document(StrEnum):
    """A kind of paper."""

    PRESCRIPTION = "prescription"
    LABELS = "labels"
    REGISTER = "register"
    SUPPLY_ORDER = "supply_order"


class RegisterKind(StrEnum):
    """Which supplies a register lists."""

    H = "H"
    H1 = "H1"
    X = "X"
    CONTROLLED = "controlled"  # every controlled schedule, whatever the country calls it


class PaperForm(StrEnum):
    """What a document was made as."""

    PDF = "pdf"
    CSV = "csv"
    ZPL = "zpl"


class Printed(Struct, frozen=True, kw_only=True):
    """A print, or something saved to a file.

    Attributes:
        id: The print's own, made by who printed.
        subject_id: The prescription, the supply order; of a register, the pharmacy.
        what: Which of the subject's documents, where it has several: "X 2026-03-01 2026-03-31".
    """

    id: UUID
    document: Document
    subject_id: UUID
    form: PaperForm
    copies: Annotated[int, Meta(ge=1, le=MOST_COPIES)] = 1
    what: Annotated[str, Meta(max_length=60)] = ""


class PrintEntered(Struct, frozen=True, kw_only=True):
    """The print stands in the log. `earlier`: how often the same was printed before."""

    earlier: int


def supply_paper_of(status: SupplyOrderStatus, form: PaperForm) -> str:
    """`Printed.what` of an order to a supplier.

    A draft that was looked at and a table for the supplier's program make no copy of the order.
    """
    parts = (
        "draft" if status is SupplyOrderStatus.DRAFT else "",
        form if form is PaperForm.CSV else "",
    )
    return " ".join(part for part in parts if part)
