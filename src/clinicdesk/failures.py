"""Why a program of clinicdesk could not start or go on, for the person who ran it."""

from __future__ import annotations


class StartupFailure(Exception):
    """Ends a program with one sentence on stderr and an exit status, never with a traceback.

    For what the person at the keyboard can put right: a port in use, a database that is down, a
    file that is not there. A mistake in clinicdesk itself is left to be a traceback.

    Attributes:
        sentence: What happened and what to do about it; no patient's data.
        exit_status: What the process ends with; never 0.
    """

    def __init__(self, sentence: str, exit_status: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.exit_status = exit_status
