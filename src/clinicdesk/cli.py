"""The command ``clinicdesk``: reads its arguments and calls one function.

| command                          | calls                                          |
|----------------------------------|------------------------------------------------|
| clinicdesk [desktop]             | clinicdesk.desktop.app:main                    |
| clinicdesk demo                  | clinicdesk.demo:main                           |
| clinicdesk server [run]          | clinicdesk.server.app:run_server               |
| clinicdesk server <other>        | clinicdesk.server.commands:<other, underlined> |

Each function takes the parsed arguments and returns the exit status. It is imported only when it is
called: the desktop never loads the server's libraries, nor the server Qt.

Exit status: 0 done; 1 refused or failed, with one sentence on stderr; 2 wrong usage; 130 stopped by
Ctrl+C.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from clinicdesk import __version__
from clinicdesk.failures import StartupFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    Subcommands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]

REFUSED = 1
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command named by ``argv`` (by default the process's own) and return its exit status.

    Raises:
        SystemExit: With 2 when the arguments make no command, with 0 after --help and --version.
    """
    arguments = _parser().parse_args(_with_implied_command(sys.argv[1:] if argv is None else argv))
    try:
        return _function(arguments.call)(arguments)
    except StartupFailure as failure:
        return _refuse(failure.sentence, failure.exit_status)
    except ModuleNotFoundError as missing:
        library = (missing.name or "").partition(".")[0]
        if library in {"", "clinicdesk"}:
            raise
        extra = "[server]" if arguments.call.startswith("clinicdesk.server") else ""
        sentence = f"The library {library} is not installed; pip install 'clinicdesk{extra}' helps."
        return _refuse(sentence, REFUSED)
    except KeyboardInterrupt:
        return INTERRUPTED


def _function(target: str) -> Callable[[argparse.Namespace], int]:
    """Import what ``module:function`` names."""
    module_name, _, function_name = target.partition(":")
    module = importlib.import_module(module_name)
    return cast("Callable[[argparse.Namespace], int]", getattr(module, function_name))


def _refuse(sentence: str, exit_status: int) -> int:
    print(f"clinicdesk: {sentence}", file=sys.stderr)
    return exit_status


def _with_implied_command(argv: Sequence[str]) -> list[str]:
    """Add what nobody should have to type: ``desktop``, and ``run`` after ``server``."""
    words = list(argv)
    if not words:
        return ["desktop"]
    if words[0] == "server" and _names_no_command(words[1:]):
        words.insert(1, "run")
    return words


