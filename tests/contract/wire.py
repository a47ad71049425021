"""The wire as JSON, as the frozen files hold it; `python -m tests.contract.wire` writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from clinicdesk.contract import (
    access,
    commands,
    frames,
    lifecycles,
    prices,
    problems,
    reading,
    scanning,
    session,
    snapshot,
)
from clinicdesk.contract.entities import ENTITIES, Medicine
from clinicdesk.contract.version import PROTOCOL

FROZEN = Path(__file__).parent / "frozen"


def _schema(*types: Any) -> Any:
    _, components = msgspec.json.schema_components(types, ref_template="#/{name}")
    return _without_prose(dict(sorted(components.items())))


def _without_prose(schema: Any) -> Any:
    """The schema without docstrings: wording is not wire."""
    if isinstance(schema, dict):
        return {
            key: _without_prose(value)
            for key, value in schema.items()
            if not (key == "description" and isinstance(value, str))
        }
    return [_without_prose(value) for value in schema] if isinstance(schema, list) else schema


def described() -> dict[str, Any]:
    """File name to what the contract says today."""
    session_types = (
        session.ServerCard,
        session.SignIn,
        session.SignedIn,
        session.Refresh,
        session.Refreshed,
    )
    return {
        "entities": _schema(*ENTITIES.values(), Medicine),
        "commands": {
            "types": _schema(*commands.ROUTES, commands.Done),
            "routes": {
                commands.name_of(command): [route.method, route.path]
                for command, route in commands.ROUTES.items()
            },
        },
        "frames": _schema(frames.ClientFrame, frames.ServerFrame),
        "problems": _schema(problems.Refusal),
        "session": _schema(*session_types),
        "prices": _schema(prices.ImportLine),
        "reading": _schema(
            reading.PrescriptionDetail,
            reading.PrescriptionPage,
            reading.CurrentMedicines,
            reading.MovementPage,
        ),
        "scanning": _schema(scanning.ScannedCode, scanning.ScanAnswer),
        "snapshot": _schema(
            snapshot.SnapshotLine, snapshot.MedicinePage, snapshot.PricePage, snapshot.RulePage
        ),
        "access": {
            "grants": msgspec.to_builtins(access.GRANTS),
            "hidden": {
                f"{kind}/{view}": sorted(hidden) for (kind, view), hidden in access.HIDDEN.items()
            },
            "commands": {name: sorted(roles) for name, roles in sorted(access.COMMANDS.items())},
        },
        "lifecycles": {
            name: [msgspec.to_builtins(t) for t in life.transitions]
            for name, life in lifecycles.LIFECYCLES.items()
        },
        "version": PROTOCOL,
    }


def as_text(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2).decode() + "\n"


if __name__ == "__main__":
    FROZEN.mkdir(exist_ok=True)
    for name, value in described().items():
        (FROZEN / f"{name}.json").write_text(as_text(value), encoding="utf-8")
