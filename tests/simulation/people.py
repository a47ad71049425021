"""People at work: commands at desks, and changes that others make elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from clinicdesk.contract.commands import (
    AnyCommand,
    CancelPrescription,
    ReviseDraft,
    SignAndSend,
    TakePayment,
    WriteDraft,
)
from clinicdesk.contract.entities import PaymentMethod, Role
from tests.simulation.clinic import new_id, patient_columns
from tests.simulation.database import ClinicLog

if TYPE_CHECKING:
    from tests.simulation.desk import Computer
    from tests.simulation.world import World


class People:
    """Who does what, and when."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._timeline = world.timeline
        self._chance = world.timeline.chance

    def plan(self, until: float) -> None:
        """Spread the work over the time there is."""
        chance = self._chance
        for _ in range(chance.choice([0, 5, 15, 30])):
            computer = chance.choice(self._world.computers)
            self._timeline.after(chance.uniform(0, until), lambda c=computer: self._work(c))  # type: ignore[misc]
        for _ in range(chance.choice([3, 10, 30])):
            self._timeline.after(chance.uniform(0, until), self._elsewhere)
        if chance.random() < 0.2:
            self._timeline.after(chance.uniform(0, until), self._much_at_once)

    def _work(self, computer: Computer) -> None:
        program = computer.program
        if program is None:
            return
        command = self._something_to_do(computer)
        if command is not None:
            computer.call(program, lambda: program.submit(command))

    def _something_to_do(self, computer: Computer) -> AnyCommand | None:
        assert computer.program is not None
        chance = self._chance
        log = self._world.database.clinics[computer.clinic]
        member = log.member(computer.member)
        known = {rx for kind, rx in computer.program.replica.rows if kind == "prescription"}
        known |= {command.prescription_id for command in computer.submitted.values()}
        if member.role is Role.THERAPIST and (not known or chance.random() < 0.35):
            return WriteDraft(
                prescription_id=new_id(chance), patient_id=new_id(chance),
                pharmacy_id=chance.choice([None, *self._world.pharmacies]), note="new", items=[],
            )  # fmt: skip
        if not known:
            return None
        return self._about(chance.choice(sorted(known)), member.role)

    def _about(self, rx: UUID, role: Role) -> AnyCommand:
        chance = self._chance
        pharmacy = chance.choice(self._world.pharmacies)
        revise = ReviseDraft(
            prescription_id=rx, pharmacy_id=pharmacy, note=f"note {chance.random()}", items=[]
        )
        sign = SignAndSend(prescription_id=rx, pharmacy_id=pharmacy)
        cancel = CancelPrescription(prescription_id=rx, reason="not needed")
        pay = TakePayment(
            prescription_id=rx, payment_id=new_id(chance), method=PaymentMethod.CASH,
            amount_minor=chance.choice([40, 100]), currency="INR",
        )  # fmt: skip
        choice: list[AnyCommand] = [pay, pay, cancel, sign]
        if role is Role.THERAPIST:
            choice = [revise, revise, revise, sign, sign, cancel]
        return chance.choice(choice)

    def _elsewhere(self) -> None:
        """Somebody without a desk of this world changes something."""
        world, chance = self._world, self._chance
        if world.database.down:
            return
        clinic, log = chance.choice(list(world.database.clinics.items()))
        changes = [self._a_change(log) for _ in range(chance.choice([1, 1, 1, 2, 4]))]
        keys = {(kind, row_id): (kind, row_id, columns) for kind, row_id, columns in changes}
        world.database.write(clinic, *keys.values())
        self._tell(clinic)

    def _much_at_once(self) -> None:
        """More than a socket's window takes."""
        world, chance = self._world, self._chance
        if world.database.down:
            return
        clinic = chance.choice(list(world.database.clinics))
        for _ in range(chance.randint(20, 60)):
            world.database.write(clinic, self._a_change(world.database.clinics[clinic]))
        self._tell(clinic)

    def _tell(self, clinic: UUID) -> None:
        up = [server for server in self._world.servers if server.up]
        if up:
            self._chance.choice(up).committed(clinic)

    def _a_change(self, log: ClinicLog) -> tuple[str, UUID, dict[str, object] | None]:
        chance, world = self._chance, self._world
        patients = [row_id for kind, row_id in log.rows if kind == "patient"]
        signed = [
            row_id
            for (kind, row_id), row in log.rows.items()
            if kind == "prescription" and row.columns["signed_at"]
        ]
        facts = {
            "practitioner_ids": [str(p) for p in world.practitioners if chance.random() < 0.5],
            "pharmacy_ids": [str(p) for p in world.pharmacies if chance.random() < 0.5],
            "name": f"N{chance.randrange(1000)}",
        }
        if signed and chance.random() < 0.3:  # it goes to another pharmacy, out of somebody's sight
            rx = chance.choice(signed)
            columns = log.rows["prescription", rx].columns
            return (
                "prescription",
                rx,
                {**columns, "pharmacy_id": str(chance.choice(world.pharmacies))},
            )
        if not patients or chance.random() < 0.4:
            patient = new_id(chance)
            return "patient", patient, patient_columns(log.clinic_id, patient, **facts)
        patient = chance.choice(patients)
        if chance.random() < 0.1:
            return "patient", patient, None
        return "patient", patient, {**log.rows["patient", patient].columns, **facts}
