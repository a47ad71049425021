"""What can be printed at a desk, ready to be made as often as preview and printer want it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.paper import Document, PaperForm, supply_paper_of
from clinicdesk.desktop.printing.destinations import LabelRoll
from clinicdesk.printing.facts import LabelFacts, PrescriptionFacts, SupplyFacts

# The libraries that make paper are heavy: they are loaded when somebody prints, and in a thread.
if TYPE_CHECKING:
    from clinicdesk.printing.labels import LabelSize


class Shape(Struct, frozen=True, kw_only=True):
    """How labels are wanted: on the roll of a label printer, or on sheets from a place on."""

    roll: LabelRoll | None
    first_place: int = 1


class Paper(Protocol):
    """One document.

    Attributes:
        document, subject_id: As `contract.paper.Printed`.
        name: A file's name without its ending; names nobody.
        about: Whose it is, for the preview.
        entered: The server entered it when it handed it out.
    """

    document: Document
    subject_id: UUID
    name: str
    about: str
    entered: bool

    def what(self, form: PaperForm) -> str:
        """See `contract.paper.Printed`."""
        ...

    def pdf(self, earlier: int, shape: Shape) -> bytes:
        """The pages, when the same was printed so often before. It takes its time."""
        ...


class PrescriptionPaper:
    """A prescription. See `Paper`."""

    document = Document.PRESCRIPTION
    entered = False

    def __init__(self, facts: PrescriptionFacts) -> None:
        self._facts = facts
        self.subject_id = facts.prescription.id
        self.name = facts.prescription.code
        self.about = f"{facts.patient.name} · {facts.prescription.code}"

    def what(self, _form: PaperForm) -> str:
        """See `Paper`."""
        return ""

    def pdf(self, earlier: int, _shape: Shape) -> bytes:
        """See `Paper`."""
        from clinicdesk.printing.prescription import render_prescription

        facts = self._facts
        return render_prescription(
            replace(facts, printing=replace(facts.printing, earlier=earlier))
        )


class LabelsPaper:
    """The labels of what was prepared. See `Paper`.

    Attributes:
        places: How many labels of a sheet they take, known when the sheet is made; one that is too
            full for one takes two.
    """

    document = Document.LABELS
    entered = False

    def __init__(self, facts: LabelFacts) -> None:
        self._facts = facts
        self.subject_id = facts.prescription.id
        self.name = f"labels-{facts.prescription.code}"
        self.about = f"{facts.patient.name} · {facts.prescription.code}"
        self.places = 0

    def what(self, _form: PaperForm) -> str:
        """See `Paper`."""
        return ""

    def pdf(self, earlier: int, shape: Shape) -> bytes:
        """See `Paper`."""
        from clinicdesk.printing.labels import (
            labels_of,
            places_taken,
            render_labels,
            render_sheet,
        )

        labels = labels_of(self._printed(earlier))
        if shape.roll is None:
            self.places = places_taken(labels)
            return render_sheet(labels, first=shape.first_place)
        return render_labels(labels, label_size(shape.roll))

    def zpl(self, earlier: int, roll: LabelRoll, copies: int) -> bytes:
        """The labels as a label printer's commands."""
        from clinicdesk.printing.labels import labels_of, render_zpl

        labels = labels_of(self._printed(earlier))
        return render_zpl(labels, label_size(roll), roll.dpi, copies=copies)

    def _printed(self, earlier: int) -> LabelFacts:
        facts = self._facts
        return replace(facts, printing=replace(facts.printing, earlier=earlier))


class RegisterPaper:
    """A register, as the server made it. See `Paper`."""

    document = Document.REGISTER
    entered = True

    def __init__(self, subject_id: UUID, what: str, about: str, pdf: bytes) -> None:
        self._pdf = pdf
        self.subject_id = subject_id
        self._what = what
        self.name = f"register {what}".replace(" ", "-")
        self.about = about

    def what(self, _form: PaperForm) -> str:
        """See `Paper`."""
        return self._what

    def pdf(self, _earlier: int, _shape: Shape) -> bytes:
        """See `Paper`."""
        return self._pdf


class SupplyPaper:
    """An order to a supplier. See `Paper`."""

    document = Document.SUPPLY_ORDER
    entered = False

    def __init__(self, facts: SupplyFacts) -> None:
        self._facts = facts
        self.subject_id = facts.order.id
        self.name = facts.order.code
        self.about = f"{facts.supplier.name} · {facts.order.code}"

    def what(self, form: PaperForm) -> str:
        """See `Paper`."""
        return supply_paper_of(self._facts.order.status, form)

    def pdf(self, earlier: int, _shape: Shape) -> bytes:
        """See `Paper`."""
        from clinicdesk.printing.supply import render_order

        facts = self._facts
        return render_order(replace(facts, printing=replace(facts.printing, earlier=earlier)))

    def csv(self) -> bytes:
        """The order as a table."""
        from clinicdesk.printing.supply import render_csv

        return render_csv(self._facts)


def label_size(roll: LabelRoll) -> LabelSize:
    """The roll's labels, as the layout wants them."""
    from clinicdesk.printing.labels import LabelSize

    return LabelSize(width=roll.width, height=roll.height)
