"""The program's entry point: every outcome becomes an exit status, and every error one line."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from devopssim.cli.exit_status import INTERRUPTED, INVALID_INPUT, SUCCESS
from devopssim.cli.overview import HELP_OPTIONS, VERSION, overview
from devopssim.errors import DevopssimError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (default: the program's own) name, and return its exit status."""
    try:
        with _flushed_output():
            return _status(sys.argv[1:] if arguments is None else arguments)
    except DevopssimError as error:
        print(f"devopssim: {error}", file=sys.stderr)
    except ModuleNotFoundError as error:
        from devopssim.cli.missing import sentence

        text = sentence(error.name or "")
        if text is None:
            raise
        print(f"devopssim: {text}", file=sys.stderr)
    except KeyboardInterrupt:
        print("devopssim: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, for example `head`, has closed the pipe
        _discard_output()
        return SUCCESS
    except OSError as error:
        from devopssim.files import FULL

        if error.errno not in FULL:
            raise
        _discard_output()
        print(
            f"devopssim: cannot write the output ({error.strerror}); free some space or redirect the output.",
            file=sys.stderr,
        )
    return INVALID_INPUT


def _status(arguments: Sequence[str]) -> int:
    if len(arguments) == 1 and arguments[0] in (*HELP_OPTIONS, "--version"):
        print(VERSION if arguments[0] == "--version" else overview())
        return SUCCESS
    from devopssim.cli.program import status_of

    return status_of(arguments)


@contextmanager
def _flushed_output() -> Iterator[None]:
    """Flush the output at the end, while an error can still be reported; at the interpreter's shutdown it cannot."""
    try:
        yield
    finally:
        if sys.stdout is not None:  # a program may start without standard output
            sys.stdout.flush()


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
