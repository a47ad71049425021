"""Every fault as a refusal: what a handler raises, and what the framework finds before it."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.status_codes import HTTP_404_NOT_FOUND, HTTP_405_METHOD_NOT_ALLOWED
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE as TOO_LARGE
from msgspec import Struct

from clinicdesk.contract.problems import (
    CONTENT_TYPE,
    InvalidField,
    Malformed,
    NoSuchRoute,
    Problem,
    TooLarge,
    TooManyAttempts,
    Unavailable,
    Unexpected,
    encode_problem,
)
from clinicdesk.server.database.errors import DatabaseDown
from clinicdesk.server.http.journal import GONE
from clinicdesk.server.telemetry import describe_error

if TYPE_CHECKING:
    from litestar.types import ExceptionHandlersMap

MAX_BODY: Final = 1024 * 1024
"""Bytes of a request's body."""

_REFUSAL_STATUSES: Final = (400, 401, 403, 404, 409, 412, 413, 422, 426, 428, 429, 500, 503)

_MISSING_PARAMETER: Final = re.compile(r"Missing required \w+ parameter '(?P<name>[\w-]+)'")

AnyRequest: TypeAlias = Request[Any, Any, Any]

journal = structlog.get_logger("clinicdesk.http")


class ProblemDocument(Struct, frozen=True, kw_only=True):
    """A refusal (RFC 9457). Some have further members: `contract.problems` describes each."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class Refused(Exception):
    """Ends a request with a refusal, from where no value can be returned."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(type(problem).__name__)
        self.problem = problem


def problem_response(problem: Problem) -> Response[bytes]:
    """The refusal as it travels."""
    headers = {}
    if isinstance(problem, TooManyAttempts | Unavailable):
        headers["Retry-After"] = str(problem.retry_after_s)
    return Response(
        encode_problem(problem),
        status_code=problem.status,
        media_type=CONTENT_TYPE,
        headers=headers,
    )


def exception_handlers() -> ExceptionHandlersMap:
    """What turns exceptions into answers, for the application."""
    return {
        Refused: _refused,
        DatabaseDown: _database_down,
        HTTPException: _framework_refused,
        Exception: _unexpected,
    }


def documented(success: type[Struct], status: int = 200) -> dict[int, ResponseSpec]:
    """The answers of a route, for OpenAPI: its own, and the refusals that any route may give."""
    refused = ResponseSpec(
        ProblemDocument, media_type=CONTENT_TYPE, generate_examples=False, description="Refused"
    )
    done = ResponseSpec(success, generate_examples=False, description="Done")
    return {status: done, **dict.fromkeys(_REFUSAL_STATUSES, refused)}


def unavailable() -> Unavailable:
    """The refusal while the database does not answer."""
    return Unavailable(
        detail="The server cannot reach its database; nothing was changed. Try again."
    )


def _refused(_request: AnyRequest, error: Refused) -> Response[bytes]:
    return problem_response(error.problem)


def _database_down(_request: AnyRequest, error: DatabaseDown) -> Response[bytes]:
    journal.warning("database down", reason=str(error))
    return problem_response(unavailable())


def _framework_refused(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    if error.status_code >= 500:
        if request.scope["state"].get(GONE):  # in the middle of the body, which is no fault of ours
            return problem_response(Malformed(detail="The request did not come to its end."))
        return _unexpected(request, error)
    return problem_response(_translated(request, error))


def _translated(request: AnyRequest, error: HTTPException) -> Problem:
    if error.status_code == HTTP_404_NOT_FOUND:
        return NoSuchRoute(detail="The server has no such address.")
    if error.status_code == HTTP_405_METHOD_NOT_ALLOWED:
        return NoSuchRoute(detail=f"This address does not take {request.method}.")
    if error.status_code == TOO_LARGE:
        limit = request.route_handler.resolve_request_max_body_size() or MAX_BODY
        return TooLarge(
            detail=f"A request may have {limit // 1024} KiB at most.", limit_bytes=limit
        )
    if isinstance(error, ValidationException) and isinstance(error.extra, list) and error.extra:
        first = error.extra[0]
        key, message = str(first.get("key", "")), str(first.get("message", ""))
        if key != "data":
            return InvalidField(detail=f"The field {key} is not right: {message}.", field=key)
        return Malformed(detail="The request has no body; it should be a JSON object.")
    if missing := _MISSING_PARAMETER.search(error.detail):
        name = missing["name"]
        return InvalidField(detail=f"The parameter {name} is missing.", field=name)
    return Malformed(detail="The request could not be read.")


def fault(error: BaseException) -> Unexpected:
    """The refusal that a fault of ours gives rise to; the journal has what it was."""
    reference = uuid.uuid4().hex[:12]
    journal.error("fault", reference=reference, **describe_error(error))
    return Unexpected(
        detail=f"The server has a fault; its journal has it as {reference}.", reference=reference
    )


def _unexpected(_request: AnyRequest, error: Exception) -> Response[bytes]:
    return problem_response(fault(error))
