from __future__ import annotations

from pathlib import Path

import pytest

from clinicdesk.desktop.invitation import VARIABLE, Invitation, take_invitation
from clinicdesk.desktop.shell.settings import Settings
from clinicdesk.failures import StartupFailure
from tests.desktop.shell.seats import home_in


def test_what_was_chosen_is_there_again(tmp_path: Path) -> None:
    settings = Settings.read(home_in(tmp_path))
    settings.choose_appearance("dark")
    settings.sign_in("https://roshni.example.org")
    settings.show_workspace("pharmacy")
    settings.keep_geometry("main", b"\x00\x01here")
    again = Settings.read(home_in(tmp_path))
    assert again.appearance == "dark"
    assert again.server == "https://roshni.example.org"
    assert again.signed_in
    assert again.workspace == "pharmacy"
    assert again.geometry("main") == b"\x00\x01here"
    assert again.geometry("sign_in") == b""


@pytest.mark.parametrize("content", [b"", b"{", b'{"signed_in": "yes"}', b"\xff\xfe", b"[]"])
def test_a_spoilt_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    file = home_in(tmp_path).config / "window.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    settings = Settings.read(home_in(tmp_path))
    assert not settings.signed_in
    settings.sign_in("https://roshni.example.org")
    assert Settings.read(home_in(tmp_path)).signed_in


def test_a_folder_that_takes_nothing_keeps_nobody_from_working(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("not a folder")
    Settings.read(home_in(tmp_path)).choose_appearance("dark")


def an_invitation(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, mode: int) -> Path:
    file = folder / "sign-in.json"
    file.write_text(text)
    file.chmod(mode)
    monkeypatch.setenv(VARIABLE, str(file))
    return file


def test_an_invitation_is_good_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"server": "http://127.0.0.1:1", "login": "sunita.rao", "password": "a secret"}'
    file = an_invitation(tmp_path, monkeypatch, text, 0o600)
    invitation = take_invitation()
    assert invitation == Invitation("http://127.0.0.1:1", "sunita.rao", "a secret")
    assert "a secret" not in repr(invitation)
    assert not file.exists()
    assert take_invitation() is None


def test_an_invitation_that_others_can_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_invitation(tmp_path, monkeypatch, "{}", 0o644)
    with pytest.raises(StartupFailure, match="0600"):
        take_invitation()


def test_an_invitation_without_a_password_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_invitation(tmp_path, monkeypatch, '{"server": "x"}', 0o600)
    with pytest.raises(StartupFailure, match="does not say"):
        take_invitation()
