"""The command line. Each command is a module of this package that imports what is slow only when it runs."""

from devopssim.cli.entry_point import main
from devopssim.cli.exit_status import ANSWER_IS_NO, BAD_INPUT, DONE, INTERRUPTED
from devopssim.cli.overview import COMMANDS, module_of

__all__ = ["ANSWER_IS_NO", "BAD_INPUT", "COMMANDS", "DONE", "INTERRUPTED", "main", "module_of"]
