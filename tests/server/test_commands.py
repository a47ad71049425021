"""The administrative commands, as an administrator gives them."""

from __future__ import annotations

import io
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from clinicdesk.cli import main
from tests.postgres import FreshDatabase
from tests.running_server import Owner, RunningServer

SMALL = ["--patients", "30", "--prescriptions", "12"]
HEADER = "code,generic_name,form,pack_size,pack_unit,price,schedule\n"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An administrator's shell, without any setting of the machine's."""
    for name in ("DATABASE_URL", "HOST", "PORT", "SECRET_KEY", "TLS_CERT", "TLS_KEY"):
        monkeypatch.delenv(f"CLINICDESK_{name}", raising=False)
    monkeypatch.setenv("CLINICDESK_DATA_FOLDER", str(tmp_path))
    return monkeypatch


@pytest.fixture
def empty_database(environment: pytest.MonkeyPatch, fresh_database: FreshDatabase) -> str:
    """A database that the environment names, without a schema."""
    url = fresh_database()
    environment.setenv("CLINICDESK_DATABASE_URL", url)
    return url


@pytest.fixture
def clinic(environment: pytest.MonkeyPatch, demo_database: str) -> str:
    """A database that the environment names, with the demo clinics."""
    environment.setenv("CLINICDESK_DATABASE_URL", demo_database)
    return demo_database


def test_an_empty_database_becomes_a_demo_clinic_that_is_made_once(
    empty_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["server", "migrate"]) == 0
    assert "It was empty" in capsys.readouterr().out
    assert main(["server", "migrate"]) == 0
    assert "so already" in capsys.readouterr().out
    assert main(["server", "check"]) == 0
    assert main(["server", "demo-data", *SMALL]) == 0
    first = capsys.readouterr()
    assert "30 patients" in first.out
    assert "roshni-demo" in first.out
    with psycopg.connect(empty_database) as connection:
        wrong = connection.execute(
            "select count(*) from batch b where on_hand <> (select coalesce(sum(quantity), 0) "
            "from stock_movement m where m.batch_id = b.id)"
        ).fetchone()
        assert wrong == (0,), "what lies on a shelf is what its movements add up to"
        unsealed = connection.execute(
            "select count(*) from prescription where (seal is null) <> (signed_at is null)"
        ).fetchone()
        assert unsealed == (0,), "what is signed has a QR code"
        entries = connection.execute("select count(*) from clinic_log").fetchone()
        assert main(["server", "demo-data", *SMALL]) == 0
        assert "there already" in capsys.readouterr().out
        assert connection.execute("select count(*) from clinic_log").fetchone() == entries
    assert main(["server", "audit", "verify"]) == 0
    assert "as it was written" in capsys.readouterr().out


def test_the_same_seed_makes_the_same_clinic(
    fresh_database: FreshDatabase, environment: pytest.MonkeyPatch
) -> None:
    found = []
    for _ in range(2):
        url = fresh_database()
        environment.setenv("CLINICDESK_DATABASE_URL", url)
        assert main(["server", "migrate"]) == 0
        assert main(["server", "demo-data", *SMALL]) == 0
        with psycopg.connect(url) as connection:
            found.append(
                connection.execute(
                    "select (select json_agg(p.id order by p.id)::text from patient p), "
                    "(select json_agg(json_build_array(code, status, total_minor, version) "
                    "order by id)::text from prescription), "
                    "(select json_agg(json_build_array(entity_id, change, op_id) order by seq) "
                    "from clinic_log)::text"
                ).fetchone()
            )
    assert found[0] == found[1]


def test_the_demo_clinic_s_log_is_written_by_its_people(demo_database: str, owner: Owner) -> None:
    by = owner(
        "select m.role, l.change, count(*) > 0 from clinic_log l "
        "join member m on m.id = l.actor_id where l.entity = 'prescription' "
        "group by 1, 2 order by 1, 2"
    )
    assert by == [
        ("pharmacist", "update", True),
        ("therapist", "insert", True),
        ("therapist", "update", True),
    ]


def test_prescriptions_of_the_demo_clinic_lie_in_the_past_in_their_order(
    demo_database: str, owner: Owner
) -> None:
    disorderly = owner(
        "select code from prescription where created_at > now() or updated_at > now() "
        "or signed_at < created_at or paid_at < signed_at or fulfilled_at < paid_at "
        "or completed_at < fulfilled_at or updated_at < created_at"
    )
    assert disorderly == []
    hours = owner("select count(*) from prescription where created_at < now() - interval '1 hour'")
    assert hours[0][0] > 20


def test_a_changed_log_is_found_out(
    clinic: str, owner: Owner, capsys: pytest.CaptureFixture[str]
) -> None:
    owner(
        "update clinic_log set new = jsonb_set(new, '{total_minor}', '1') "
        "where entity = 'prescription' and seq = (select max(seq) from clinic_log "
        "where entity = 'prescription' and change = 'update')"
    )
    assert main(["server", "audit", "verify"]) == 1
    said = capsys.readouterr()
    assert "NOT as it was written" in said.err


def test_a_log_that_is_being_written_is_as_it_was_written(
    clinic: str, capsys: pytest.CaptureFixture[str]
) -> None:
    enough = threading.Event()

    def write_on() -> None:
        with psycopg.connect(clinic, autocommit=True) as connection:
            while not enough.is_set():
                connection.execute("update clinic set appointment_minutes = appointment_minutes")

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        statuses = [main(["server", "audit", "verify"]) for _ in range(3)]
    finally:
        enough.set()
        writer.join()
    assert statuses == [0, 0, 0], capsys.readouterr().err


def test_a_list_of_medicines_is_taken_and_taken_again_without_effect(
    clinic: str, owner: Owner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"own-{n},Paracetamol {n},tablet,10,tablet,{n}.50,H\n" for n in range(1, 40)]
    file = tmp_path / "list.csv"
    file.write_text(HEADER + "".join(lines) + "own-99,,tablet,10,tablet,5.00,H\n")
    command = ["server", "import-formulary", str(file), "--clinic", "roshni clinic"]
    before = owner("select count(*) from clinic_log")[0][0]
    assert main(command) == 0
    first = capsys.readouterr()
    assert "39 added, 0 changed, 0 as before, 1 left out" in first.out
    assert f"{file}:41: generic_name" in first.err
    assert owner("select count(*) from clinic_log")[0][0] == before + 1
    assert main(command) == 0
    assert "Nothing was changed" in capsys.readouterr().out
    assert owner("select count(*) from clinic_log")[0][0] == before + 1
    file.write_text(HEADER + "".join(lines).replace(",5.50,", ",6.50,"))
    assert main(command) == 0
    assert "0 added, 1 changed, 38 as before" in capsys.readouterr().out
    revisions = owner("select revision, count(*) from medicine where code like 'own-%' group by 1")
    assert sorted(count for _, count in revisions) == [1, 38]
    counted = owner("select medicine_count from formulary where name = 'Roshni formulary'")
    held = owner(
        "select count(*) from medicine m join formulary f on f.id = m.formulary_id "
        "where f.name = 'Roshni formulary'"
    )
    assert counted == held


def test_a_list_of_interactions_is_taken_and_taken_again_without_effect(
    clinic: str, owner: Owner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    header = "DDInterID_A,Drug_A,DDInterID_B,Drug_B,Level\n"
    file.write_text(header + "DDInter1,Naltrexone,DDInter2,Abacavir,Moderate\n1,A,2,B,Grave\n")
    command = ["server", "import-rules", str(file), "--clinic", "roshni clinic"]
    before = owner("select count(*) from clinic_log")[0][0]
    assert main(command) == 0
    first = capsys.readouterr()
    assert "1 added, 0 changed, 0 as before, 1 left out" in first.out
    assert f'{file}:3: Level: Level is "grave"' in first.err
    # The clinic's rule set begins with it: two entries, and afterwards one for each import.
    assert owner("select count(*) from clinic_log")[0][0] == before + 2
    assert main(command) == 0
    assert "Nothing was changed" in capsys.readouterr().out
    assert owner("select count(*) from clinic_log")[0][0] == before + 2
    file.write_text(header + "DDInter2,Abacavir,DDInter1,Naltrexone,Major\n")
    assert main(command) == 0
    assert "0 added, 1 changed, 0 as before" in capsys.readouterr().out
    found = owner("select subject, other, level from safety_rule where source = 'DDInter'")
    assert found == [("abacavir", "naltrexone", "major")]


def test_our_own_rules_are_whole_and_those_that_we_gave_up_are_withdrawn(
    clinic: str, owner: Owner, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["server", "import-rules", "--clinic", "roshni clinic"]
    assert main(command) == 0
    assert "0 changed, 0 as before; revision 1" in capsys.readouterr().out
    assert main(command) == 0
    assert "Nothing was changed" in capsys.readouterr().out
    owner(
        "insert into safety_rule select (jsonb_populate_record(r, "
        "jsonb_build_object('id', gen_random_uuid(), 'subject', 'snake oil'))).* "
        "from safety_rule r where kind = 'interaction' limit 1"
    )
    assert main(command) == 0
    assert "1 withdrawn" in capsys.readouterr().out
    assert owner("select withdrawn from safety_rule where subject = 'snake oil'") == [(True,)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import-formulary", "nowhere.csv"], "cannot be read"),
        (["import-formulary", __file__, "--clinic", "Roshni Clinic"], "header"),
        (["import-formulary", __file__], "several clinics"),
        (["import-formulary", __file__, "--clinic", "Nobody's"], "no clinic called Nobody's"),
        (["import-rules", "nowhere.csv"], "cannot be read"),
        (["import-rules", __file__, "--clinic", "Roshni Clinic"], "header"),
        (["import-rules"], "several clinics"),
        (["add-user", "new", "--role", "king"], "is no role"),
        (["add-user", "new", "--role", "admin"], "several clinics"),
        (["add-user", "new", "--role", "admin", "--clinic", "Roshni Clinic"], "characters"),
    ],
)
def test_what_an_administrator_gets_wrong_is_one_sentence(
    clinic: str,
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    environment.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main(["server", *arguments]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("role", "further"),
    [
        ("admin", []),
        ("reception", []),
        ("therapist", ["--specialization", "pt"]),
        ("pharmacist", ["--pharmacy", "Lifeline Medicals"]),
    ],
)
def test_somebody_who_is_added_can_sign_in(
    server: RunningServer,
    clinic: str,
    owner: Owner,
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    role: str,
    further: list[str],
) -> None:
    if role == "pharmacist":
        name = owner("select name from pharmacy order by name limit 1")[0][0]
        further = ["--pharmacy", name]
        in_clinic = owner(
            "select c.name from clinic c join pharmacy p on p.clinic_id = c.clinic_id "
            "where p.name = %s",
            name,
        )[0][0]
    else:
        in_clinic = "Roshni Clinic"
    command = ["server", "add-user", "New.Person", "--name", "New Person", "--role", role]
    command += ["--clinic", in_clinic, *further]
    environment.setattr(sys, "stdin", io.StringIO("a good password\n"))
    assert main(command) == 0
    assert "new.person" in capsys.readouterr().out
    member = server.sign_in("new.person", "a good password").session.member
    assert (member.name, member.role) == ("New Person", role)
    environment.setattr(sys, "stdin", io.StringIO("a good password\n"))
    assert main(command) == 1
    assert f"new.person is in {in_clinic} already" in capsys.readouterr().err


def test_somebody_of_one_clinic_joins_another_and_keeps_the_password(
    server: RunningServer,
    clinic: str,
    owner: Owner,
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = [name for (name,) in owner("select name from clinic order by name")]
    command = ["server", "add-user", "Locum", "--role", "reception", "--clinic"]
    environment.setattr(sys, "stdin", io.StringIO("a good password\n"))
    assert main([*command, names[0], "--name", "Leela Locum"]) == 0
    assert "password" not in capsys.readouterr().out
    environment.setattr(sys, "stdin", io.StringIO("another password\n"))
    assert main([*command, names[1]]) == 0
    said = capsys.readouterr().out
    assert f"Leela Locum may sign in to {names[1]} as locum (reception)." in said
    assert "The password is the one they have." in said
    session = server.sign_in("locum", "a good password").session
    assert sorted(choice.name for choice in session.clinics) == names
    assert main([*command, names[1]]) == 1
    assert f"locum is in {names[1]} already; nothing was changed." in capsys.readouterr().err


def test_a_disabled_login_joins_no_clinic(
    clinic: str, owner: Owner, capsys: pytest.CaptureFixture[str]
) -> None:
    login, other = owner(
        "select a.login, c.name from account a join clinic c on not exists (select from member m "
        "where m.account_id = a.id and m.clinic_id = c.clinic_id) order by 1, 2 limit 1"
    )[0]
    owner("update account set disabled_at = now() where login = %s", login)
    assert main(["server", "add-user", login, "--role", "admin", "--clinic", other]) == 1
    assert f"The login {login} is disabled" in capsys.readouterr().err


def test_an_address_that_is_none_is_not_handed_to_the_database(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("CLINICDESK_DATABASE_URL", "clinic:secret@db.example")
    assert main(["server", "check"]) == 1
    error = capsys.readouterr().err
    assert "CLINICDESK_DATABASE_URL is not a database's address" in error
    assert "secret" not in error
