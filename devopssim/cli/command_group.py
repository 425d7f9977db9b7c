"""A group of commands whose help shows each command's whole summary, in the order of declaration."""

import click


class CommandGroup(click.Group):
    """A Click group without truncated summaries; a call without a command is a usage error."""

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **{"no_args_is_help": False, **settings})  # type: ignore[arg-type] # Click's own

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        """Return the names of the commands, in the order of declaration."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the commands with their summaries."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help or "") for name, command in self.commands.items()])