def _names_no_command(words: list[str]) -> bool:
    return not words or (words[0].startswith("-") and words[0] not in {"-h", "--help"})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="clinicdesk",
        description="The desk of a clinic's people, and the server that keeps desks in step.",
        epilog="Without a command it opens the desktop.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"clinicdesk {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_desktop(commands)
    _add_demo(commands)
    _add_server(commands)
    return parser


def _add_desktop(commands: Subcommands) -> None:
    desktop = _add(commands, "desktop", "clinicdesk.desktop.app:main", "open the desktop")
    desktop.add_argument("--server", metavar="URL", help="the server; else the one used last")
    desktop.add_argument(
        "--profile",
        metavar="NAME",
        type=_one_word,
        default="default",
        help="keep settings, sign-in and local store apart under this name",
    )


def _add_demo(commands: Subcommands) -> None:
    demo = _add(commands, "demo", "clinicdesk.demo:main", "show a whole clinic on this machine")
    demo.add_argument(
        "--tour",
        metavar="DIR",
        type=Path,
        help="do the job by itself, keep screenshots in DIR, and end",
    )


def _add_server(commands: Subcommands) -> None:
    server = commands.add_parser(
        "server",
        help="run the server, or look after its database",
        description="Runs the server, or looks after its database. Without a command it runs. "
        "CLINICDESK_DATABASE_URL names the database; without it, an embedded one is used.",
        allow_abbrev=False,
    )
    nested = server.add_subparsers(title="commands", metavar="COMMAND", required=True)

    run = _add(nested, "run", "clinicdesk.server.app:run_server", "serve until told to stop")
    run.add_argument("--host", metavar="ADDRESS", help="address to listen on")
    run.add_argument(
        "--port", metavar="N", type=_port, help="port to listen on; 0 takes a free one"
    )

    _add_administration(nested, "migrate", "bring the database to this version's schema")
    _add_administration(nested, "check", "say whether database and configuration are fit to serve")

    _add_administration(
        nested, "adopt-secret", "let the database's servers sign with the secret key given here"
    )

    demo_data = _add_administration(nested, "demo-data", "fill the database with the demo clinic")
    demo_data.add_argument("--patients", metavar="N", type=_count, default=2000)
    demo_data.add_argument("--prescriptions", metavar="N", type=_count, default=300)
    demo_data.add_argument(
        "--seed", metavar="N", type=int, default=1, help="the same seed makes the same clinic"
    )

    formulary = _add_administration(nested, "import-formulary", "take medicines from a CSV file")
    formulary.add_argument("file", metavar="FILE.csv", type=Path)
    formulary.add_argument("--clinic", metavar="NAME", help="needed when there are several clinics")

    rules = _add_administration(
        nested, "import-rules", "take safety rules from a DDInter list, or clinicdesk's own"
    )
    rules.add_argument(
        "file", metavar="FILE.csv", type=Path, nargs="?", help="without it: clinicdesk's own rules"
    )
    rules.add_argument("--clinic", metavar="NAME", help="needed when there are several clinics")

    _add_clinic(nested)

    target = "clinicdesk.server.staff_commands:add_user"
    add_user = _add(nested, "add-user", target, "let a person sign in; asks for a password")
    add_user.add_argument("username", metavar="USERNAME")
    add_user.add_argument("--name", metavar="NAME", help="the name that others see")
    add_user.add_argument("--role", metavar="ROLE", required=True)
    add_user.add_argument("--clinic", metavar="NAME", help="needed when there are several clinics")
    add_user.add_argument("--pharmacy", metavar="NAME", help="where a pharmacist works")
    add_user.add_argument("--specialization", metavar="FIELD", help="what a therapist practises")
    add_user.add_argument("--qualification", metavar="TEXT", help="as prescriptions print it")
    add_user.add_argument("--registration", metavar="NUMBER", help="as prescriptions print it")

    audit = nested.add_parser("audit", help="the audit trail", allow_abbrev=False)
    trail = audit.add_subparsers(title="commands", metavar="COMMAND", required=True)
    target = "clinicdesk.server.commands:audit_verify"
    verify = _add(trail, "verify", target, "prove that no row of the log was changed or removed")
    verify.add_argument(
        "--heads",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="signed heads that were kept; else those that this server keeps; may be repeated",
    )
    verify.add_argument(
        "--key",
        metavar="KEY",
        action="append",
        default=[],
        help="public key of another server that signed some of them; may be repeated",
    )


def _add_clinic(commands: Subcommands) -> None:
    target = "clinicdesk.server.clinic_commands:add_clinic"
    clinic = _add(commands, "add-clinic", target, "begin a clinic, with its pharmacies")
    clinic.add_argument("name", metavar="NAME")
    clinic.add_argument(
        "--pharmacy", metavar="NAME", action="append", required=True, help="may be repeated"
    )
    clinic.add_argument("--country", metavar="CODE", default="IN", help="of ISO 3166-1; IN")
    clinic.add_argument("--zone", metavar="ZONE", default="Asia/Kolkata", help="Asia/Kolkata")
    clinic.add_argument("--currency", metavar="CODE", default="INR", help="of ISO 4217; INR")
    for field in ("address", "phone", "email"):
        clinic.add_argument(f"--{field}", metavar="TEXT", help="as prescriptions print it")


def _add_administration(commands: Subcommands, name: str, purpose: str) -> argparse.ArgumentParser:
    return _add(commands, name, f"clinicdesk.server.commands:{name.replace('-', '_')}", purpose)


def _add(commands: Subcommands, name: str, target: str, purpose: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.", allow_abbrev=False
    )
    parser.set_defaults(call=target)
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _one_word(text: str) -> str:
    """A profile names a folder, so it is held to what every file system takes."""
    if not text.replace("-", "").replace("_", "").isalnum() or not text.isascii():
        raise argparse.ArgumentTypeError(
            f"{text!r} may have only the letters a to z, digits, '-' and '_'"
        )
    return text
