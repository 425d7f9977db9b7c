"""Where the program starts, and how each kind of end becomes one line and an exit status."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from devopssim.cli.exit_status import BAD_INPUT, DONE, INTERRUPTED
from devopssim.cli.overview import HELP_OPTIONS, VERSION, overview
from devopssim.errors import DevopssimError


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that `words` (default: the program's arguments) name, and return its exit status."""
    try:
        with _flushed_output():
            return _status(sys.argv[1:] if words is None else words)
    except DevopssimError as error:
        print(f"devopssim: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("devopssim: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        _discard_output()
        return DONE
    except OSError as error:
        from devopssim.files import FULL

        if error.errno not in FULL:
            raise
        _discard_output()
        print(f"devopssim: cannot print ({error.strerror}); make room, or print elsewhere.", file=sys.stderr)
    return BAD_INPUT


def _status(words: Sequence[str]) -> int:
    if len(words) == 1 and words[0] in (*HELP_OPTIONS, "--version"):
        print(VERSION if words[0] == "--version" else overview())
        return DONE
    from devopssim.cli.program import status_of

    return status_of(words)


@contextmanager
def _flushed_output() -> Iterator[None]:
    """Flush what was printed at the end: an error can be explained now, at the end of the interpreter it cannot."""
    try:
        yield
    finally:
        if sys.stdout is not None:  # a program may be started without one
            sys.stdout.flush()


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
