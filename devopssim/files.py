"""Files that are either whole or not there, and the package that Parquet files need."""

import errno
import importlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devopssim.errors import InvalidInputError

ORDINARY_FILE_MODE = 0o666


FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a system says of a file that it has no room for."""


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well, it becomes `path`, otherwise nothing is left.

    Raises InvalidInputError where the folder does not exist or cannot be written to, where `path` is a folder, and where there
    is no room.
    """
    target = Path(path)
    with _refused(target):
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        with _refused(target, FULL):
            yield part
        with _refused(target):
            part.chmod(ORDINARY_FILE_MODE & ~_umask())
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _refused(target: Path, reasons: frozenset[int] | None = None) -> Iterator[None]:
    """Say in one line what the system refuses, and what to do; errors for other `reasons` stay what they are."""
    try:
        yield
    except OSError as error:
        if reasons is not None and error.errno not in reasons:
            raise
        message = f"cannot write {target} ({error.strerror}); name a file in a folder that exists, can be written to and has room."
        raise InvalidInputError(message) from error


def write_text(path: str | Path, text: str) -> None:
    """Write `text` (UTF-8, line ends as they are) to `path`, whole or not at all."""
    with whole_file(path) as part:
        part.write_bytes(text.encode())


def require_pyarrow(path: str | Path) -> None:
    """Raise InvalidInputError, in one line, where the package that reads and writes Parquet files is missing."""
    try:
        importlib.import_module("pyarrow")
    except ModuleNotFoundError as error:
        message = f"{path}: Parquet files need the package pyarrow; install it with `pip install pyarrow`, or name a .csv file."
        raise InvalidInputError(message) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
