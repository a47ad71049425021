"""The machine is worth something: a server that has one thing wrong does not pass it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from clinicdesk.server.domain.pharmacy import counter
from clinicdesk.server.domain.prescribing import ledger
from clinicdesk.server.http import idempotency
from clinicdesk.server.live import batch, render
from tests.state_machine import replica
from tests.state_machine.machine import clinics_at
from tests.state_machine.place import Place

UNTIL_THE_FIRST = settings(
    max_examples=60,
    stateful_step_count=40,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=[*HealthCheck],
    database=None,
)

Wrong = Callable[[pytest.MonkeyPatch], None]


def rows_stay_where_they_are_not_shown_any_more(patch: pytest.MonkeyPatch) -> None:
    real = render.RenderedEntry.item_for

    def never_gone(entry: render.RenderedEntry, scopes: frozenset[str]) -> bytes | None:
        item = real(entry, scopes)
        return None if item == entry._gone else item

    patch.setattr(render.RenderedEntry, "item_for", never_gone)


def everybody_hears_everything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(render, "audience_of", lambda *_row: {"clinic": render.View.FULL})


def nobody_is_told_of_changed_rights(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(batch.Batch, "concerns", lambda *_member: False)
    patch.setattr(replica, "DEADLINE_S", 1.0)  # how long it waits for a word that never comes


def the_front_desk_reads_notes(patch: pytest.MonkeyPatch) -> None:
    real = render.body_of
    patch.setattr(render, "body_of", lambda kind, _view, row: real(kind, render.View.FULL, row))


def a_command_that_comes_again_is_done_again(patch: pytest.MonkeyPatch) -> None:
    async def never(*_attempt: Any) -> None:
        return None

    patch.setattr(idempotency, "_earlier", never)


def a_declined_line_is_not_paid_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "_owed_back", lambda held, *_rest: held)


def a_part_of_the_price_is_enough(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(counter, "_wrong_amount", lambda *_payment: None)


@pytest.mark.parametrize(
    "wrong",
    [
        rows_stay_where_they_are_not_shown_any_more,
        everybody_hears_everything,
        nobody_is_told_of_changed_rights,
        the_front_desk_reads_notes,
        a_command_that_comes_again_is_done_again,
        a_declined_line_is_not_paid_back,
        a_part_of_the_price_is_enough,
    ],
)
def test_a_server_with_a_fault_is_found_out(
    place: Place, monkeypatch: pytest.MonkeyPatch, wrong: Wrong
) -> None:
    wrong(monkeypatch)
    with pytest.raises((AssertionError, KeyError, ExceptionGroup)):
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            clinics_at(place), settings=UNTIL_THE_FIRST
        )
