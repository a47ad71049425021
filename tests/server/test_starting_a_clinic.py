"""A clinic that nobody made up: begun, given medicines and people, and at work on the same day."""

from __future__ import annotations

import io
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from clinicdesk.cli import main
from clinicdesk.contract.commands import SetPrice
from tests.running_server import Owner, RunningServer
from tests.server.http.hands import medicines, rows, snapshot

MEDICINES = (
    "code,generic_name,strength,form,pack_size,pack_unit,price,schedule\n"
    "P500,Paracetamol,500 mg,tablet,10,tablet,24.00,OTC\n"
)
PASSWORD = "a good password\n"


@pytest.fixture(autouse=True)
def at_the_machine(
    demo_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> pytest.MonkeyPatch:
    """An administrator's shell, beside the database of a server that runs."""
    monkeypatch.setenv("CLINICDESK_DATABASE_URL", demo_database)
    monkeypatch.setenv("CLINICDESK_DATA_FOLDER", str(tmp_path))
    return monkeypatch


def begin(*further: str, name: str = "Aro Clinic") -> int:
    return main(["server", "add-clinic", name, "--pharmacy", "Aro Pharmacy", *further])


def add(at_the_machine: pytest.MonkeyPatch, login: str, role: str, *further: str) -> None:
    at_the_machine.setattr(sys, "stdin", io.StringIO(PASSWORD))
    command = ["server", "add-user", login, "--role", role, "--clinic", "Aro Clinic", *further]
    assert main(command) == 0


def test_a_new_clinic_works_from_its_first_day(
    server: RunningServer, owner: Owner, at_the_machine: pytest.MonkeyPatch, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    listed = tmp_path / "medicines.csv"
    listed.write_text(MEDICINES)
    place = ["--country", "NZ", "--zone", "Pacific/Auckland", "--currency", "NZD"]
    assert begin(*place, "--address", "12 Rata Street, Ōtautahi", "--phone", "+6433550000") == 0
    assert "Next:" in capsys.readouterr().out
    assert main(["server", "import-formulary", str(listed), "--clinic", "Aro Clinic"]) == 0
    add(at_the_machine, "hana", "pharmacist", "--pharmacy", "Aro Pharmacy")
    add(
        at_the_machine, "wiremu", "therapist", "--specialization", "gp",
        "--qualification", "MBChB", "--registration", "MCNZ 12345",
    )  # fmt: skip
    hana = server.sign_in("hana", PASSWORD.strip())
    seen = snapshot(hana)
    (clinic,) = rows(seen, "clinic")
    assert (clinic["zone"], clinic["currency"]) == ("Pacific/Auckland", "NZD")
    (prescriber,) = rows(seen, "practitioner")
    assert (prescriber["qualification"], prescriber["registration_number"]) == (
        "MBChB",
        "MCNZ 12345",
    )
    (rules,) = rows(seen, "rule_set")
    assert rules["rule_count"] > 100
    (price_list,) = rows(seen, "price_list")
    assert price_list["currency"] == "NZD"
    (formulary,) = rows(seen, "formulary")
    (medicine,) = medicines(hana, UUID(formulary["id"]))
    price = SetPrice(
        price_list_id=UUID(price_list["id"]),
        price_id=uuid.uuid4(),
        medicine_id=medicine.id,
        price_minor=300,
        effective_from=datetime.now(UTC).date(),
    )
    hana.done(price)
    (price_list,) = rows(snapshot(hana), "price_list")
    assert (price_list["revision"], price_list["price_count"]) == (1, 1)


@pytest.mark.parametrize(
    ("further", "said"),
    [
        (["--zone", "Mars/Olympus"], "no time zone"),
        (["--currency", "rupees"], "no currency"),
        (["--country", "India"], "no country"),
        (["--phone", "1" * 25], "The phone should have"),
        (["--pharmacy", "aro pharmacy"], "the same name"),
        (["--pharmacy", " "], "from 1 to 120"),
        (["--address", "Pune\a"], "The address should have"),
    ],
)
def test_what_a_clinic_cannot_be_is_one_sentence(
    owner: Owner, capsys: pytest.CaptureFixture[str], further: list[str], said: str
) -> None:
    before = owner("select count(*) from clinic")
    assert begin(*further) == 1
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert owner("select count(*) from clinic") == before


def test_two_clinics_of_one_name_could_not_be_told_apart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert begin() == 0
    assert begin(name="ARO  clinic") == 1
    assert "There is a clinic called ARO clinic already" in capsys.readouterr().err
