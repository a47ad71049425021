"""The wire changes only on purpose: see `tests.contract.wire` for writing the frozen files anew.

Raise `PROTOCOL` where an end of the old version would misread the new one.
"""

from __future__ import annotations

import pytest

from tests.contract.wire import FROZEN, as_text, described


@pytest.mark.parametrize("name", sorted(described()))
def test_the_wire_is_as_it_was_frozen(name: str) -> None:
    frozen = (FROZEN / f"{name}.json").read_text(encoding="utf-8")
    assert as_text(described()[name]) == frozen


def test_nothing_is_frozen_that_the_contract_no_longer_says() -> None:
    assert {path.stem for path in FROZEN.glob("*.json")} == set(described())
