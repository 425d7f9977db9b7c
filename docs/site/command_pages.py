"""The reference of the command line: a page for each command, from its declaration."""

import re
from collections.abc import Mapping

import click
from reference_pages import joined, title

from devopssim.cli import module_of
from devopssim.cli.program import program


def pages() -> dict[str, str]:
    """Return the text of every page by path."""
    escape_help(program)
    commands = {
        f"reference/command-line/{name}.rst": _command_page(name, command)
        for name, command in commands_of(program).items()
    }
    return {**commands, "reference/command-line/index.rst": _command_line_page()}


def commands_of(group: click.Group) -> dict[str, click.Command]:
    """Return the commands of a group by name, in the order of its help."""
    context = click.Context(group)
    commands = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in commands.items() if command is not None}


def escape_help(command: click.Command) -> None:
    """Escape what reStructuredText would take for markup in the help of a command, which is plain text with code in backticks."""
    command.help = _escaped(command.help)
    for option in command.params:
        if isinstance(option, click.Option):
            option.help = _escaped(option.help)
    for subcommand in commands_of(command).values() if isinstance(command, click.Group) else ():
        escape_help(subcommand)


def _escaped(text: str | None) -> str:
    """Return plain text as reStructuredText; what stands in backticks stays, and options become code."""
    parts = re.split(r"(`[^`]*`)", text or "")
    parts[::2] = (re.sub(r"([*|\\]|_\b)", r"\\\1", part) for part in parts[::2])
    parts[::2] = (re.sub(r"(?<![\w-])--[a-z][\w-]*", r"``\g<0>``", part) for part in parts[::2])
    return "".join(parts)


def _command_line_page() -> str:
    """Return the page that lists the commands."""
    commands: Mapping[str, click.Command] = commands_of(program)
    rows = [f"   * - :doc:`{name}`\n     - {command.help}" for name, command in commands.items()]
    table = "\n".join(
        [".. list-table::", "   :widths: 30 70", "   :header-rows: 1", "", "   * - command", "     - purpose", *rows]
    )
    toctree = "\n".join([".. toctree::", "   :hidden:", "", *(f"   {name}" for name in commands)])
    text = "``devopssim --help`` lists the commands; each command has ``--help``. Exit status: 0 done; 1 ran, and the answer is no; 2 bad usage or input."
    return joined([title("Command line"), text, table, toctree])


def _command_page(name: str, command: click.Command) -> str:
    """Return the page of a command and its subcommands."""
    nested = "full" if isinstance(command, click.Group) else "none"
    return f".. click:: {module_of(name)}:command\n   :prog: devopssim {name}\n   :nested: {nested}\n"
