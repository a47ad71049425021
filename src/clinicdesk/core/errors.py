"""Why a desk could not open or go on: each with one sentence for the person at the keyboard.

Refusals by the server are values (`contract.problems`), not these.
"""

from __future__ import annotations

from clinicdesk.failures import StartupFailure


class DeskFailure(StartupFailure):
    """The base of everything that keeps a desk from opening."""


class StoreInUse(DeskFailure):
    """Another window of this user on this computer has the store open."""


class StoreUnusable(DeskFailure):
    """The folder or the disk does not take the store."""


class StoreOfNewerVersion(DeskFailure):
    """A newer clinicdesk wrote the store; this one leaves it as it is."""


class NotRemembered(DeskFailure):
    """This computer holds nothing of that user: they have to sign in with the server in reach."""


class StoreLost(Exception):
    """The store did not take a write or give a read: what was asked did not happen.

    The message is a sentence for the person.
    """
