"""Each command on a prescription: in each state, by each role, from outside."""

from __future__ import annotations

import itertools
import uuid
from typing import Final

import msgspec
import pytest

from clinicdesk.contract.access import COMMANDS
from clinicdesk.contract.commands import ROUTES, OfPrescription, name_of
from clinicdesk.contract.entities import Role
from clinicdesk.contract.lifecycles import PRESCRIPTION
from clinicdesk.contract.problems import (
    Conflict,
    IllegalState,
    NotAllowed,
    NotFound,
    Problem,
    decode_problem,
)
from clinicdesk.server.http.commands import RULES
from tests.running_server import Owner
from tests.server.http.hands import (
    ADMIN,
    OTHER_PHARMACIST,
    OTHER_PRESCRIBER,
    PHARMACIST,
    PRESCRIBER,
    RECEPTION,
    STATES,
    Hands,
)

ON_PRESCRIPTIONS = sorted(
    name_of(command)
    for command, route in ROUTES.items()
    if issubclass(command, OfPrescription) and route.matches
)
SOMEBODY = {
    Role.THERAPIST: PRESCRIBER,
    Role.PHARMACIST: PHARMACIST,
    Role.RECEPTION: RECEPTION,
    Role.ADMIN: ADMIN,
}
NOT_YET: Final[dict[tuple[str, str], type[Problem]]] = {
    ("take_payment", "paid"): Conflict,
    ("take_payment", "fulfilled"): Conflict,
    ("uncheck_item", "paid"): IllegalState,
    ("release_items", "paid"): IllegalState,
    ("substitute_item", "paid"): Conflict,
    ("cancel_item", "paid"): IllegalState,
    ("return_to_stock", "paid"): IllegalState,
    ("restart_items", "paid"): IllegalState,
    ("hand_over", "paid"): Conflict,
    ("dispense_repeat", "completed"): Conflict,
    ("reroute_order", "paid"): Conflict,
    ("deliver_order", "fulfilled"): IllegalState,
    ("tell_patient", "paid"): Conflict,
    ("tell_patient", "fulfilled"): Conflict,
    **{("pay_out_refund", state): NotFound for state in STATES},
}
"""What the prescription's state allows, and its lines, its ledger or its order do not."""


def test_each_command_of_the_contract_has_a_rule() -> None:
    assert RULES.keys() == ROUTES.keys()


@pytest.mark.parametrize("command", ON_PRESCRIPTIONS)
def test_each_command_is_refused_in_each_state_that_does_not_allow_it_and_to_each_role(
    hands: Hands, command: str
) -> None:
    desks = {role: hands.server.sign_in(login) for role, login in SOMEBODY.items()}
    for state in STATES:
        detail = hands.bring_to(state)
        for role, desk in desks.items():
            header = detail.prescription
            seen = desk.get(f"/api/prescriptions/{header.id}").is_success
            signed = header.signed_at is not None
            lawful = PRESCRIPTION.allows(header.status, command, signed=signed) is not None
            answer = desk.send(hands.any_command(command, detail), header.version)
            where = f"{command} by {role} in {state}: {answer.text}"
            if answer.is_success:
                assert seen, where
                assert lawful, where
                assert role in COMMANDS[command], where
                assert (command, state) not in NOT_YET, where
                detail = hands.bring_to(state)
                continue
            problem = decode_problem(answer.content)
            if not seen:
                assert isinstance(problem, NotFound), where
            elif not lawful:
                assert isinstance(problem, IllegalState), where
                assert (problem.state, problem.command) == (header.status, command)
                assert problem.by in {"Dr Sunita Rao", "Vikram Patil"}
                assert problem.at == header.updated_at
            elif role not in COMMANDS[command]:
                assert isinstance(problem, NotAllowed), where
            else:
                assert isinstance(problem, NOT_YET.get((command, state), ())), where


@pytest.mark.parametrize("login", [OTHER_PRESCRIBER, OTHER_PHARMACIST])
def test_a_colleague_s_prescription_is_as_if_it_were_not_there(hands: Hands, login: str) -> None:
    detail = hands.bring_to("paid")
    desk = hands.server.sign_in(login)
    for name in ON_PRESCRIPTIONS:
        command = hands.any_command(name, detail)
        problem = desk.refused(command, detail.prescription.version)
        nothing = msgspec.structs.replace(command, prescription_id=uuid.uuid4())
        assert problem == desk.refused(nothing, detail.prescription.version)
        assert isinstance(problem, NotFound), name


def test_nothing_crosses_from_clinic_to_clinic(hands: Hands, owner: Owner) -> None:
    detail = hands.bring_to("paid")
    logins = owner(
        "select distinct on (m.role) a.login from account a join member m on m.account_id = a.id "
        "join clinic c on c.clinic_id = m.clinic_id where c.name <> 'Roshni Clinic'"
    )
    desks = [hands.server.sign_in(login) for (login,) in logins]
    assert {desk.session.member.role for desk in desks} == set(Role)
    for name, desk in itertools.product(ON_PRESCRIPTIONS, desks):
        problem = desk.refused(hands.any_command(name, detail), detail.prescription.version)
        assert isinstance(problem, NotFound), name
