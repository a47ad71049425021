"""Staff: accounts, signing in, sessions.

Map:

- `accounts`     making accounts and memberships
- `passwords`    argon2id
- `attempts`     limits on guessing
- `device_keys`  the desk's signature
- `tokens`       access and refresh tokens
- `sign_in`      from a password to a session
- `refresh`      from a refresh token to the next
- `sessions`     who an access token stands for
"""

from __future__ import annotations

from clinicdesk.server.domain.staff.accounts import (
    Account,
    KnownAccount,
    add_account,
    find_account,
)
from clinicdesk.server.domain.staff.passwords import Passwords
from clinicdesk.server.domain.staff.refresh import Renewal
from clinicdesk.server.domain.staff.sessions import Authenticated, Sessions
from clinicdesk.server.domain.staff.sign_in import Door
from clinicdesk.server.domain.staff.tokens import SECRET_BYTES, Tokens

__all__ = [
    "SECRET_BYTES",
    "Account",
    "Authenticated",
    "Door",
    "KnownAccount",
    "Passwords",
    "Renewal",
    "Sessions",
    "Tokens",
    "add_account",
    "find_account",
]
