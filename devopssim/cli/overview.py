"""The commands, and the help text that lists them.

A new user calls `devopssim --help` first, so this text is printed without importing Click.
"""

from collections.abc import Iterator
from keyword import iskeyword

from devopssim._version import __version__

COMMANDS = {
    "simulate": "Simulate one replication of a scenario and write its event log",
    "kpis": "Compute the KPIs of an event log or of a git history",
    "import": "Convert a team's history into one event log: git, GitHub, GitLab, Jira, CDEvents, CSV",
    "export": "Convert an event log for other tools: CDEvents, process mining, OpenMetrics",
    "compare": "Compare scenarios: KPIs with confidence intervals from many replications",
    "sweep": "Vary one or two parameters over a range and estimate the KPIs at each point",
    "factorial": "Run a factorial experiment: main effects, interactions and Shapley shares of the practices",
    "sensitivity": "Vary every parameter, one at a time, and rank them by their effect on the KPIs",
    "select": "Select the best scenario or set of practices, with a stated probability of correct selection",
    "levels": "Check the presets against the performance levels that DORA publishes",
    "calibrate": "Fit a scenario (a twin) to an event log and check that it reproduces the log's KPIs",
    "what-if": "Estimate what changes in a twin or scenario if a practice is adopted or people are added",
    "parameters": "List every parameter: meaning, unit, range, default and the evidence for the default",
    "validate": "Check a file against the rules of an event log and report anomalies in its data",
    "app": "Open a page in the browser that compares waterfall, agile and DevOps with sliders",
    "livelab": "Start, show and remove the live lab on a container engine",
    "course": "Create student copies and releases of the course, and grade submissions",
    "doctor": "Check what works on this machine and list what to install for the rest",
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
        f"{'  -h, --help':{margin}}Show this message and exit. For one command: COMMAND --help.",
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
