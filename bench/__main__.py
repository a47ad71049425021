"""`python -m bench [--full] [NAME ...]`: every measurement, or those named, one after the other.

A measurement is a module of this package with a function `main`. Each runs in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent


def names() -> list[str]:
    """The measurements there are."""
    modules = (module.name for module in pkgutil.iter_modules([str(_FOLDER)]))
    return sorted((name for name in modules if _measures(name)), reverse=True)


def _measures(name: str) -> bool:
    """Looked up in the text: importing them all would load both ends into this process."""
    return name != "__main__" and "\ndef main(" in (_FOLDER / f"{name}.py").read_text()


def main() -> int:
    """The exit status: 1 when a measurement failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"of {', '.join(names())}")
    parser.add_argument("--full", action="store_true", help="measure more and longer")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - set(names())):
        parser.error(f"there is no measurement {', '.join(unknown)}")
    environment = os.environ | ({"BENCH_SCALE": "full"} if arguments.full else {})
    failed = [name for name in arguments.names or names() if not run(name, environment)]
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(name: str, environment: dict[str, str]) -> bool:
    """Whether the measurement came to its end."""
    command = [sys.executable, "-c", f"from bench.{name} import main; main()"]
    return subprocess.run(command, env=environment, check=False).returncode == 0


sys.exit(main())
