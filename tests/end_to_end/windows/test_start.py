"""Signing in by hand in the real window, and what it says when that cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from clinicdesk.core.home import home_of
from clinicdesk.demo.desks import PHARMACIST, Person, WatchedDesk
from clinicdesk.demo.hands import Hands
from clinicdesk.demo.workers import Pharmacist, Worker
from clinicdesk.server.demo_data import PASSWORD
from tests.end_to_end.strangers import PAGE, make_certificate
from tests.end_to_end.windows.backstage import Clinic
from tests.end_to_end.windows.stage import Opened, somebody

pytestmark = pytest.mark.display

NOBODY: Final = "http://127.0.0.1:9"


def sign_in(desk: WatchedDesk, hands: Hands, server: str, password: str = PASSWORD) -> None:
    """By hand: fill the form, and press Enter."""
    worker = Worker(desk, hands)
    worker.turn_to()
    worker.type_into("sign_in_server", server)
    worker.type_into("sign_in_login", desk.person.login)
    worker.type_into("sign_in_password", password)
    hands.press("Return")


def patients_in(desk: WatchedDesk) -> list[str]:
    """The patients in the queue: how long they have waited changes by the minute."""
    return [row["text"].partition(",")[0] for row in desk.rows("queue_list")]


def test_who_signs_in_by_hand_is_remembered_and_needs_no_server_the_next_time(
    clinic: Clinic, hands: Hands, opened: Opened
) -> None:
    person = somebody(PHARMACIST.login)
    first = Pharmacist(opened.open(person, invited=False, server=NOBODY), hands)
    sign_in(first.desk, hands, clinic.url)
    first.desk.wait_until("the live feed", lambda: first.is_live)
    first.desk.wait_until("the queue", lambda: first.desk.rows("queue_list"))
    queue = patients_in(first.desk)
    first.desk.close()

    second = Pharmacist(opened.open(person, invited=False), hands)
    second.desk.wait_until("the live feed", lambda: second.is_live)
    assert not second.desk.widget("sign_in_button")["found"]
    second.desk.close()

    clinic.cut()
    third = Pharmacist(opened.open(person, invited=False), hands)
    third.desk.wait_until("the word Offline", lambda: third.is_offline)
    third.desk.wait_until("the queue", lambda: patients_in(third.desk) == queue)


def test_each_thing_that_is_wrong_with_a_sign_in_gets_one_sentence_and_may_be_put_right(
    clinic: Clinic, hands: Hands, opened: Opened, tmp_path: Path
) -> None:
    desk = opened.open(somebody(PHARMACIST.login), invited=False)

    def says(*words: str) -> None:
        desk.wait_until(" ".join(words), lambda: all(word in error(desk) for word in words))

    sign_in(desk, hands, clinic.url, "not the password")
    says("do not belong together")
    sign_in(desk, hands, "https://no-such-host.invalid")
    says("no-such-host.invalid")
    sign_in(desk, hands, NOBODY)
    says("127.0.0.1:9")
    sign_in(desk, hands, "two words")
    says("address")
    with clinic.stranger(PAGE) as port:
        sign_in(desk, hands, f"http://127.0.0.1:{port}")
        says("clinicdesk")
    with clinic.stranger(PAGE, make_certificate(tmp_path)) as port:
        sign_in(desk, hands, f"https://127.0.0.1:{port}")
        says("certificate", "Nothing was sent")

    sign_in(desk, hands, clinic.url)
    desk.wait_until("the desk", lambda: desk.text("connection_pill") == "Live")


def error(desk: WatchedDesk) -> str:
    """What stands in red below the fields: of one field at most."""
    fields = ("sign_in_server", "sign_in_login", "sign_in_password")
    errors = [said for name in fields if (said := desk.widget(name).get("description", ""))]
    assert len(errors) <= 1
    return errors[0] if errors else ""


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"nothing that could be read" * 400, "could not be unlocked"),
        (b"SQLite format 3\0" + bytes(4080), "not clinicdesk's"),
    ],
    ids=["corrupt", "foreign"],
)
def test_a_store_that_is_not_the_desks_own_is_put_aside_and_said(
    clinic: Clinic, hands: Hands, opened: Opened, content: bytes, why: str
) -> None:
    person = somebody(PHARMACIST.login)
    first = Worker(opened.open(person), hands)
    first.desk.wait_until("the live feed", lambda: first.is_live)
    first.desk.close()
    (store,) = stores_of(person)
    store.write_bytes(content)

    second = Worker(opened.open(person, invited=False), hands)

    second.desk.wait_until("a banner", lambda: why in second.desk.text("told_banner"))
    second.desk.wait_until("the live feed", lambda: second.is_live)
    assert second.desk.rows("queue_list")
    assert len(stores_of(person)) == 2


def stores_of(person: Person) -> list[Path]:
    return sorted((home_of(person.profile).data / "stores").glob("*.db"))


def test_a_memory_of_users_that_cannot_be_read_leads_to_the_sign_in_window(
    clinic: Clinic, hands: Hands, opened: Opened
) -> None:
    person = somebody(PHARMACIST.login)
    first = Worker(opened.open(person), hands)
    first.desk.wait_until("the live feed", lambda: first.is_live)
    first.desk.close()
    (home_of(person.profile).config / "remembered.json").write_bytes(b"{ not what it was")

    second = Worker(opened.open(person, invited=False), hands)

    sign_in(second.desk, hands, clinic.url)
    second.desk.wait_until("the live feed", lambda: second.is_live)
