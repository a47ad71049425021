"""Vaults against a real gnome-keyring, on a private bus, in a program of its own for each opening.

The keyring library looks for keyrings once per process, so each session needs a process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from clinicdesk.core.keyring_vault import open_vault
from clinicdesk.core.passphrase_vault import PassphraseFileVault
from clinicdesk.core.vault import LONGEST_SECRET, MemoryVault
from tests.desktop_session import DbusSession, KeyringDaemon

_PROGRAM = Path(__file__).with_name("vault_program.py")
_PROMPTER = Path("/usr/libexec/gcr-prompter")
_GIVES_UP_SOON, _PATIENT = 0.5, 20.0


@dataclass(frozen=True)
class Opened:
    """What a program found."""

    kind: str
    lasting: bool
    explanation: str
    answers: list[str | None]


def a_program(
    environment: dict[str, str], *steps: list[str], patience_s: float = _PATIENT
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(_PROGRAM), environment["HOME"], str(patience_s), json.dumps(steps)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def what_it_found(program: subprocess.Popen[str]) -> Opened:
    with program:
        out, errors = program.communicate("\n", timeout=60)
    assert errors == ""
    assert program.returncode == 0
    return Opened(**json.loads(out.splitlines()[-1]))


def found(environment: dict[str, str], *steps: list[str], patience_s: float = _PATIENT) -> Opened:
    return what_it_found(a_program(environment, *steps, patience_s=patience_s))


def test_secrets_in_the_keyring_are_there_for_the_next_program(
    keyring_daemon: KeyringDaemon,
) -> None:
    session = keyring_daemon.session.environment
    first = found(session, ["write", "refresh", "old"], ["write", "refresh", "नया token"])
    assert (first.kind, first.lasting) == ("KeyringVault", True)
    assert "keyring" in first.explanation

    second = found(
        session,
        ["read", "refresh"],
        ["delete", "refresh"],
        ["delete", "refresh"],
        ["read", "refresh"],
    )

    assert second.answers == ["नया token", None, None, None]


def test_the_trial_of_a_keyring_leaves_nothing_in_it(keyring_daemon: KeyringDaemon) -> None:
    found(keyring_daemon.session.environment, ["write", "refresh", "token"])

    assert keyring_daemon.names_of("clinicdesk") == ["refresh"]


def test_a_keyring_that_has_lost_the_known_secret_is_tried_like_a_new_one(
    keyring_daemon: KeyringDaemon,
) -> None:
    session = keyring_daemon.session.environment
    found(session, ["write", "refresh", "token"], ["write", "device", "key"], ["delete", "refresh"])

    opened = found(session, ["read", "refresh"], ["read", "device"])

    assert (opened.kind, opened.answers) == ("KeyringVault", [None, "key"])
    assert keyring_daemon.names_of("clinicdesk") == ["device"]


def test_without_a_bus_secrets_stay_in_memory_and_the_person_is_told(
    dbus_session: DbusSession,
) -> None:
    nowhere = dict(dbus_session.environment)
    del nowhere["DBUS_SESSION_BUS_ADDRESS"]
    nowhere["XDG_RUNTIME_DIR"] = nowhere["HOME"]

    opened = found(nowhere, ["write", "refresh", "token"], ["read", "refresh"])

    assert (opened.kind, opened.lasting) == ("MemoryVault", False)
    assert "no keyring" in opened.explanation
    assert opened.answers == [None, "token"]
    assert found(nowhere, ["read", "refresh"]).answers == [None]


def test_a_bus_without_a_keyring_is_like_no_bus(dbus_session: DbusSession) -> None:
    assert "no keyring" in found(dbus_session.environment).explanation


def test_a_locked_keyring_that_nobody_can_unlock_is_said_to_be_locked(
    keyring_daemon: KeyringDaemon,
) -> None:
    keyring_daemon.lock()

    opened = found(keyring_daemon.session.environment)

    assert (opened.kind, opened.lasting) == ("MemoryVault", False)
    assert "locked" in opened.explanation


@pytest.mark.skipif(not _PROMPTER.exists(), reason="gcr's password window is not here")
def test_a_password_window_that_nobody_answers_holds_up_neither_start_nor_end(
    keyring_daemon: KeyringDaemon, display: str
) -> None:
    keyring_daemon.session.offer(
        "org.gnome.keyring.SystemPrompter", f"/usr/bin/env DISPLAY={display} {_PROMPTER}"
    )
    keyring_daemon.lock()

    opened = found(keyring_daemon.session.environment, patience_s=_GIVES_UP_SOON)

    assert (opened.kind, opened.lasting) == ("MemoryVault", False)
    assert "locked" in opened.explanation


def test_a_keyring_that_is_locked_or_dies_later_is_reported_in_a_sentence(
    keyring_daemon: KeyringDaemon,
) -> None:
    program = a_program(
        keyring_daemon.session.environment,
        ["write", "refresh", "token"],
        ["pause"],
        ["read", "refresh"],
        ["write", "refresh", "newer"],
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "paused\n"
    keyring_daemon.stop()

    opened = what_it_found(program)

    refusal = "unavailable: The keyring of this computer refused the request."
    assert opened.answers[2:] == [refusal, refusal]


@pytest.mark.parametrize(
    "backend",
    [
        "keyring.backends.null.Keyring",
        "keyring.backends.fail.Keyring",
        "keyrings.alt.file.PlaintextKeyring",
        "there.is.no.such.Keyring",
    ],
)
def test_a_keyring_that_keeps_nothing_or_keeps_plain_text_is_refused(
    keyring_daemon: KeyringDaemon, tmp_path: Path, backend: str
) -> None:
    package = tmp_path / "keyrings" / "alt"
    package.mkdir(parents=True)
    (package / "file.py").write_text(_PLAINTEXT)

    opened = found(
        keyring_daemon.session.environment
        | {"PYTHON_KEYRING_BACKEND": backend, "PYTHONPATH": str(tmp_path)}
    )

    assert (opened.kind, opened.lasting) == ("MemoryVault", False)


_PLAINTEXT = """\
from keyring.backend import KeyringBackend

class PlaintextKeyring(KeyringBackend):
    priority = 20
    kept = {"refresh": "token"}
    def get_password(self, service, name): return self.kept.get(name)
    def set_password(self, service, name, secret): self.kept[name] = secret
    def delete_password(self, service, name): del self.kept[name]
"""


async def test_a_passphrase_is_a_choice_and_goes_before_the_keyring(tmp_path: Path) -> None:
    vault = await open_vault(tmp_path, "correct horse battery")

    assert isinstance(vault, PassphraseFileVault)
    assert vault.lasting
    assert "passphrase" in vault.explanation


async def test_a_secret_too_long_for_some_keyring_is_refused_by_every_vault() -> None:
    vault = MemoryVault()
    await vault.write("key", "x" * LONGEST_SECRET)

    with pytest.raises(ValueError, match="1200 characters"):
        await vault.write("key", "x" * (LONGEST_SECRET + 1))
    assert await vault.read("key") == "x" * LONGEST_SECRET
