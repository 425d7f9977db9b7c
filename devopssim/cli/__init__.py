"""The command line. Each command is a module of this package that imports what is slow only when it runs.

Exit status: 0 done; 1 ran, but the answer is no (a failed grade, a broken contract); 2 bad usage or input, said in one line.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from keyword import iskeyword
from typing import Final, NoReturn, Protocol

from devopssim._version import __version__
from devopssim.errors import DevopssimError

COMMANDS: Final = (
    "simulate",
    "kpis",
    "import",
    "export",
    "compare",
    "sweep",
    "factorial",
    "sensitivity",
    "levels",
    "calibrate",
    "what-if",
    "parameters",
    "validate",
    "app",
    "lab",
    "course",
    "doctor",
)
"""The commands, in the order of the help text; each is a module of this package, see `module_of`."""

DONE: Final = 0
ANSWER_IS_NO: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130


class Command(Protocol):
    """What a module of this package offers to be a command."""

    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it and return the exit status."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line and exits with 2."""

    def error(self, message: str) -> NoReturn:
        """Print one line that ends with the next step."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}; see `{self.prog} --help`.\n")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that `words` (default: the program's arguments) name, and return its exit status."""
    words = sys.argv[1:] if words is None else words
    arguments = _parser(words).parse_args(words)
    command: Command = arguments.command
    try:
        return command.run(arguments)
    except DevopssimError as error:
        print(f"devopssim: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("devopssim: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def module_of(command: str) -> str:
    """Return the module of a command; a word of Python's own has an underscore behind it."""
    return f"devopssim.cli.{command.replace('-', '_')}{'_' * iskeyword(command)}"


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of the command that is meant; of all commands where it takes them all to help."""
    meant = [name for name in words[:1] if name in COMMANDS]
    parser = Parser(prog="devopssim", description="Learn DevOps by simulating it, doing it and measuring both.")
    parser.add_argument("--version", action="version", version=f"devopssim {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in meant or COMMANDS:
        command = importlib.import_module(module_of(name))
        chosen = commands.add_parser(name, help=command.HELP, description=command.HELP)
        command.configure(chosen)
        chosen.set_defaults(command=command)
    return parser
