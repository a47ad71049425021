"""Two clinics at one server: everybody does anything, and the model says what must come of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from msgspec import Struct

from clinicdesk.contract.access import scopes_of
from clinicdesk.contract.commands import (
    CancelPrescription,
    Command,
    DeclineItem,
    Done,
    DraftItem,
    FulfillItems,
    HandOver,
    Override,
    PayOutRefund,
    ReviseDraft,
    SignAndSend,
    TakePayment,
    WriteDraft,
)
from clinicdesk.contract.entities import Member, PaymentMethod, Role
from clinicdesk.contract.frames import CloseCode
from clinicdesk.contract.lifecycles import PRESCRIPTION
from tests.running_server import Desk
from tests.server.http.hands import snapshot
from tests.state_machine.clinics import MEDICINES, MadeClinic
from tests.state_machine.model import (
    ClinicModel,
    Expected,
    PatientModel,
    Rx,
    may,
    owns,
)
from tests.state_machine.place import Place
from tests.state_machine.replica import Seat, as_entities, rows_of

COMMANDS = (
    "revise_draft", "sign_and_send", "take_payment", "fulfill_items", "decline_item", "hand_over",
    "cancel_prescription", "pay_out_refund",
)  # fmt: skip
NOTHING_TO_DO = (("take_payment", "PAID"), ("take_payment", "FULFILLED"), ("hand_over", "PAID"))
"""What the lifecycle allows for what this machine does not do: substitutes, and parts of lines."""
TWICE = [Override(key=f"duplicate:{name}", reason="one for each illness") for name, *_ in MEDICINES]
"""An answer to the only finding that there is, since courses are short and no rule is loaded."""
RARE = ("revise_draft", "cancel_prescription")
"""Lawful nearly always, so that nothing would come to its end otherwise."""

POSTS = (
    (Role.ADMIN, None, None), (Role.RECEPTION, None, None), (Role.THERAPIST, 0, None),
    (Role.THERAPIST, 1, None), (Role.THERAPIST, 1, 0), (Role.THERAPIST, None, None),
    (Role.PHARMACIST, None, 0), (Role.PHARMACIST, None, 1), (Role.PHARMACIST, 0, 1),
    (Role.PHARMACIST, None, None), (Role.RECEPTION, 0, None),
)  # fmt: skip
"""Role, which practitioner, which pharmacy: the sensible ones, and those that nothing forbids."""

people = st.integers(0, 13)
seats = st.sampled_from([1, 4, 2, 0, 5, 6, 8, 11, 9, 7])
any_number = st.integers(0, 7)
SEATS = 4
"""Desks that follow the feed; more would do nothing else."""

lines = st.lists(st.tuples(st.sampled_from([0, 0, 1, 2, 0, 3, 4]), st.integers(1, 30)), max_size=3)
"""Which medicine (the last is none of the clinic's), how much of it."""


class Person:
    """A member of staff of one of the clinics."""

    def __init__(self, member: Member, clinic: int, sign_in: Callable[[Member], Desk]) -> None:
        self.member = member
        self.clinic = clinic
        self.seat: Seat | None = None
        self._sign_in = sign_in

    @cached_property
    def desk(self) -> Desk:
        """Where they are signed in, from the first time that they do something."""
        return self._sign_in(self.member)

    def __repr__(self) -> str:
        return f"{self.member.name} of clinic {self.clinic}"


class Sent(Struct):
    """A command that was sent, and what the server has stored about it."""

    person: Person
    op_id: UUID
    command: Command
    match: int | None
    member: UUID
    expected: Expected
    content: bytes


class Clinics(RuleBasedStateMachine):
    """What may happen, in any order."""

    place: Place
    """Set by whoever runs it."""

    @initialize()
    def open_the_doors(self) -> None:
        """Two new clinics; nothing of the example before is to be seen in them."""
        self.made: list[MadeClinic] = self.place.new_clinics()
        self.people = [
            Person(member, number, partial(self.place.sign_in, made))
            for number, made in enumerate(self.made)
            for member in made.members
        ]
        self.models = [_model(made) for made in self.made]
        self.sent: list[Sent] = []
        self.order: list[tuple[int, UUID]] = []

    # Commands

    @rule(
        anew=st.sampled_from([True, False, False, False]), which=any_number,
        steps=st.integers(1, 5), who=any_number, details=st.data(),
    )  # fmt: skip
    def work(self, anew: bool, which: int, steps: int, who: int, details: st.DataObject) -> None:
        """Those who may do what is lawful, one thing after the other, on what they see."""
        if anew or not self.order:
            self._begin(which % 2, details)
            which = 0
        for _ in range(steps):
            if not self.order:
                return
            clinic, rx = self._rx(which)
            able = self._able(clinic, rx)
            if not able:
                return
            wanted = [each for each in able for _ in range(1 if each in RARE else 4)]
            name = details.draw(st.sampled_from(wanted))
            person = able[name][who % len(able[name])]
            odd = details.draw(st.sampled_from([7, 7, 7, 7, 0, 1, 2]))
            self._send(person, self._command(name, clinic, rx, odd, details), rx.version)

    work_on = work
    """Most of what happens in a clinic."""

    @rule(
        how=st.sampled_from(["write", "try", "try", "try", "again", "again"]), who=people,
        which=any_number, odd=any_number, details=st.data(),
    )  # fmt: skip
    def try_anything(
        self, how: str, who: int, which: int, odd: int, details: st.DataObject
    ) -> None:
        """Anybody tries anything on anything, whatever they last saw of it."""
        person = self.people[who]
        if how == "again" and self.sent:
            self._send_again(person, self.sent[-1 - which % len(self.sent)], details)
        elif how == "try" and self.order:
            clinic, rx = self._rx(which)
            name = details.draw(st.sampled_from(COMMANDS))
            command = self._command(name, clinic, rx, odd, details)
            match = details.draw(st.sampled_from([0, 0, 0, 0, -1, 1, 100_000, None]))
            self._send(person, command, None if match is None else max(0, rx.version + match))
        else:
            self._write(person, which, odd, details)

    # Rights

    @rule(who=people, what=st.sampled_from(["post", "post", "membership", "team", "pharmacy"]),
          post=st.sampled_from(POSTS))  # fmt: skip
    def change_rights(self, who: int, what: str, post: tuple[Role, int | None, int | None]) -> None:
        """Somebody becomes something else, leaves or comes back; a patient passes into other hands;
        a pharmacy closes or opens."""
        person = self.people[who]
        made, model = self.made[person.clinic], self.models[person.clinic]
        role, practitioner, pharmacy = post
        practitioner_id = None if practitioner is None else made.practitioners[practitioner].id
        pharmacy_id = None if pharmacy is None else made.pharmacies[pharmacy].id
        if what == "post":
            self._change(
                person, role=role, practitioner_id=practitioner_id, pharmacy_id=pharmacy_id
            )
        elif what == "membership":
            self._change(person, active=not person.member.active)
        elif what == "team":
            patient_id = made.patients[who % 4].id
            team = [] if practitioner_id is None else [practitioner_id]
            self.place.run(
                "update patient set practitioner_ids = %s where clinic_id = %s and id = %s",
                team, made.id, patient_id,
            )  # fmt: skip
            model.patients[patient_id].practitioners = team
        elif pharmacy_id is not None:
            self.place.run("update pharmacy set active = not active where id = %s", pharmacy_id)
            model.open_pharmacies ^= {pharmacy_id}

    # The live feed

    @rule(who=seats, which=any_number, acknowledge=st.booleans(), cut=st.booleans())
    def follow(self, who: int, which: int, acknowledge: bool, cut: bool) -> None:
        """A desk connects: the first time with a snapshot, later from its cursor. One that is
        connected is cut off, or catches up: then it holds what a snapshot holds."""
        seated = [person for person in self.people if person.seat is not None]
        person = seated[which % len(seated)] if len(seated) >= SEATS else self.people[who]
        if person.seat is None:
            person.seat = Seat(self.place.url, person.desk)
        if not person.seat.is_open:
            self._open(person, person.seat)
        elif cut:
            person.seat.close()
        else:
            self._compare(person, person.seat, acknowledge=acknowledge)

    def teardown(self) -> None:
        """Whatever happened: every desk that was ever there comes to hold what it should."""
        try:
            for person in getattr(self, "people", ()):
                if person.seat is not None:
                    if not person.seat.is_open:
                        self._open(person, person.seat)
                    self._compare(person, person.seat, acknowledge=True)
            for made, model in zip(getattr(self, "made", ()), self.models, strict=True):
                self.place.check_clinic(made.id)
                for rx in model.rxs.values():
                    self._agree(made.id, rx)
            self._once_each()
        finally:
            for person in getattr(self, "people", ()):
                if person.seat is not None:
                    person.seat.close()

    # How it is done

    def _begin(self, clinic: int, details: st.DataObject) -> None:
        """A prescription that can go all the way; a line may bear the prescription's identifier."""
        made, therapist = self.made[clinic], self.people[7 * clinic + 2]
        rx_id = uuid.uuid4()
        items = [(0, 10), (2, 5), (0, 1)][: details.draw(st.integers(1, 3))]
        odd = details.draw(st.sampled_from([3, 7]))
        command = WriteDraft(
            prescription_id=rx_id, patient_id=made.patients[0].id, pharmacy_id=None,
            note="a note", items=self._lines(clinic, items, rx_id, odd),
        )  # fmt: skip
        self._send_first(therapist, command)

    def _write(self, person: Person, which: int, odd: int, details: st.DataObject) -> None:
        """Somebody begins a prescription, mostly of their own clinic."""
        made = self.made[person.clinic if odd else 1 - person.clinic]
        rx_id = uuid.uuid4()
        if odd == 1 and self.order:
            rx_id = self.order[which % len(self.order)][1]
        command = WriteDraft(
            prescription_id=rx_id, patient_id=made.patients[which % 4].id,
            pharmacy_id=self._pharmacy(person.clinic, which), note="a note",
            items=self._lines(person.clinic, details.draw(lines), rx_id, odd),
        )  # fmt: skip
        self._send_first(person, command)

    def _send_first(self, person: Person, command: WriteDraft) -> None:
        key = person.clinic, command.prescription_id
        self._send(person, command, None)
        if command.prescription_id in self.models[person.clinic].rxs and key not in self.order:
            self.order.append(key)

    def _send_again(self, person: Person, sent: Sent, details: st.DataObject) -> None:
        """The same identity once more: as it was, with something else in it, by somebody else."""
        how = details.draw(st.sampled_from(["same", "same", "version", "person"]))
        match = sent.match
        if how == "version" and match is not None:
            match += 1
        again = person if how == "person" else sent.person
        if isinstance(sent.command, WriteDraft) and again is not sent.person:
            return  # the same identifiers in the other clinic: `_write` has that
        self._send(again, sent.command, match, sent.op_id)

    def _rx(self, which: int) -> tuple[int, Rx]:
        clinic, rx_id = self.order[-1 - which % len(self.order)]
        return clinic, self.models[clinic].rxs[rx_id]

    def _pharmacy(self, clinic: int, number: int) -> UUID | None:
        if number == 7:
            return None
        made = self.made[1 - clinic] if number == 6 else self.made[clinic]
        return made.pharmacies[number % 2].id

    def _lines(
        self, clinic: int, wanted: list[tuple[int, int]], rx_id: UUID | None, odd: int
    ) -> list[DraftItem]:
        medicines = [*self.made[clinic].medicines, self.made[1 - clinic].medicines[0]]
        ids = [uuid.uuid4() for _ in wanted]
        if odd == 2 and ids:
            ids[-1] = ids[0]
        elif odd == 3 and ids and rx_id is not None:
            ids[0] = rx_id
        elif odd == 4 and ids:
            known = [line.id for rx in self.models[clinic].rxs.values() for line in rx.lines]
            ids[0] = known[0] if known else ids[0]
        return [
            DraftItem(
                id=line_id, medicine_id=medicines[medicine].id, dose="1 tablet", route="oral",
                frequency="BD", days=5, quantity=quantity, instructions="",
            )
            for line_id, (medicine, quantity) in zip(ids, wanted, strict=True)
        ]  # fmt: skip

    def _command(self, name: str, clinic: int, rx: Rx, odd: int, details: st.DataObject) -> Command:
        """A well-formed command; `odd` below 3 makes it name what does not belong there."""
        strange = odd < 3
        rx_id = rx.id
        if name == "revise_draft":
            wanted = details.draw(lines) if strange else [(0, 3), (1, 4)]
            return ReviseDraft(
                prescription_id=rx_id, pharmacy_id=self._pharmacy(clinic, 7 - odd), note="revised",
                items=self._lines(clinic, wanted, rx_id, odd + 2),
            )  # fmt: skip
        if name == "sign_and_send":
            number = 6 if odd == 0 else details.draw(st.integers(0, 1))
            pharmacy = self._pharmacy(clinic, number)
            assert pharmacy is not None
            return SignAndSend(prescription_id=rx_id, pharmacy_id=pharmacy, overrides=TWICE)
        if name == "take_payment":
            due = rx.total - rx.paid
            wrong = [due + 1, 0] if strange else []
            amount = details.draw(st.sampled_from([due, due, due // 2, *wrong]))
            known = [entry.id for _, each in self._every_rx() for entry in each.ledger if entry.id]
            return TakePayment(
                prescription_id=rx_id, method=PaymentMethod.CASH, amount_minor=max(0, amount),
                payment_id=known[0] if odd == 1 and known else uuid.uuid4(),
                currency="NZD" if odd == 0 else "INR",
            )  # fmt: skip
        if name == "fulfill_items":
            ids = [line.id for line in rx.lines if strange or line.status == "PENDING"]
            some = details.draw(st.integers(1, max(1, len(ids))))
            chosen = ids[:some] if not strange else [*ids, uuid.uuid4()][odd:] + ids[:odd]
            return FulfillItems(
                prescription_id=rx_id,
                item_ids=chosen or [uuid.uuid4()],
                hand_reason=None if odd == 2 else "no scanner here",
            )
        if name == "decline_item":
            ids = [line.id for line in rx.lines] or [uuid.uuid4()]
            item = uuid.uuid4() if odd == 0 else details.draw(st.sampled_from(ids))
            return DeclineItem(prescription_id=rx_id, item_id=item, reason="out of stock")
        if name == "pay_out_refund":
            owed = [entry.id for entry in rx.ledger if strange or entry.status == "PENDING"]
            entry = uuid.uuid4() if odd == 0 or not owed else details.draw(st.sampled_from(owed))
            assert entry is not None  # refunds have their names from the answer
            return PayOutRefund(prescription_id=rx_id, payment_id=entry)
        if name == "hand_over":
            return HandOver(prescription_id=rx_id, collected_by="The patient")
        return CancelPrescription(prescription_id=rx_id, reason="not needed any more")

    def _able(self, clinic: int, rx: Rx) -> dict[str, list[Person]]:
        """The commands that are lawful now, with those who may give them."""
        able: dict[str, list[Person]] = {}
        for name in PRESCRIPTION.commands_in(rx.status, signed=rx.signed):
            if name == "pay_out_refund" and not any(e.status == "PENDING" for e in rx.ledger):
                continue
            if (name, rx.status) in NOTHING_TO_DO or name not in COMMANDS:
                continue
            for person in self.people:
                member = person.member
                theirs = person.clinic == clinic and owns(member, rx)
                if theirs and member.active and may(member, name):
                    able.setdefault(name, []).append(person)
        return able

    def _every_rx(self) -> list[tuple[int, Rx]]:
        return [(clinic, self.models[clinic].rxs[rx_id]) for clinic, rx_id in self.order]

    def _send(
        self, person: Person, command: Command, match: int | None, op_id: UUID | None = None
    ) -> None:
        """Send a command, and hold the answer against the model's."""
        op_id = op_id or uuid.uuid4()
        answer = person.desk.send(command, match, op_id=op_id)
        body = msgspec.json.decode(answer.content)
        code = "done" if answer.is_success else body["code"]
        if answer.is_success and answer.headers.get("Idempotency-Replayed") is None:
            done = msgspec.json.decode(answer.content, type=Done)
            assert done.op_id == op_id
            assert done.seq == self.place.head(person.member.clinic_id)
        assert answer.status_code < 500, (code, body)
        before = self._sent_before(person, op_id)
        expected, stored = self._expected(person, command, match, before)
        says = {name: body[name] for name in expected.says}
        assert (code, says) == (expected.code, expected.says), body
        if before is not None and not stored and expected.code == before.expected.code:
            assert answer.content == before.content
            assert answer.headers["Idempotency-Replayed"] == "true"
        if stored:
            self.sent.append(
                Sent(
                    person, op_id, command, match, person.member.id, expected, answer.content
                )
            )  # fmt: skip
        model = self.models[person.clinic]
        rx = model.rxs.get(command.prescription_id)
        if rx is not None:
            self._agree(self.made[person.clinic].id, rx)

    def _sent_before(self, person: Person, op_id: UUID) -> Sent | None:
        return next(
            (sent for sent in self.sent if (sent.person, sent.op_id) == (person, op_id)), None
        )

    def _expected(
        self, person: Person, command: Command, match: int | None, before: Sent | None
    ) -> tuple[Expected, bool]:
        """What must be answered, and whether that is a new outcome, which the server keeps."""
        if not person.member.active:
            return Expected("session_expired"), False
        if match is None and not isinstance(command, WriteDraft):
            return Expected("precondition_missing"), False
        if before is not None:
            if (before.command, before.match) == (command, match):
                return before.expected, False
            return Expected("idempotency_key_reused"), False
        return self.models[person.clinic].give(person.member, command, match), True

    def _agree(self, clinic_id: UUID, rx: Rx) -> None:
        """The database has of the prescription what the model has; refunds get their names."""
        found = self.place.prescription(clinic_id, rx.id)
        assert len(found["ledger"]) == len(rx.ledger)
        unnamed = [entry for entry in rx.ledger if entry.id is None]
        known = {entry.id for entry in rx.ledger}
        for entry in unnamed:
            entry.id = next(
                UUID(row["id"]) for row in found["ledger"] if UUID(row["id"]) not in known
            )
        assert found["header"] == {
            "status": rx.status, "version": rx.version, "total_minor": rx.total,
            "paid_minor": rx.paid, "signed": rx.signed, "item_count": len(rx.lines),
            "controlled": any(line.medicine == 2 for line in rx.lines),
            "pharmacy_id": None if rx.pharmacy is None else str(rx.pharmacy),
        }  # fmt: skip
        assert found["lines"] == [
            [str(line.id), line.status, line.supplied, line.quantity, line.amount]
            for line in rx.lines
        ]
        assert sorted(_entry(row) for row in found["ledger"]) == sorted(
            (str(entry.id), entry.kind, entry.amount, entry.status) for entry in rx.ledger
        )

    def _change(self, person: Person, **fields: Any) -> None:
        member = msgspec.structs.replace(person.member, **fields)
        if member == person.member:
            return
        self.place.run(
            "update member set role = %s, practitioner_id = %s, pharmacy_id = %s, active = %s"
            " where clinic_id = %s and id = %s",
            member.role, member.practitioner_id, member.pharmacy_id, member.active,
            member.clinic_id, member.id,
        )  # fmt: skip
        person.member = member

    def _open(self, person: Person, seat: Seat) -> None:
        code = seat.open(scopes_of(person.member))
        assert code in ({None} if person.member.active else {None, CloseCode.AUTH})
        assert seat.is_open == person.member.active

    def _compare(self, person: Person, seat: Seat, *, acknowledge: bool) -> None:
        head = self.place.head(person.member.clinic_id)
        code = seat.follow_to(head, scopes_of(person.member), acknowledge=acknowledge)
        if not person.member.active:
            assert not seat.is_open
            assert code in (None, CloseCode.REVOKED, CloseCode.AUTH), code
            return
        if code is not None:  # left and came back: the socket ended with the membership
            assert code in (CloseCode.REVOKED, CloseCode.AUTH), code
            seat.cursor = None
            self._open(person, seat)
        assert as_entities(seat.rows) == as_entities(rows_of(snapshot(person.desk).rows))

    def _once_each(self) -> None:
        """Each command that was done changed its prescription once, and no other changed any."""
        for sent in getattr(self, "sent", ()):
            times = self.place.times_done(sent.person.member.clinic_id, sent.op_id, sent.member)
            assert times == (1 if sent.expected.code == "done" else 0), sent


def _model(made: MadeClinic) -> ClinicModel:
    allergic = {allergy.patient_id for allergy in made.allergies}
    patients = {
        patient.id: PatientModel([*patient.practitioner_ids], [], patient.id in allergic)
        for patient in made.patients
    }
    return ClinicModel(made.medicines, patients, [pharmacy.id for pharmacy in made.pharmacies])


def _entry(row: dict[str, Any]) -> tuple[str, str, int, str]:
    return row["id"], row["kind"], row["amount_minor"], row["status"]


def clinics_at(place: Place) -> type[Clinics]:
    """The machine at a place."""
    return type("Clinics", (Clinics,), {"place": place})
