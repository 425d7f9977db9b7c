"""Write files whole or not at all, and require the package for Parquet files."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devopssim.errors import InvalidInputError

ORDINARY_FILE_MODE = 0o666


FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Error numbers of a system without room for the file."""


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that becomes `path` when the block ends, and is removed when it fails.

    Parameters
    ----------
    path : str or Path
        File to write; an existing file is replaced.

    Yields
    ------
    Path
        Temporary file in the same folder, so that the replacement is atomic.

    Raises
    ------
    InvalidInputError
        If the folder is missing or read-only, `path` is a folder, or the disk is full.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(f"{folder}/report.txt") as part:
    ...         _ = part.write_text("done")
    ...     Path(folder, "report.txt").read_text()
    'done'
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
    """Turn the system's refusal to write into an InvalidInputError; errors for other `reasons` pass unchanged."""
    try:
        yield
    except OSError as error:
        if reasons is not None and error.errno not in reasons:
            raise
        message = f"cannot write {target} ({error.strerror}); name a file in a folder that exists, can be written to and has room."
        raise InvalidInputError(message) from error


def write_text(path: str | Path, text: str) -> None:
    """Write `text` to `path` in UTF-8 with its own line ends; the file appears whole or stays absent.

    Parameters
    ----------
    path : str or Path
        File to write; an existing file is replaced.
    text : str
        Content of the file.

    Raises
    ------
    InvalidInputError
        If the file cannot be written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(f"{folder}/report.txt", "done")
    ...     Path(folder, "report.txt").read_text()
    'done'
    """
    with whole_file(path) as part:
        part.write_bytes(text.encode())


def _umask() -> int:
    """Return the process's umask; the system reveals it only by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
