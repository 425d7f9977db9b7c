"""Files that are either whole or not there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devopssim.errors import InvalidInputError

ORDINARY_FILE_MODE = 0o666


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well, it becomes `path`, otherwise nothing is left.

    Raises InvalidInputError where the folder does not exist or cannot be written to.
    """
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        message = (
            f"cannot write {target} ({error.strerror}); name a file in a folder that exists and can be written to."
        )
        raise InvalidInputError(message) from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(ORDINARY_FILE_MODE & ~_umask())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` (UTF-8, line ends as they are) to `path`, whole or not at all."""
    with whole_file(path) as part:
        part.write_bytes(text.encode())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
