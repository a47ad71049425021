"""Access tokens (JWT, RFC 7519, HS256) and refresh tokens.

A refresh token's successor is derived from it with a key of the server. Whoever presents the same
token twice because the answer was lost gets the same successor twice, so nothing has to be
remembered of it but its hash, and no lost answer logs anyone out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import jwt
from msgspec import Struct

ACCESS_LIFETIME: Final = timedelta(minutes=10)
SECRET_BYTES: Final = 32
"""Least length of the server's secret key."""

_AUDIENCE: Final = "clinicdesk"


class Claims(Struct, frozen=True):
    """What an access token says: the session, and until when. Everything else is looked up."""

    session_id: UUID
    expires: datetime


class Tokens:
    """Issues and reads tokens with the server's secret key.

    Raises:
        ValueError: The key is shorter than `SECRET_BYTES`.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise ValueError(f"the secret key has {len(secret)} bytes, not {SECRET_BYTES}")
        self._access_key = hmac.digest(secret, b"access", "sha256")
        self._refresh_key = hmac.digest(secret, b"refresh", "sha256")

    def access(self, session_id: UUID, now: datetime) -> tuple[str, datetime]:
        """An access token and when it expires."""
        expires = (now + ACCESS_LIFETIME).replace(microsecond=0)
        claims = {"sid": str(session_id), "aud": _AUDIENCE, "exp": expires}
        return jwt.encode(claims, self._access_key, algorithm="HS256"), expires

    def read(self, token: str) -> Claims | None:
        """The claims of a token that is ours and has not expired."""
        try:
            claims = jwt.decode(
                token,
                self._access_key,
                algorithms=["HS256"],
                audience=_AUDIENCE,
                options={"require": ["exp", "sid"]},
            )
            expires = datetime.fromtimestamp(claims["exp"], UTC)
            return Claims(session_id=UUID(claims["sid"]), expires=expires)
        except (jwt.InvalidTokenError, ValueError, AttributeError):
            return None

    def first_refresh(self) -> str:
        """The first refresh token of a session."""
        return secrets.token_urlsafe(SECRET_BYTES)

    def next_refresh(self, token: str) -> str:
        """The one successor of a refresh token."""
        digest = hmac.digest(self._refresh_key, token.encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def refresh_hash(token: str) -> bytes:
    """What is stored of a refresh token."""
    return hashlib.sha256(token.encode()).digest()
