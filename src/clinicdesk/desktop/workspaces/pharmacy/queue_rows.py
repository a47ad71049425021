"""What a row of the queue says, and by which words it is found."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject

from clinicdesk.contract.entities import (
    ItemStatus,
    OrderStatus,
    Prescription,
    PrescriptionStatus,
)
from clinicdesk.core.clock import Now
from clinicdesk.core.outbox import PendingState
from clinicdesk.desktop.design.age import age_pill
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import minutes_since, moment_text, money, prescription_look
from clinicdesk.desktop.workspaces.pharmacy.counters import Counters
from clinicdesk.desktop.workspaces.shared.company_words import has_it_open, short_words
from clinicdesk.desktop.workspaces.shared.lane_book import LaneBook
from clinicdesk.desktop.workspaces.shared.lanes import PRESSING, WAITING_LANES, Lane, Turn
from clinicdesk.desktop.workspaces.shared.prescription_facts import pending_here
from clinicdesk.desktop.workspaces.shared.refunds_due import RefundsDue

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk

_WAITING = (ItemStatus.PENDING, ItemStatus.PICKING, ItemStatus.RETURNED_TO_STOCK)
_CHECKED = (ItemStatus.CHECKED, ItemStatus.READY)


class QueueRows(QObject):
    """Words of rows; everything is looked up at the moment of asking."""

    def __init__(
        self,
        desk: Desk,
        lanes: LaneBook,
        refunds: RefundsDue,
        counters: Counters,
        zone: ZoneInfo,
        now: Now,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._lanes = lanes
        self._replica = desk.replica
        self._refunds = refunds
        self._counters = counters
        self._zone = zone
        self._now = now

    def content(self, prescription: Prescription) -> RowContent:
        """The two lines of a row."""
        patient = self._replica.patients.get(prescription.patient_id)
        prescriber = self._replica.practitioners.get(prescription.practitioner_id)
        about = [self._lines_words(prescription)]
        if prescriber is not None:
            about.append(short_name(prescriber.name))
        company = self._counters.at(prescription.id)
        if company:
            about.append(has_it_open(self._desk, company))
        now = self._now()
        lane = self._lanes.lane_of(prescription)
        waiting = self._waiting_since(prescription, lane)
        moment = self._lanes.since(prescription)
        status, tone = self._status(prescription, lane)
        return RowContent(
            key=prescription.id,
            primary=patient.name if patient is not None else self.tr("Patient not here yet"),
            tail=prescription.code,
            secondary=" · ".join(about),
            pill=self._wait_pill(prescription, waiting, now) if waiting is not None else None,
            corner="" if waiting is not None else moment_text(moment, self._zone, now),
            status=status,
            status_tone=tone,
            company_words=short_words(self._desk, company),
        )

    def _waiting_since(self, prescription: Prescription, lane: Lane | None) -> datetime | None:
        """Since when somebody waits for something, if it is only for their money."""
        if lane in WAITING_LANES:
            return self._lanes.since(prescription)
        refunds = self._refunds.of(prescription.id) if prescription.id in self._refunds else []
        return refunds[0].created_at if refunds else None

    def _wait_pill(self, prescription: Prescription, since: datetime, now: datetime) -> Pill:
        """How long; an alarm only where somebody has paid and waits at the counter."""
        return age_pill(
            minutes_since(since, now), presses=self._lanes.turn(prescription) in PRESSING
        )

    def words(self, prescription: Prescription) -> str:
        """What a person may type to find it: code, names, number and telephone."""
        patient = self._replica.patients.get(prescription.patient_id)
        if patient is None:
            return prescription.code
        return " ".join(
            part
            for part in (
                prescription.code,
                patient.name,
                patient.name_local,
                patient.number,
                patient.phone,
            )
            if part
        )

    def _status(self, prescription: Prescription, lane: Lane | None) -> tuple[str, Tone]:
        """What is to be known about it beside its lane: first what this desk itself did."""
        match pending_here(self._desk, prescription.id):
            case PendingState.REFUSED:
                return self.tr("Refused: read why"), Tone.DANGER
            case PendingState.SAVED_HERE:
                return self.tr("Saved here, not sent"), Tone.WARNING
            case PendingState.SENDING:
                return self.tr("Sending"), Tone.INFO
            case PendingState.SENT | None:
                pass
        if prescription.id in self._refunds:
            owed = money(self._refunds.amount(prescription.id), prescription.currency)
            return self.tr("Refund %1").replace("%1", owed), Tone.WARNING
        if prescription.status is PrescriptionStatus.DRAFT:
            due = max(0, prescription.total_minor - prescription.paid_minor)
            text = self.tr("%1 to pay")
            return text.replace("%1", money(due, prescription.currency)), Tone.WARNING
        if lane is Lane.SENT_BACK:
            return self.tr("Sent back"), Tone.WARNING
        if prescription.status is PrescriptionStatus.PAID:
            return self._dispensing_words(prescription)
        if prescription.status is PrescriptionStatus.FULFILLED:
            return self._ready_words(prescription)
        look = prescription_look(prescription)
        return look.word, look.tone

    def _ready_words(self, prescription: Prescription) -> tuple[str, Tone]:
        """Where the bag is: in a bin, or on its way."""
        orders = self._replica.orders.of(prescription.id)
        if any(order.status is OrderStatus.OUT_FOR_DELIVERY for order in orders):
            return self.tr("On its way"), Tone.INFO
        place = prescription.bin or ""
        if prescription.delivery:
            text = self.tr("To deliver, in %1") if place else self.tr("To deliver")
            return text.replace("%1", place), Tone.ACCENT
        if place:
            return self.tr("Ready in %1").replace("%1", place), Tone.ACCENT
        look = prescription_look(prescription)
        return look.word, look.tone

    def _dispensing_words(self, prescription: Prescription) -> tuple[str, Tone]:
        """How far the lines have come: what somebody else would want to know before they begin."""
        states = [item.status for item in self._replica.items.of(prescription.id)]
        waiting = [state for state in states if state in _WAITING]
        checked = sum(state in _CHECKED for state in states)
        owing = states.count(ItemStatus.OWING)
        if not waiting and not checked:
            if owing:
                return self.tr("%n item(s) owing", "", owing), Tone.WARNING
            if ItemStatus.ON_HOLD in states:
                return self.tr("On hold"), Tone.WARNING
        if not waiting:
            return self.tr("Checked"), Tone.SUCCESS
        if checked:
            text = self.tr("%1 of %2 checked").replace("%1", str(checked))
            return text.replace("%2", str(checked + len(waiting))), Tone.INFO
        if self._lanes.turn(prescription) is Turn.CAME:
            return self.tr("Owing, and here now"), Tone.INFO
        if ItemStatus.PICKING in waiting:
            return self.tr("Picking"), Tone.INFO
        return self.tr("To dispense"), Tone.INFO

    def _lines_words(self, prescription: Prescription) -> str:
        count = prescription.item_count
        return self.tr("%n item(s)", "", count)


def short_name(name: str) -> str:
    """A practitioner in a list: "Dr Rao" of "Dr Sunita Rao"; without a title the whole name."""
    words = name.split()
    return f"{words[0]} {words[-1]}" if len(words) > 2 and words[0].startswith("Dr") else name
