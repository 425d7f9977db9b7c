"""The program as Click runs it: each command's module is imported when the command is called."""

import importlib
from collections.abc import Sequence

import click

from devopssim.cli.exit_status import INVALID_INPUT, SUCCESS
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
    """Dispatch to a command."""


def status_of(arguments: Sequence[str]) -> int:
    """Parse the arguments, run the command and return its exit status; report a usage error in one line, status 2."""
    try:
        with program.make_context("devopssim", list(arguments)) as context:
            status: int | None = program.invoke(context)
    except click.exceptions.Exit as end:  # --help and --version
        return end.exit_code
    except click.UsageError as error:
        name = error.ctx.command_path if error.ctx else _command_path(arguments)
        click.echo(f"{name}: {_one_line(error)}; see `{name} --help`.", err=True)
        return INVALID_INPUT
    return SUCCESS if status is None else status


def _command_path(arguments: Sequence[str]) -> str:
    """Return the command that the arguments call, for errors that Click raises without a context."""
    context = click.Context(program)
    path = "devopssim"
    command: click.Command = program
    for argument in arguments:
        if not isinstance(command, click.Group) or (named := command.get_command(context, argument)) is None:
            break
        path, command = f"{path} {argument}", named
    return path


def _one_line(error: click.UsageError) -> str:
    text = " ".join(error.format_message().split()).rstrip(".")
    return text[:1].lower() + text[1:]
