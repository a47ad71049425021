"""Anything in any order, against the real server: what comes of it is what the model says.

`make machine EXAMPLES=2000` looks further, and elsewhere each time. A sequence that fails is
printed as a program, shortened.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.state_machine.machine import clinics_at
from tests.state_machine.place import Place

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "0"))
IN_CI = 20

BOUNDED = settings(
    max_examples=EXAMPLES or IN_CI,
    stateful_step_count=40,
    derandomize=not EXAMPLES,
    deadline=None,
    print_blob=True,
    suppress_health_check=[*HealthCheck],
    database=None,
)


def test_whatever_people_do_comes_out_as_the_model_says(place: Place) -> None:
    run_state_machine_as_test(clinics_at(place), settings=BOUNDED)  # type: ignore[no-untyped-call]
    place.check_log()
