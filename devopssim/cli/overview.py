"""The commands, and the help text that lists them.

`devopssim --help` is what a person calls first, so it prints this text without waiting for Click.
"""

from collections.abc import Iterator
from keyword import iskeyword

from devopssim._version import __version__

COMMANDS = {
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

WIDTH = 98
"""The longest line of the help text."""
HELP_OPTIONS = ("-h", "--help")
VERSION = f"devopssim {__version__}"


def module_of(command: str) -> str:
    """Return the module of a command; the module of a Python keyword ends with an underscore."""
    return f"devopssim.cli.{command.replace('-', '_')}{'_' * iskeyword(command)}"


def overview() -> str:
    """Return the help text of the program: usage, options and commands."""
    margin = 2 + max(map(len, COMMANDS)) + 2
    lines = [
        "Usage: devopssim [OPTIONS] COMMAND [ARGS]...",
        "",
        "  Learn DevOps by simulating it, doing it and measuring both.",
        "",
        "Options:",
        f"{'  --version':{margin}}Show the version and exit.",
        f"{'  -h, --help':{margin}}Show this message and exit; each command has its own.",
        "",
        "Commands:",
    ]
    for name, summary in COMMANDS.items():
        first, *more = _wrapped(summary, WIDTH - margin)
        lines += [f"{f'  {name}':{margin}}{first}", *(" " * margin + line for line in more)]
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".lstrip()
    yield line
