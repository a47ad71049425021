"""A program that opens its vault, does as it is told, and prints what came of it as JSON.

usage: vault_program.py FOLDER PATIENCE STEPS
STEPS is a JSON list of ["read", name], ["write", name, secret], ["delete", name] and ["pause"],
which prints a line and waits for one. A secret named "refresh" may be there from an earlier run.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from clinicdesk.core.keyring_vault import open_vault
from clinicdesk.core.vault import Vault, VaultUnavailable


async def take(vault: Vault, step: list[str]) -> str | None:
    match step:
        case ["read", name]:
            return await vault.read(name)
        case ["write", name, secret]:
            await vault.write(name, secret)
        case ["delete", name]:
            await vault.delete(name)
        case ["pause"]:
            print("paused", flush=True)
            sys.stdin.readline()
    return None


async def main(folder: str, patience: str, steps: str) -> None:
    vault = await open_vault(Path(folder), None, known="refresh", patience_s=float(patience))
    answers: list[str | None] = []
    for step in json.loads(steps):
        try:
            answers.append(await take(vault, step))
        except VaultUnavailable as error:
            answers.append(f"unavailable: {error}")
    print(
        json.dumps(
            {
                "kind": type(vault).__name__,
                "lasting": vault.lasting,
                "explanation": vault.explanation,
                "answers": answers,
            }
        )
    )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
