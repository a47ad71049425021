"""Access tokens, refresh tokens and passwords."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from clinicdesk.server.domain.staff import Passwords, Tokens

SECRET = b"s" * 32


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


def test_an_access_token_says_which_session_and_until_when(now: datetime) -> None:
    tokens, session = Tokens(SECRET), uuid.uuid4()
    token, expires = tokens.access(session, now)
    claims = tokens.read(token)
    assert claims is not None
    assert (claims.session_id, claims.expires) == (session, expires)
    assert timedelta(minutes=9) < expires - now <= timedelta(minutes=10)


def test_a_token_that_has_expired_or_is_another_server_s_is_not_read(now: datetime) -> None:
    tokens = Tokens(SECRET)
    expired, _ = tokens.access(uuid.uuid4(), now - timedelta(hours=1))
    foreign, _ = Tokens(b"t" * 32).access(uuid.uuid4(), now)
    assert tokens.read(expired) is None
    assert tokens.read(foreign) is None


@pytest.mark.parametrize("claims", [{}, {"sid": "x"}, {"sid": 5}, {"sid": str(uuid.uuid4())}])
def test_a_token_that_was_not_made_here_is_not_read(claims: dict[str, object]) -> None:
    for key in (SECRET, b""):
        algorithm = "HS256" if key else "none"
        forged = jwt.encode({**claims, "aud": "clinicdesk"}, key or None, algorithm=algorithm)
        assert Tokens(SECRET).read(forged) is None


def test_a_refresh_token_has_one_successor_that_only_the_server_knows() -> None:
    tokens = Tokens(SECRET)
    first = tokens.first_refresh()
    assert tokens.next_refresh(first) == Tokens(SECRET).next_refresh(first)
    assert tokens.next_refresh(first) != Tokens(b"t" * 32).next_refresh(first)
    assert tokens.first_refresh() != first


def test_a_short_secret_is_none() -> None:
    with pytest.raises(ValueError, match="32"):
        Tokens(b"short")


async def test_a_password_is_right_wrong_or_nobody_s() -> None:
    passwords = Passwords(at_once=1)
    stored = passwords.hash("correct horse")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify(stored, "correct horse")
    assert not await passwords.verify(stored, "wrong horse")
    assert not await passwords.verify(None, "correct horse")
    assert not await passwords.verify("not a hash", "correct horse")
