"""Secrets in files that only a passphrase opens."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import unicodedata
from pathlib import Path

import pytest

from clinicdesk.core.passphrase_vault import PassphraseFileVault, PassphraseRefused
from clinicdesk.core.vault import VaultUnavailable

_PASSPHRASE = "correct horse battery"
_QUICK = 2**10


async def a_vault(folder: Path, passphrase: str = _PASSPHRASE) -> PassphraseFileVault:
    return await PassphraseFileVault.open(folder, passphrase, cost=_QUICK)


def files(folder: Path) -> list[Path]:
    return sorted((folder / "vault").iterdir())


async def test_the_same_passphrase_finds_the_secrets_again(tmp_path: Path) -> None:
    vault = await a_vault(tmp_path)
    await vault.write("refresh", "old")
    await vault.write("refresh", "नया token")
    await vault.write("device", "key")
    await vault.delete("device")
    await vault.delete("unheard-of")

    again = await a_vault(tmp_path)

    assert await again.read("refresh") == "नया token"
    assert await again.read("device") is None


async def test_another_passphrase_opens_nothing_and_spoils_nothing(tmp_path: Path) -> None:
    await (await a_vault(tmp_path)).write("refresh", "token")

    with pytest.raises(PassphraseRefused, match="does not open"):
        await a_vault(tmp_path, "another passphrase")

    assert await (await a_vault(tmp_path)).read("refresh") == "token"


async def test_a_short_passphrase_makes_no_vault(tmp_path: Path) -> None:
    with pytest.raises(PassphraseRefused, match="at least 8 characters"):
        await a_vault(tmp_path, "1234567")

    assert files(tmp_path) == []


async def test_a_passphrase_is_the_same_however_its_accents_are_typed(tmp_path: Path) -> None:
    await a_vault(tmp_path, unicodedata.normalize("NFC", "kōrero māori"))

    await a_vault(tmp_path, unicodedata.normalize("NFD", "kōrero māori"))


async def test_neither_secret_nor_name_can_be_read_from_the_files(tmp_path: Path) -> None:
    await (await a_vault(tmp_path)).write("asha@roshni", "the-token")

    for path in files(tmp_path):
        assert b"the-token" not in path.read_bytes()
        assert b"asha" not in path.read_bytes() + path.name.encode()


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
async def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    await (await a_vault(tmp_path)).write("refresh", "token")

    assert stat.S_IMODE((tmp_path / "vault").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(tmp_path)} == {0o600}


async def test_a_sealed_file_under_another_name_is_found_out(tmp_path: Path) -> None:
    vault = await a_vault(tmp_path)
    await vault.write("one", "token of one")
    (one,) = set(files(tmp_path)) - {tmp_path / "vault" / "lock.json"}
    sealed = one.read_bytes()
    await vault.delete("one")
    await vault.write("two", "token of two")
    (two,) = set(files(tmp_path)) - {tmp_path / "vault" / "lock.json"}

    two.write_bytes(sealed)

    with pytest.raises(VaultUnavailable, match="damaged"):
        await vault.read("two")


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 200])
async def test_a_damaged_secret_is_reported_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    vault = await a_vault(tmp_path)
    await vault.write("refresh", "token")
    (sealed,) = set(files(tmp_path)) - {tmp_path / "vault" / "lock.json"}

    sealed.write_bytes(content)

    with pytest.raises(VaultUnavailable, match="damaged; sign in again"):
        await vault.read("refresh")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        json.dumps({"format": 1, "scrypt_n": 2**40, "salt": "00", "check": "00"}).encode(),
        json.dumps({"format": 1, "scrypt_n": "much", "salt": "00", "check": "00"}).encode(),
        json.dumps({"format": 1, "scrypt_n": 1024, "salt": "zz", "check": "00"}).encode(),
    ],
)
async def test_a_damaged_lock_is_reported_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "lock.json").write_bytes(content)

    with pytest.raises(VaultUnavailable, match="is damaged; move the folder"):
        await a_vault(tmp_path)


async def test_a_lock_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "lock.json").write_text('{"format": 2}')

    with pytest.raises(VaultUnavailable, match="another version"):
        await a_vault(tmp_path)


async def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(VaultUnavailable, match="file cannot be used"):
        await a_vault(tmp_path / "file")


async def test_two_desks_opening_a_new_vault_at_once_share_it(tmp_path: Path) -> None:
    one, two = await asyncio.gather(a_vault(tmp_path), a_vault(tmp_path))

    await asyncio.gather(one.write("one", "1"), two.write("two", "2"))

    assert await two.read("one") == "1"
    assert await one.read("two") == "2"


async def test_writes_of_one_name_take_effect_in_the_order_asked_for(tmp_path: Path) -> None:
    vault = await a_vault(tmp_path)

    await asyncio.gather(*(vault.write("refresh", str(number)) for number in range(20)))

    assert await vault.read("refresh") == "19"
    assert len(files(tmp_path)) == 2, "no half-written file is left behind"
