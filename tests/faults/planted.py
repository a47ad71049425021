"""Does the harness notice? Plants defects in a copy of the product, one at a time, and asks it.

    python -m tests.faults.planted            all of them, some minutes
    python -m tests.faults.planted --list

A defect is a change of a few words in one file. Ends with 1 when one was not noticed, or when the
words are not there any more.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from msgspec import Struct

import clinicdesk

_ROOT: Final = Path(__file__).parents[2]
_SOURCE: Final = Path(clinicdesk.__file__).parent
_TROUBLES: Final = ("random", "--desks", "10", "--faults", "60", "--pace", "1.5")
_LOST: Final = ("lost-answers", "--answers", "60", "--desks", "6")
_KILLS: Final = ("postmaster-kills", "--kills", "10")
_FOUND: Final = re.compile(r"FOUND (\w+)")
_WITHIN_S: Final = 400


class Defect(Struct, frozen=True):
    """What is planted, where, and which scenario has to notice."""

    what: str
    file: str
    words: str
    instead: str
    scenario: tuple[str, ...] = _TROUBLES


DEFECTS: Final = (
    Defect(
        "a commit is acknowledged before it is on the disk",
        "server/database/embedded.py",
        '"synchronous_commit": "on"',
        '"synchronous_commit": "off", "wal_writer_delay": "1s"',
        _KILLS,
    ),
    Defect(
        "the answers of commands are not looked up",
        "server/http/idempotency.py",
        "if stored is None:\n        return None",
        "if True:\n        return None",
        _LOST,
    ),
    Defect(
        "each sending of a command has a key of its own",
        "core/sending.py",
        '"Idempotency-Key": str(entry.op_id)',
        '"Idempotency-Key": str(__import__("uuid").uuid4())',
        _LOST,
    ),
    Defect(
        "saved is said before it is on the disk",
        "core/outbox.py",
        "async with self._turn:\n            settled =",
        'self._trace.mark("saved", op_id=op_id)\n'
        "        await asyncio.sleep(0.2)\n"
        "        async with self._turn:\n            settled =",
        ("random", "--desks", "10", "--faults", "120", "--pace", "0.7"),
    ),
    Defect(
        "the cursor is kept before the rows",
        "core/store/rows.py",
        "write_rows(connection, generation, changes)\n"
        "            _write_position(connection, generation, position)",
        "_write_position(connection, generation, position)\n"
        '            connection.execute("COMMIT")\n'
        '            __import__("time").sleep(0.05)\n'
        '            connection.execute("BEGIN")\n'
        "            write_rows(connection, generation, changes)",
        (
            "random",
            "--desks",
            "10",
            "--faults",
            "25",
            "--only",
            "DESK_KILLED",
            "--pace",
            "0.7",
            "--rate",
            "1",
        ),
    ),
    Defect(
        "one event in twenty is forgotten",
        "server/live/render.py",
        "view = view_for(scopes, self._after)\n",
        "view = view_for(scopes, self._after) if self.seq % 20 else None\n",
    ),
    Defect(
        "the front desk is sent clinical text",
        "server/live/render.py",
        "body_of(entry.entity, view, entry.new)",
        "body_of(entry.entity, View.FULL, entry.new)",
    ),
    Defect(
        "a desk keeps what a withdrawn right had shown it",
        "core/bodies.py",
        "    if view is None:\n        return GoneRow(kind, row.id, row.version)",
        "    if view is None:\n        return None",
        ("revocation", "--rounds", "3"),
    ),
)


def main(arguments: list[str]) -> int:
    """Plant each, and tell what was found."""
    if "--list" in arguments:
        print("\n".join(defect.what for defect in DEFECTS))
        return 0
    missed = 0
    for defect in DEFECTS:
        rules, said = noticed(defect)
        missed += not rules
        told = ", ".join(f"{rule} {times}" for rule, times in rules.most_common())
        print(f"{defect.what:60} {told or f'NOT NOTICED: {said}'}", flush=True)
    return 1 if missed else 0


def noticed(defect: Defect) -> tuple[Counter[str], str]:
    """The rules that noticed, and how often; and the last that the run said."""
    with tempfile.TemporaryDirectory(prefix="clinicdesk-planted-") as folder:
        copy = Path(folder) / "clinicdesk"
        shutil.copytree(_SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        broken = copy / defect.file
        text = broken.read_text()
        if defect.words not in text:
            raise SystemExit(f"{defect.file} has changed: {defect.what!r} cannot be planted.")
        broken.write_text(text.replace(defect.words, defect.instead, 1))
        environment = os.environ | {"PYTHONPATH": f"{folder}:{_ROOT}"}
        command = [sys.executable, "-m", "tests.faults", *defect.scenario]
        with subprocess.Popen(
            command, env=environment, cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as run:  # fmt: skip
            try:
                told, _ = run.communicate(timeout=_WITHIN_S)
            except subprocess.TimeoutExpired:
                run.terminate()  # it takes its servers and its database with it
                told, _ = run.communicate()
    said = told.splitlines() or [""]
    return Counter(_FOUND.findall(told)), said[-1].strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
