"""What the server says of itself: a journal in JSON lines, and measurements for Prometheus.

Neither ever holds a patient's name, a note, a body or a parameter: only identifiers and counts.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING, Any, Final, TextIO

import psycopg
import structlog
from prometheus_client import Counter, Histogram
from prometheus_client.registry import REGISTRY, CollectorRegistry

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The measurements of the calls. Those of the live feed stand with it, in the same registry."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._requests = Histogram(
            "clinicdesk_request_seconds",
            "Time from a request's arrival to the end of its answer",
            ["method", "route", "status"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._commands = Counter(
            "clinicdesk_commands",
            "Commands by what became of them",
            ["command", "outcome", "replayed"],
            registry=registry,
        )
        self._scans = Counter(
            "clinicdesk_scans",
            "Scanned prescriptions that a desk asked about, by the verdict",
            ["verdict"],
            registry=registry,
        )
        self.registry = registry

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. `route` is the template, never the address itself."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def command(self, name: str, outcome: str, *, replayed: bool) -> None:
        """A command was answered: `done`, or the refusal's code."""
        self._commands.labels(name, outcome, str(replayed).lower()).inc()

    def scan(self, verdict: str) -> None:
        """A scanned prescription was looked at: a `scanning.Verdict`, or `unknown`."""
        self._scans.labels(verdict).inc()


def configure_journal(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Write one JSON object per line; the standard library's loggers come along."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_content,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("uvicorn.access", "psycopg", "psycopg.pool", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    for own in ("uvicorn", "uvicorn.error"):
        logging.getLogger(own).handlers[:] = []
        logging.getLogger(own).propagate = True


def describe_error(error: BaseException) -> dict[str, Any]:
    """What may be said of an error: its type and where it arose, not its text.

    A database's message quotes the row that it refused.
    """
    described: dict[str, Any] = {
        "error": type(error).__name__,
        "where": [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ],
    }
    if isinstance(error, psycopg.Error):
        described["sqlstate"] = error.sqlstate
        described["constraint"] = error.diag.constraint_name
    return described


def _without_content(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its description, before anything can format its text."""
    exc_info = event.pop("exc_info", None)
    record = event.get("_record")
    if exc_info is None and isinstance(record, logging.LogRecord):
        exc_info, record.exc_info, record.exc_text = record.exc_info, None, None
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        event.update(describe_error(error))
    return event
