"""Refusals: typed values with a sentence, carried as `application/problem+json` (RFC 9457).

A refusal is not an exception: the domain returns it, the server stores it with the command's
identity and answers with it, the desk keeps it until a person has dealt with it. `code` is stable;
`status` is the HTTP status it travels under; `detail` is the English sentence, which the desk may
translate by `code`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from msgspec import Struct

CONTENT_TYPE = "application/problem+json"


class Problem(Struct, frozen=True, kw_only=True, tag_field="code"):
    """What every refusal has.

    Attributes:
        detail: What happened and what to do next, in a person's words, without patient text.
    """

    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request could not be carried out"

    detail: str


class Malformed(Problem, frozen=True, kw_only=True, tag="malformed"):
    """The body is not JSON, or not of the shape asked for."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request could not be read"


class InvalidField(Problem, frozen=True, kw_only=True, tag="invalid_field"):
    """A field has a wrong type, is too long, or names something that does not fit.

    Attributes:
        field: JSON path of the field, as `items[1].quantity`.
    """

    status: ClassVar[int] = 422
    title: ClassVar[str] = "A field is not right"

    field: str


class KeyMissing(Problem, frozen=True, kw_only=True, tag="idempotency_key_missing"):
    """A command came without `Idempotency-Key`."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "The command has no identity"


class KeyReused(Problem, frozen=True, kw_only=True, tag="idempotency_key_reused"):
    """The same `Idempotency-Key` came with another body."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "The command's identity was used for something else"


class StillRunning(Problem, frozen=True, kw_only=True, tag="still_running"):
    """The same command is being carried out this moment; ask again."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "The command is still running"


class PreconditionMissing(Problem, frozen=True, kw_only=True, tag="precondition_missing"):
    """An edit came without `If-Match`."""

    status: ClassVar[int] = 428
    title: ClassVar[str] = "The version that was edited is not said"


class Stale(Problem, frozen=True, kw_only=True, tag="stale"):
    """Somebody changed the row since the version that was acted upon.

    Attributes:
        current: The version now. by, at: who changed it last, and when.
        state: The state it is in now, where it has one.
    """

    status: ClassVar[int] = 412
    title: ClassVar[str] = "It was changed in the meantime"

    entity: str
    id: UUID
    current: int
    state: str | None
    by: str
    at: datetime


class IllegalState(Problem, frozen=True, kw_only=True, tag="illegal_state"):
    """The lifecycle does not allow the command in the state the row is in."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "That is not possible any more"

    entity: str
    id: UUID
    command: str
    state: str
    by: str
    at: datetime


class Conflict(Problem, frozen=True, kw_only=True, tag="conflict"):
    """A rule of the clinic does not allow it, whatever the state: the sentence says which."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "The clinic's rules do not allow it"

    field: str = ""


class NotAllowed(Problem, frozen=True, kw_only=True, tag="not_allowed"):
    """The member's role does not give this command."""

    status: ClassVar[int] = 403
    title: ClassVar[str] = "Not allowed for your role"


class NotFound(Problem, frozen=True, kw_only=True, tag="not_found"):
    """There is no such row, or it is not this member's to see: the two are never told apart."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "Not found"

    entity: str


class WrongCredentials(Problem, frozen=True, kw_only=True, tag="wrong_credentials"):
    """No such login, or not its password: the two are never told apart."""

    status: ClassVar[int] = 401
    title: ClassVar[str] = "Sign-in failed"


class TooManyAttempts(Problem, frozen=True, kw_only=True, tag="too_many_attempts"):
    """Sign-in is closed for a while, for this login or from this address."""

    status: ClassVar[int] = 429
    title: ClassVar[str] = "Too many attempts"

    retry_after_s: int


class SessionExpired(Problem, frozen=True, kw_only=True, tag="session_expired"):
    """The access token is missing, not valid any more, or its session has ended."""

    status: ClassVar[int] = 401
    title: ClassVar[str] = "Please sign in again"


class TooLarge(Problem, frozen=True, kw_only=True, tag="too_large"):
    """The body is larger than the server reads."""

    status: ClassVar[int] = 413
    title: ClassVar[str] = "The request is too large"

    limit_bytes: int


class WrongProtocol(Problem, frozen=True, kw_only=True, tag="wrong_protocol"):
    """The two ends speak different versions."""

    status: ClassVar[int] = 426
    title: ClassVar[str] = "This version of clinicdesk does not fit the server"

    server_version: str
    server_protocol: int


class NoSuchRoute(Problem, frozen=True, kw_only=True, tag="no_such_route"):
    """The address or the method is not one of the server's."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such address"


class Unavailable(Problem, frozen=True, kw_only=True, tag="unavailable"):
    """The server cannot reach its database; nothing was changed; send it again as it is."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "The server is not ready"

    retry_after_s: int = 1


class Unexpected(Problem, frozen=True, kw_only=True, tag="unexpected"):
    """A fault of the server's own. `reference` finds it in the server's journal."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "The server has a fault"

    reference: str


Refusal = (
    Malformed
    | InvalidField
    | KeyMissing
    | KeyReused
    | StillRunning
    | PreconditionMissing
    | Stale
    | IllegalState
    | Conflict
    | NotAllowed
    | NotFound
    | WrongCredentials
    | TooManyAttempts
    | SessionExpired
    | TooLarge
    | WrongProtocol
    | NoSuchRoute
    | Unavailable
    | Unexpected
)

RETRYABLE: tuple[type[Problem], ...] = (StillRunning, TooManyAttempts, Unavailable, Unexpected)
"""Refusals that say nothing about the command itself: it stays in the outbox and is sent again."""


def encode_problem(problem: Problem) -> bytes:
    """RFC 9457 members beside the refusal's own: `type`, `title`, `status`, `detail`, `code`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        **msgspec.to_builtins(problem),
    }
    return msgspec.json.encode(body)


def decode_problem(content: bytes) -> Refusal:
    """Raises `msgspec.DecodeError` when the content is not a refusal of ours (say, a proxy's)."""
    decoded: Refusal = _DECODER.decode(content)
    return decoded


_DECODER = msgspec.json.Decoder(Refusal)
