"""`python -m bench [--full] [NAME ...]`: every measurement, or those named, one after the other.

A measurement is a module of this package with a function `main`: `server`, and each whose name
begins with `desktop_`. Each runs in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Final

PREFIXES: Final = ("server", "desktop_")
_NO_MEASUREMENTS: Final = "server_"
"""What belongs to `server`."""


def names() -> list[str]:
    """The measurements there are."""
    found = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(
        (n for n in found if n.startswith(PREFIXES) and not n.startswith(_NO_MEASUREMENTS)),
        reverse=True,
    )


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
