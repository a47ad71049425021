"""The import rules of docs/architecture.md, held by the tests.

Most are contracts of import-linter in pyproject.toml, where each exemption stands with its reason.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp

PROJECT = Path(__file__).parents[2]
DOMAIN = "clinicdesk.server.domain"


def test_every_import_keeps_to_the_layers() -> None:
    # A process of its own: called in here, import-linter would switch off everybody's loggers.
    linter = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run(
        [linter, "--no-cache", "--no-logo"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome.returncode == 0, outcome.stdout


def test_a_domain_folder_is_entered_by_its_package_alone() -> None:
    """What a folder's ``__init__`` does not offer is its own business, and no other folder's."""
    imports = grimp.build_graph("clinicdesk", cache_dir=None)
    trespasses = [
        f"{importer} imports {imported}"
        for importer in imports.modules
        for imported in imports.find_modules_directly_imported_by(importer)
        if _is_internal(imported) and _folder(importer) not in (None, _folder(imported))
    ]

    assert trespasses == []


def _folder(module: str) -> str | None:
    """The domain folder that a module lies in, if it lies in one."""
    if not module.startswith(f"{DOMAIN}."):
        return None
    return module.removeprefix(f"{DOMAIN}.").partition(".")[0]


def _is_internal(module: str) -> bool:
    return module.count(".") > DOMAIN.count(".") + 1 and _folder(module) is not None
