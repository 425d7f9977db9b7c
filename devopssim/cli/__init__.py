"""The command line. Each command is a module of this package; it imports slow packages only when it runs."""

from devopssim.cli.entry_point import main
from devopssim.cli.exit_status import CHECK_FAILED, INTERRUPTED, INVALID_INPUT, SUCCESS
from devopssim.cli.overview import COMMANDS, module_of

__all__ = ["CHECK_FAILED", "COMMANDS", "INTERRUPTED", "INVALID_INPUT", "SUCCESS", "main", "module_of"]
