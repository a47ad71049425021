"""The demonstration: a whole clinic on this machine, and a tour that works in it by itself.

The one place that starts both ends. It talks to them as anybody would: as processes, and, in the
tour, by mouse and keyboard.

Map:

- `clinic`    the server process with its demo clinic
- `desks`     the desktop processes, and what they show
- `hands`     mouse, keyboard and scanner (X11)
- `paper`     what a scanner finds on a print and on boxes
- `stage`     two windows side by side, and what is measured of them
- `workers`   what a therapist and a pharmacist do with them
- `witness`   what the notification daemon is told, seen from beside the bus
- `timeline`  what happened when, from the traces of all processes
- `journal`   when the server answered
- `tour`      the job, step by step
- `verdict`   what the server says at the end
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def main(arguments: argparse.Namespace) -> int:
    """`clinicdesk demo [--tour DIR]`.

    Raises:
        StartupFailure: Something that it needs is missing.
    """
    # Ended from outside, it still ends the server and the desks that it started.
    signal.signal(signal.SIGTERM, _leave)
    if arguments.tour is not None:
        from clinicdesk.demo.tour import take_tour

        return take_tour(arguments.tour)
    from clinicdesk.demo.clinic import show_clinic

    return show_clinic()


def _leave(_number: int, _frame: object) -> None:
    sys.exit(128 + signal.SIGTERM)
