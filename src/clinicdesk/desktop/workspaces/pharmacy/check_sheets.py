"""What is asked before lines count as checked: why they were not scanned, why a finding is no
obstacle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from clinicdesk.contract.commands import CheckItem, FulfillItems, Override
from clinicdesk.contract.entities import Prescription, Verified
from clinicdesk.contract.safety import Finding
from clinicdesk.core.dispensing import Dispensing
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.number_field import NumberField
from clinicdesk.desktop.design.tokens import SPACE_4, Tone
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.pharmacy.finding_rows import FindingRows, row_of
from clinicdesk.desktop.workspaces.pharmacy.reasons import reasons_by_hand
from clinicdesk.desktop.workspaces.shared.reason_sheet import ReasonSheet, WhyAsked
from clinicdesk.desktop.workspaces.shared.sheet import Work

_UNITS_WIDTH = 130


@dataclass(frozen=True, slots=True)
class Check:
    """A check that is about to be made.

    Attributes:
        quantity: In units; None: all that is open, as far as the batch goes.
        batch_id: None: the one that expires first.
        batch_number, expiry: As the box says; None: it does not, or was not scanned.
    """

    prescription_id: UUID
    item_id: UUID
    medicine_id: UUID
    quantity: int | None = None
    batch_id: UUID | None = None
    verified: Verified = Verified.SCAN
    hand_reason: str | None = None
    overrides: Sequence[Override] = field(default_factory=tuple)
    batch_number: str | None = None
    expiry: date | None = None

    def carry_out(self, dispensing: Dispensing) -> Work:
        """Give the command."""
        return dispensing.check(
            self.prescription_id,
            self.item_id,
            self.medicine_id,
            quantity=self.quantity,
            batch_id=self.batch_id,
            verified=self.verified,
            hand_reason=self.hand_reason,
            overrides=list(self.overrides),
            batch_number=self.batch_number,
            expiry=self.expiry,
        )


@dataclass(frozen=True, slots=True)
class Bagging:
    """Lines that are about to be made ready.

    Attributes:
        item_ids: All of them. unchecked: Those that are taken as checked by hand.
        bin: Where the bag waits.
    """

    prescription_id: UUID
    item_ids: Sequence[UUID]
    unchecked: Sequence[UUID]
    bin: str | None = None
    hand_reason: str | None = None
    overrides: Sequence[Override] = field(default_factory=tuple)

    def carry_out(self, dispensing: Dispensing) -> Work:
        """Give the command."""
        return dispensing.fulfill(
            self.prescription_id,
            self.item_ids,
            bin=self.bin,
            hand_reason=self.hand_reason,
            overrides=list(self.overrides),
        )


class ByHandSheet(ReasonSheet):
    """Asks why a product was not scanned, and how much of it is in the hand; then goes on with the
    check by `go_on`."""

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        go_on: Callable[[Check], Work | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, tasks, self._why(), parent)
        self._go_on = go_on
        self._check: Check | None = None
        self._open = 1
        self.units = NumberField()
        self.units.setObjectName("check_units")
        units = FieldBlock(design, self.tr("Units"), self.units)
        units.setFixedWidth(_UNITS_WIDTH)
        body = self.ui.body
        body.removeWidget(self.block)
        row = QHBoxLayout()
        row.setSpacing(SPACE_4)
        row.addWidget(self.block, 1)
        row.addWidget(units)
        body.insertLayout(0, row)

    def begin(self, check: Check, about: str, units: int, reason: str = "") -> None:
        """Say which line, how many units of it are open, and which reason was given before; then
        `open_about`."""
        self._check = check
        self._open = units
        self.prepare(check.item_id, about, reason=reason)

    def open_about(self, prescription: Prescription) -> None:
        """See Sheet; all that is open now is meant, whatever was typed before."""
        super().open_about(prescription)
        self.units.setRange(1, self._open)
        self.units.setSuffix(self.tr(" of %1").replace("%1", str(self._open)))
        self.units.setValue(self._open)

    def _why(self) -> WhyAsked:
        return WhyAsked(
            name="by_hand",
            command=CheckItem,
            carry_out=lambda *_: self._unused(),
            title=self.tr("Check by hand"),
            confirm=self.tr("Checked"),
            icon="circle-check",
            kind=Kind.PRIMARY,
            who_reads=self.tr("Why it was not scanned: your colleagues read this"),
            usual=reasons_by_hand(),
            doing=self.tr("checking the line"),
        )

    def _unused(self) -> Work:
        raise AssertionError("the check itself is carried out")

    def work(self, _prescription: Prescription) -> Work | None:
        """The check, unless a finding has to be answered first."""
        reason = self.checked_reason()
        if reason is None or self._check is None:
            return None
        units = self.units.value()
        check = replace(
            self._check,
            quantity=units if units < self._open else None,
            verified=Verified.HAND,
            hand_reason=reason,
        )
        return self._go_on(check)


class OverrideSheet(ReasonSheet):
    """Shows the findings that nobody has answered, and asks why it may be dispensed still."""

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        dispensing: Dispensing,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, tasks, self._why(), parent)
        self._dispensing = dispensing
        self._about_to: Check | Bagging | None = None
        self._found: Sequence[Finding] = ()
        self._rows = FindingRows(design)
        card = Card(design)
        card.set_tone(Tone.WARNING)
        card.body.addWidget(self._rows)
        self.ui.body.insertWidget(0, card)

    def begin(self, about_to: Check | Bagging, about: str, found: Sequence[Finding]) -> None:
        """Say what is about to be done and what stands against it; then `open_about`."""
        self._about_to = about_to
        self._found = found
        item_id = about_to.item_id if isinstance(about_to, Check) else None
        self.command = FulfillItems if item_id is None else CheckItem
        self.prepare(item_id, about)
        self._rows.show_rows([row_of(finding) for finding in found])

    def _why(self) -> WhyAsked:
        return WhyAsked(
            name="override",
            command=CheckItem,
            carry_out=lambda *_: self._unused(),
            title=self.tr("Dispense it all the same?"),
            confirm=self.tr("Dispense"),
            icon="shield-alert",
            kind=Kind.DESTROY,
            who_reads=self.tr("The prescriber reads this"),
            usual=(
                self.tr("Agreed with the prescriber"),
                self.tr("Patient has taken it before without harm"),
                self.tr("Patient is told what to watch for"),
            ),
            doing=self.tr("checking the line"),
            close=self.tr("Not dispensed"),
        )

    def _unused(self) -> Work:
        raise AssertionError("the check itself is carried out")

    def work(self, _prescription: Prescription) -> Work | None:
        """What was about to be done, with the answer to each finding."""
        reason = self.checked_reason()
        if reason is None or self._about_to is None:
            return None
        answers = [Override(key=finding.key, reason=reason) for finding in self._found]
        return replace(self._about_to, overrides=answers).carry_out(self._dispensing)

    def doing(self) -> str:
        """See Sheet."""
        several = isinstance(self._about_to, Bagging)
        return self.tr("making the lines ready") if several else super().doing()

    def outcome(self) -> str:
        """See Sheet."""
        return ready_words(self._about_to.bin) if isinstance(self._about_to, Bagging) else ""


def ready_words(into_bin: str | None) -> str:
    """Where the bag waits."""
    if into_bin is None:
        return QCoreApplication.translate("ReadySheet", "Ready.")
    text = QCoreApplication.translate("ReadySheet", "Ready, in bin %1.")
    return text.replace("%1", into_bin)
