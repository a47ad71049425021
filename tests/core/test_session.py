"""Signing in and staying so; and a sentence for each way in which a server cannot be reached."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clinicdesk.contract.problems import SessionExpired, WrongCredentials, WrongProtocol
from clinicdesk.contract.session import ServerCard
from clinicdesk.core.clock import Now
from clinicdesk.core.device import Device
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.session import Session, ask_server
from clinicdesk.core.transport import Answer, Unreachable, UnreachableReason
from clinicdesk.core.vault import MemoryVault
from tests.core import sample
from tests.core.conftest import LastingVault, home_for, sign_in
from tests.core.small_server import PASSWORD, SmallServer


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def resumed(
    server: SmallServer, folder: Path, vault: MemoryVault, now: Now | None = None
) -> Session:
    home = home_for(folder, sample.therapist)
    profiles = Profiles.read(home)
    session = await Session.resume(
        profiles.users()[0], home=home, vault=vault, profiles=profiles, now=now or Clock()
    )
    assert session is not None
    return session


async def test_a_wrong_password_is_a_refusal_and_remembers_nobody(
    server: SmallServer, tmp_path: Path
) -> None:
    home = home_for(tmp_path, sample.therapist)
    profiles = Profiles.read(home)
    outcome = await Session.sign_in(
        server.address, sample.therapist.name, "wrong", home=home, vault=MemoryVault(),
        profiles=profiles, device_name="desk",
    )  # fmt: skip
    assert isinstance(outcome, WrongCredentials)
    assert profiles.users() == []


async def test_who_signed_in_is_remembered_without_any_secret_on_the_disk(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> None:
    session = await sign_in(server, sample.therapist, tmp_path, vault)
    home = home_for(tmp_path, sample.therapist)
    [user] = Profiles.read(home).users()
    assert (user.login, user.server, user.member) == (
        sample.therapist.name,
        server.address,
        sample.therapist,
    )
    written = b"".join(_files(home.config))
    for secret in (PASSWORD, "refresh ", "access "):
        assert secret.encode() not in written
    await session.close()


def _files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_a_session_goes_on_without_a_password_and_its_token_is_renewed_once_for_all(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> None:
    await (await sign_in(server, sample.therapist, tmp_path, vault)).close()
    session = await resumed(server, tmp_path, vault)
    before = server.refreshes
    tokens = await asyncio.gather(*(session.access_token() for _ in range(5)))
    assert len(set(tokens)) == 1
    assert server.refreshes == before + 1
    await session.close()
    assert await vault.read(session.home.secret_name("device-key")) is not None


async def test_a_token_is_renewed_between_seven_and_nine_tenths_of_its_life(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> None:
    await (await sign_in(server, sample.therapist, tmp_path, vault)).close()
    clock = Clock()
    session = await resumed(server, tmp_path, vault, clock)
    await session.access_token()
    clock.ahead = timedelta(minutes=6, seconds=50)
    assert not session.is_due
    clock.ahead = timedelta(minutes=9, seconds=10)
    assert session.is_due
    await session.close()


async def test_a_session_goes_on_while_the_disk_takes_nothing(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> None:
    session = await sign_in(server, sample.therapist, tmp_path, vault)
    home = home_for(tmp_path, sample.therapist)
    shutil.rmtree(home.config)
    home.config.write_text("a file where the folder was")

    fresh = await session.renew(session.present_token)

    assert fresh == session.present_token
    assert not session.over
    home.config.unlink()
    await session.renew(session.present_token)
    assert Profiles.read(home).users() == [session.user]
    await session.close()


async def test_while_the_server_is_away_a_token_that_still_holds_is_used(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> None:
    await (await sign_in(server, sample.therapist, tmp_path, vault)).close()
    clock = Clock()
    session = await resumed(server, tmp_path, vault, clock)
    token = await session.access_token()
    server.cable.cut()
    clock.ahead = timedelta(minutes=9, seconds=10)
    assert await session.access_token() == token
    clock.ahead = timedelta(minutes=11)
    assert isinstance(await session.access_token(), Unreachable)
    assert not session.over
    await session.close()


async def test_a_call_with_a_token_that_the_server_dropped_is_made_again_with_a_fresh_one(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> None:
    session = await sign_in(server, sample.therapist, tmp_path, vault)
    server.tokens.clear()
    outcome = await session.transport.call("GET", "/api/snapshot", tokens=session)
    assert isinstance(outcome, Answer)
    await session.close()


async def test_a_session_that_the_server_has_ended_says_so_once_and_asks_no_more(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> None:
    session = await sign_in(server, sample.therapist, tmp_path, vault)
    ended: list[None] = []
    session.ended.add(ended.append)
    server.tokens.clear()
    server.refresh_tokens.clear()
    for _ in range(2):
        outcome = await session.transport.call("GET", "/api/snapshot", tokens=session)
        assert isinstance(outcome, SessionExpired)
    assert ended == [None]
    assert session.over
    await session.close()


async def test_a_desk_whose_clock_is_wrong_asks_the_server_for_the_time(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> None:
    await (await sign_in(server, sample.therapist, tmp_path, vault)).close()
    server.clock_ahead = timedelta(hours=5)
    session = await resumed(server, tmp_path, vault)
    assert isinstance(await session.access_token(), str)
    assert not session.is_due
    await session.close()


async def test_signing_out_forgets_the_session_here_and_there(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> None:
    session = await sign_in(server, sample.therapist, tmp_path, vault)
    assert await session.sign_out() is None
    assert server.refresh_tokens == {}
    home = home_for(tmp_path, sample.therapist)
    profiles = Profiles.read(home)
    user = profiles.users()[0]
    assert await Session.resume(user, home=home, vault=vault, profiles=profiles) is None
    await session.close()


async def test_the_device_keeps_its_key(tmp_path: Path, vault: LastingVault) -> None:
    home = home_for(tmp_path, sample.therapist)
    device_id = Profiles.read(home).device_id
    one, other = [await Device.load(device_id, home, vault) for _ in range(2)]
    assert one.public_key == other.public_key
    assert len(one.public_key) == 43
    assert len(one.sign_refresh("token", sample.NOON).signature) == 86
    assert Profiles.read(home).device_id == device_id


async def test_a_file_of_remembered_users_that_cannot_be_read_is_begun_anew(tmp_path: Path) -> None:
    home = home_for(tmp_path, sample.therapist)
    Profiles.read(home)
    (home.config / "remembered.json").write_text("{not json")
    assert Profiles.read(home).users() == []


async def reason(server: str) -> UnreachableReason:
    outcome = await ask_server(server)
    assert isinstance(outcome, Unreachable)
    assert outcome.sentence.endswith(".")
    return outcome.reason


async def test_a_server_shows_its_card_before_anybody_types_a_password(server: SmallServer) -> None:
    assert isinstance(await ask_server(server.address), ServerCard)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("clinic", UnreachableReason.ADDRESS),
        ("ftp://clinic.example", UnreachableReason.ADDRESS),
        ("http://", UnreachableReason.ADDRESS),
        ("http://nowhere.invalid", UnreachableReason.UNKNOWN_HOST),
        ("http://127.0.0.1:1", UnreachableReason.NOT_THERE),
    ],
)
async def test_an_address_that_leads_nowhere_gets_a_sentence(
    address: str, expected: UnreachableReason
) -> None:
    assert await reason(address) is expected


async def test_a_cut_in_the_middle_of_an_answer_is_told_from_a_refusal(server: SmallServer) -> None:
    server.cable.cut()
    assert await reason(server.address) is UnreachableReason.NOT_THERE


async def test_something_that_is_not_clinicdesk_is_recognised() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        assert await reason(f"http://127.0.0.1:{port}") is UnreachableReason.NOT_CLINICDESK


async def test_a_server_without_tls_is_not_accused_of_a_wrong_certificate() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        assert await reason(f"https://127.0.0.1:{port}") is UnreachableReason.NOT_CLINICDESK


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    certificate, key = _self_signed(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls) as other:
        port = other.sockets[0].getsockname()[1]
        assert await reason(f"https://127.0.0.1:{port}") is UnreachableReason.CERTIFICATE
        pinned = await ask_server(f"https://localhost:{port}", certificate)
        assert isinstance(pinned, Unreachable)
        assert pinned.reason is UnreachableReason.NOT_THERE


def _self_signed(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    present = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(present - timedelta(days=1))
        .not_valid_after(present + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    certificate_path, key_path = folder / "certificate.pem", folder / "key.pem"
    certificate_path.write_bytes(certificate.public_bytes(pem))
    key_path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_path, key_path


async def test_a_server_of_another_version_is_refused_politely(server: SmallServer) -> None:
    server.protocol = 99
    outcome = await ask_server(server.address)
    assert isinstance(outcome, WrongProtocol)
    assert outcome.server_protocol == 99
    assert "update" in outcome.detail
