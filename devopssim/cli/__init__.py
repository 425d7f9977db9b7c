"""The command line. Each command is a module of this package that imports what is slow only when it runs.

Exit status: 0 done; 1 ran, but the answer is no (a failed grade, a broken contract); 2 bad usage or input, said in one line.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from keyword import iskeyword
from typing import Final, NoReturn, Protocol

from devopssim._version import __version__
from devopssim.errors import DevopssimError

COMMANDS: Final = {
    "simulate": "simulate one random future of a scenario and write its event log",
    "kpis": "compute the KPIs of an event log, or of a git history",
    "import": "make one event log of a team's own history: git, GitHub, GitLab, Jira, CDEvents, CSV",
    "export": "write an event log for other tools: CDEvents, process mining, OpenMetrics",
    "compare": "compare scenarios: KPIs with intervals, from many random futures",
    "sweep": "vary one or two parameters over a range: how do KPIs answer?",
    "factorial": "adopt practices in all combinations: which of them does it, and which need each other?",
    "sensitivity": "vary every parameter, one at a time: which of them matter?",
    "levels": "compare the presets with DORA's levels: do they lie where the field does?",
    "calibrate": "learn a scenario from an event log, and check that it behaves like the log",
    "what-if": "ask a twin, or any scenario, what changes if a practice is adopted or people are added",
    "parameters": "list every parameter: meaning, unit, range, default, and the evidence behind the default",
    "validate": "tell whether a file is an event log, which row breaks which rule, and what is odd about its data",
    "app": "open waterfall, agile and DevOps side by side with sliders, as a page in the browser",
    "livelab": "start, show and remove the live lab on a container engine",
    "course": "give students their copies of the course, and grade what they hand in",
    "doctor": "say what works on this machine and what to install for the rest",
}
"""What each command does, in the order of the help text; each is a module of this package, see `module_of`."""

DONE: Final = 0
ANSWER_IS_NO: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130


class Command(Protocol):
    """What a module of this package offers to be a command."""

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
    try:
        with _all_is_printed():
            arguments = _parser(words).parse_args(words)
            command: Command = arguments.command
            return command.run(arguments)
    except DevopssimError as error:
        print(f"devopssim: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("devopssim: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        _print_no_more()
        return DONE
    except OSError as error:
        from devopssim.files import FULL

        if error.errno not in FULL:
            raise
        _print_no_more()
        print(f"devopssim: cannot print ({error.strerror}); make room, or print elsewhere.", file=sys.stderr)
        return BAD_INPUT


@contextmanager
def _all_is_printed() -> Iterator[None]:
    """Let what was printed leave the program now: what goes wrong then can still be explained, at the program's end it cannot."""
    try:
        yield
    finally:
        if sys.stdout is not None:  # none where a program starts without one
            sys.stdout.flush()


def _print_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def module_of(command: str) -> str:
    """Return the module of a command; a word of Python's own has an underscore behind it."""
    return f"devopssim.cli.{command.replace('-', '_')}{'_' * iskeyword(command)}"


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of all commands; only the module of the one that is meant is loaded, and asked for its arguments."""
    meant = next((word for word in words if word in COMMANDS), None)
    parser = Parser(prog="devopssim", description="Learn DevOps by simulating it, doing it and measuring both.")
    parser.add_argument("--version", action="version", version=f"devopssim {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, does in COMMANDS.items():
        chosen = commands.add_parser(name, help=does, description=does)
        if name == meant:
            command: Command = importlib.import_module(module_of(name))
            command.configure(chosen)
            chosen.set_defaults(command=command)
    return parser
