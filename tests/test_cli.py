"""The command line: what it takes, what it calls, and how it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from clinicdesk import __version__
from clinicdesk.cli import main
from clinicdesk.failures import StartupFailure

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    InstallProgram = Callable[[str, Callable[[argparse.Namespace], int]], list[argparse.Namespace]]


COMMANDS = [
    ([], "clinicdesk.desktop.app:main"),
    (["desktop"], "clinicdesk.desktop.app:main"),
    (["demo"], "clinicdesk.demo:main"),
    (["server"], "clinicdesk.server.app:run_server"),
    (["server", "--port", "8400"], "clinicdesk.server.app:run_server"),
    (["server", "run"], "clinicdesk.server.app:run_server"),
    (["server", "migrate"], "clinicdesk.server.commands:migrate"),
    (["server", "check"], "clinicdesk.server.commands:check"),
    (["server", "demo-data"], "clinicdesk.server.commands:demo_data"),
    (["server", "import-formulary", "a.csv"], "clinicdesk.server.commands:import_formulary"),
    (["server", "import-rules", "a.csv"], "clinicdesk.server.commands:import_rules"),
    (["server", "import-rules"], "clinicdesk.server.commands:import_rules"),
    (["server", "audit", "verify"], "clinicdesk.server.commands:audit_verify"),
    (["server", "add-user", "asha", "--role", "slp"], "clinicdesk.server.staff_commands:add_user"),
    (
        ["server", "add-clinic", "Asha", "--pharmacy", "Asha"],
        "clinicdesk.server.clinic_commands:add_clinic",
    ),
]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> InstallProgram:
    """Puts a function where the command line looks for one; returns what it was called with."""

    def install(
        target: str, function: Callable[[argparse.Namespace], int]
    ) -> list[argparse.Namespace]:
        module_name, _, function_name = target.partition(":")
        calls: list[argparse.Namespace] = []

        def record(arguments: argparse.Namespace) -> int:
            calls.append(arguments)
            return function(arguments)

        module = ModuleType(module_name)
        setattr(module, function_name, record)
        monkeypatch.setitem(sys.modules, module_name, module)
        return calls

    return install


@pytest.mark.parametrize(
    ("words", "target"),
    COMMANDS,
    ids=lambda value: value if isinstance(value, str) else " ".join(value) or "no arguments",
)
def test_each_command_calls_its_one_function_and_ends_with_its_status(
    program: InstallProgram, words: list[str], target: str
) -> None:
    calls = program(target, lambda _arguments: 7)

    assert main(words) == 7
    assert len(calls) == 1


@pytest.mark.parametrize("target", sorted({target for _, target in COMMANDS}))
def test_the_function_of_each_command_exists(target: str) -> None:
    module_name, _, function_name = target.partition(":")
    if find_spec(module_name) is None:
        pytest.skip(f"{module_name} is not part of this checkout")

    assert callable(getattr(import_module(module_name), function_name))


def test_the_desktop_is_told_its_server_and_profile(program: InstallProgram) -> None:
    calls = program("clinicdesk.desktop.app:main", lambda _arguments: 0)

    main(["desktop", "--server", "https://clinic.example", "--profile", "front-desk"])

    assert calls[0].server == "https://clinic.example"
    assert calls[0].profile == "front-desk"


def test_the_tour_is_told_where_to_keep_its_screenshots(program: InstallProgram) -> None:
    calls = program("clinicdesk.demo:main", lambda _arguments: 0)

    main(["demo", "--tour", "build/tour"])

    assert calls[0].tour == Path("build/tour")


def test_demo_data_is_the_same_clinic_unless_told_otherwise(program: InstallProgram) -> None:
    calls = program("clinicdesk.server.commands:demo_data", lambda _arguments: 0)

    main(["server", "demo-data"])
    main(["server", "demo-data", "--patients", "100000", "--prescriptions", "9", "--seed", "2"])

    assert [(call.patients, call.prescriptions, call.seed) for call in calls] == [
        (2000, 300, 1),
        (100000, 9, 2),
    ]


def test_a_failure_to_start_is_one_sentence_and_no_traceback(
    program: InstallProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_arguments: argparse.Namespace) -> int:
        raise StartupFailure("Port 8400 is in use: stop the other server or name another port.", 3)

    program("clinicdesk.server.app:run_server", fail)

    assert main(["server"]) == 3
    written = capsys.readouterr()
    assert written.err == (
        "clinicdesk: Port 8400 is in use: stop the other server or name another port.\n"
    )
    assert written.out == ""


def test_a_missing_library_is_one_sentence_that_says_how_to_get_it(
    program: InstallProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    def import_litestar(_arguments: argparse.Namespace) -> int:
        raise ModuleNotFoundError("No module named 'litestar'", name="litestar.app")

    program("clinicdesk.server.app:run_server", import_litestar)

    assert main(["server"]) == 1
    assert "litestar is not installed; pip install 'clinicdesk[server]'" in capsys.readouterr().err


def test_a_mistake_of_our_own_stays_a_traceback(program: InstallProgram) -> None:
    def import_what_we_forgot(_arguments: argparse.Namespace) -> int:
        raise ModuleNotFoundError("No module named 'clinicdesk.mislaid'", name="clinicdesk.mislaid")

    program("clinicdesk.server.app:run_server", import_what_we_forgot)

    with pytest.raises(ModuleNotFoundError):
        main(["server"])


def test_ctrl_c_ends_without_a_traceback(
    program: InstallProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_arguments: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    program("clinicdesk.server.app:run_server", interrupt)

    assert main(["server"]) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["surgery"], "invalid choice: 'surgery'"),
        (["server", "--port", "70000"], "'70000' is not a port from 0 to 65535"),
        (["server", "--port", "-1"], "'-1' is not a port from 0 to 65535"),
        (["server", "demo-data", "--patients", "many"], "'many' is not a whole number above 0"),
        (["server", "demo-data", "--patients", "0"], "'0' is not a whole number above 0"),
        (["server", "import-formulary"], "required: FILE.csv"),
        (["server", "audit"], "required: COMMAND"),
        (["server", "add-user", "asha"], "required: --role"),
        (["desktop", "--profile", "../other"], "'../other' may have only the letters"),
        (["desktop", "--prof", "x"], "unrecognized arguments: --prof x"),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(value),
)
def test_wrong_usage_is_status_2_and_names_the_argument(
    capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)

    assert end.value.code == 2
    assert complaint in capsys.readouterr().err


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])

    assert end.value.code == 0
    assert capsys.readouterr().out == f"clinicdesk {__version__}\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others always have a display")
@pytest.mark.parametrize("command", [["desktop"], ["demo"]])
def test_without_a_display_there_is_one_sentence_and_no_crash_of_qt(command: list[str]) -> None:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    ended = subprocess.run(
        [sys.executable, "-m", "clinicdesk", *command],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.startswith("clinicdesk: There is no display")
    assert ended.stderr.count("\n") == 1
