"""Which bus the settings ask for, and what is said of settings that make no sense."""

from __future__ import annotations

import pytest

from clinicdesk.failures import StartupFailure
from clinicdesk.server.live.hints import Hints, LocalHints, PeerHints, hints_for
from clinicdesk.server.settings import settings_from

DATABASE = "postgresql://owner:secret@db/clinicdesk"


def chosen(**told: str) -> Hints:
    environment = {f"CLINICDESK_{name}": value for name, value in told.items()}
    return hints_for(settings_from({"CLINICDESK_DATA_FOLDER": "/nowhere", **environment}))


def bus_of(hints: Hints) -> str:
    assert isinstance(hints, PeerHints)
    return hints.bus.name


def test_an_embedded_database_has_no_other_servers_to_tell() -> None:
    assert isinstance(chosen(), LocalHints)
    assert isinstance(chosen(NOTIFY_URL=DATABASE), LocalHints)


def test_servers_of_a_postgresql_tell_each_other_by_notify() -> None:
    assert bus_of(chosen(DATABASE_URL=DATABASE)) == "notify"
    assert bus_of(chosen(DATABASE_URL=DATABASE, NOTIFY_URL="host=db dbname=x")) == "notify"


def test_without_anybody_being_told_the_poll_alone_serves() -> None:
    assert isinstance(chosen(DATABASE_URL=DATABASE, NOTIFY_URL="off"), LocalHints)


@pytest.mark.parametrize("address", [
    "nats://nats:4222",
    "tls://user:password@nats",
    "nats://one:4222, nats://two:4222,nats://[::1]:4222",
])  # fmt: skip
def test_where_nats_is_named_it_is_nats_alone(address: str) -> None:
    assert bus_of(chosen(DATABASE_URL=DATABASE, NATS_URL=address)) == "nats"
    assert bus_of(chosen(DATABASE_URL=DATABASE, NATS_URL=address, NOTIFY_URL="off")) == "nats"


@pytest.mark.parametrize(("name", "value"), [
    ("NATS_URL", "nats"),
    ("NATS_URL", "http://nats:4222"),
    ("NATS_URL", "nats://user:pass-word@nats:port"),
    ("NATS_URL", "nats://one:4222,two"),
    ("NATS_URL", "nats://:4222"),
    ("NOTIFY_URL", "db.example.org"),
    ("NOTIFY_URL", "on"),
    ("PREPARED_STATEMENTS", "never"),
])  # fmt: skip
def test_a_setting_that_makes_no_sense_is_named_without_its_password(name: str, value: str) -> None:
    with pytest.raises(StartupFailure) as refusal:
        chosen(DATABASE_URL=DATABASE, **{name: value})

    assert f"CLINICDESK_{name}" in refusal.value.sentence
    assert "pass-word" not in refusal.value.sentence
