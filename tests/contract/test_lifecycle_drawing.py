"""The drawings of docs/lifecycles.md are the contract's; run this module to draw them anew."""

from __future__ import annotations

from pathlib import Path

from clinicdesk.contract.lifecycles import LIFECYCLES, Lifecycle

PAGE = Path(__file__).parents[2] / "docs" / "lifecycles.md"

_HEAD = """# Lifecycles

Drawn from `contract/lifecycles.py`, which the server enforces and the desktop greys out by. A star
marks a command that leaves the state as it is until its condition holds. Signing is a fact, not a
state: it freezes the lines and shows the prescription to its pharmacy.
"""


def drawing(life: Lifecycle) -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"  [*] --> {life.initial}"]
    for transition in life.transitions:
        signed = {True: ", signed", False: ", not signed", None: ""}[transition.signed]
        star = " *" if transition.settles else ""
        lines.append(
            f"  {transition.state} --> {transition.to}: {transition.command}{star}{signed}"
        )
    lines += [f"  {state} --> [*]" for state in sorted(life.terminal)]
    return "\n".join([*lines, "```"])


def page() -> str:
    conditions = {
        f"- `{t.command}` from {t.state}: {t.to} when {t.settles}"
        for life in LIFECYCLES.values()
        for t in life.transitions
        if t.settles
    }
    parts = [_HEAD]
    for life in LIFECYCLES.values():
        parts += [f"## {life.entity}\n", drawing(life) + "\n"]
    return "\n".join([*parts, "Conditions:\n", *sorted(conditions)]) + "\n"


def test_the_documentation_draws_the_lifecycles_that_are_enforced() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
