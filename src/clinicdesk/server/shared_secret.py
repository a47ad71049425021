"""All servers of a database sign with one secret key.

A token that one of them issued must be good at the others. The database keeps a fingerprint of the
key, so that a server that was given another one says so instead of turning away every second call.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from clinicdesk.failures import StartupFailure
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.database import Database

_QUERIES: Final = load_queries("clinicdesk.server", "shared_secret.sql")


class OtherSecret(StartupFailure):
    """This server's secret key is not the one that the database's servers sign with."""

    def __init__(self) -> None:
        super().__init__(
            "The secret key of this server is not the one that other servers of this database "
            "sign with. Give all of them the same CLINICDESK_SECRET_KEY or "
            "CLINICDESK_SECRET_KEY_FILE; where the old key is lost or was changed on purpose, "
            "stop all of them and run clinicdesk server adopt-secret."
        )


def fingerprint(secret: bytes) -> str:
    """32 hexadecimal digits that tell keys apart and nothing about them."""
    return hmac.digest(secret, b"fingerprint", "sha256")[:16].hex()


async def agree_on_secret(database: Database, secret: bytes) -> None:
    """Make the key the database's where it has none yet; many servers may do so at once.

    Raises:
        OtherSecret: It has another.
    """
    mine = {"fingerprint": fingerprint(secret)}
    async with database.as_owner() as tx:
        await tx.execute(_QUERIES["keep"], mine)
        kept = await tx.value(_QUERIES["kept"])
    if kept != mine["fingerprint"]:
        raise OtherSecret


async def check_secret(database: Database, secret: bytes) -> None:
    """As `agree_on_secret`, but the database stays as it is.

    Raises:
        OtherSecret: It has another.
    """
    async with database.as_owner() as tx:
        kept = await tx.value(_QUERIES["kept"])
    if kept not in (None, fingerprint(secret)):
        raise OtherSecret


async def adopt_secret(database: Database, secret: bytes) -> bool:
    """Make the key the database's, whatever it had; whether that changed anything."""
    async with database.as_owner() as tx:
        changed: int = await tx.execute(_QUERIES["adopt"], {"fingerprint": fingerprint(secret)})
    return bool(changed)
