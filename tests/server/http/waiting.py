"""Prescriptions of which something is owing, as the tests of goods for them begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinicdesk.contract.commands import OweItem

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.contract.commands import Done
    from clinicdesk.contract.entities import Medicine
    from clinicdesk.contract.reading import PrescriptionDetail
    from tests.server.http.stocked import Stocked


class Paid:
    """A prescription that is paid: a line for each of these medicines.

    Attributes:
        id: Of the prescription.
        item_id: Of its first line.
    """

    def __init__(self, stocked: Stocked, *lines: tuple[Medicine, int]) -> None:
        hands = stocked.hands
        items = [
            hands.line(medicine_id=medicine.id, quantity=quantity, route=medicine.route)
            for medicine, quantity in lines
        ]
        written = hands.write(items=items)
        self.id: UUID = written.prescription_id
        self.item_id: UUID = items[0].id
        version = hands.prescriber.done(written).version
        version = hands.prescriber.done(hands.sign(self.id), version).version
        self.version = hands.pharmacist.done(hands.pay(self.id), version).version
        self._stocked = stocked

    def owe(self, place: int = 0, in_stock: int | None = None) -> Done:
        """The rest of the n-th line is owed by a desk that knows of so many units on the shelf."""
        item_id = self.now().items[place].id
        owe = OweItem(prescription_id=self.id, item_id=item_id, in_stock=in_stock)
        return self.give(owe)

    def give(self, command: object) -> Done:
        done = self._stocked.desk.done(command, self.version)  # type: ignore[arg-type]
        self.version = done.version
        return done

    def now(self) -> PrescriptionDetail:
        return self._stocked.hands.look(self.id)

    def stands(self, place: int = 0) -> tuple[str, int, int]:
        """The line's state, what is owing of it, and the prescription's version."""
        ((status, owing, version),) = self._stocked.owner(
            "select i.status, i.owing, p.version from prescription_item i join prescription p "
            "on p.id = i.prescription_id where i.prescription_id = %s and i.line = %s",
            self.id,
            place + 1,
        )
        return str(status), int(owing), int(version)

    def notices(self) -> list[tuple[str, str]]:
        """What the patient is to be told."""
        found = self._stocked.owner(
            "select kind, status from patient_notice where prescription_id = %s", self.id
        )
        return [(kind, status) for kind, status in found]


def waiting(stocked: Stocked, medicine: Medicine, quantity: int) -> Paid:
    """A paid prescription of which the one line is owing, whole."""
    prescription = Paid(stocked, (medicine, quantity))
    prescription.owe()
    return prescription
