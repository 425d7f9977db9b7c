"""The program as Click runs it: each command's module is imported when the command is called."""

import importlib
from collections.abc import Sequence

import click

from devopssim.cli.exit_status import BAD_INPUT, DONE
from devopssim.cli.overview import COMMANDS, HELP_OPTIONS, VERSION, module_of, overview


class CommandsOnDemand(click.Group):
    """A group that lists its commands from the overview and imports the module of a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        """Return the names of the commands, in the order of the help text."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - Click's signature
        """Return the command of a name; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(module_of(cmd_name)).command
        command.help = COMMANDS[cmd_name]
        return command

    def get_help(self, ctx: click.Context) -> str:  # noqa: ARG002 - Click's signature
        """Return the overview."""
        return overview()


@click.group(
    "devopssim",
    cls=CommandsOnDemand,
    context_settings={"help_option_names": [*HELP_OPTIONS], "max_content_width": 100},
    no_args_is_help=False,
)
@click.version_option(message=VERSION, version="")
def program() -> None:
    """Choose the command; each command does its own work."""


def status_of(words: Sequence[str]) -> int:
    """Parse the words, run the command, and return its exit status; an error of usage is one line and status 2."""
    try:
        with program.make_context("devopssim", list(words)) as context:
            status: int | None = program.invoke(context)
    except click.exceptions.Exit as end:  # --help and --version
        return end.exit_code
    except click.UsageError as error:
        name = error.ctx.command_path if error.ctx else _command_path(words)
        click.echo(f"{name}: {_one_line(error)}; see `{name} --help`.", err=True)
        return BAD_INPUT
    return DONE if status is None else status


def _command_path(words: Sequence[str]) -> str:
    """Return the command that the words call, for errors that Click raises without it."""
    context = click.Context(program)
    path = "devopssim"
    command: click.Command = program
    for word in words:
        if not isinstance(command, click.Group) or (named := command.get_command(context, word)) is None:
            break
        path, command = f"{path} {word}", named
    return path


def _one_line(error: click.UsageError) -> str:
    text = " ".join(error.format_message().split()).rstrip(".")
    return text[:1].lower() + text[1:]
