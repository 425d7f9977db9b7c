"""The instructor's files of the course that this package brings: a folder in a checkout, one archive in a wheel."""

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import devopssim
from devopssim.errors import InvalidInputError

PACKAGE: Final = Path(devopssim.__file__).resolve().parent
OF_A_CHECKOUT: Final = PACKAGE.parent / "notebooks"
ARCHIVE: Final = PACKAGE / "course" / "instructor.tar.xz"
"""Written by hatch_build.py; compressed, so that no search of a student's environment meets a solution."""


@contextmanager
def packaged_course() -> Iterator[Path]:
    """Yield the folder of the package's course, with solutions and hidden tests.

    Yields
    ------
    Path
        The checkout's folder; in an installation a temporary one, readable by this user only, which is removed at the end of the block.

    Raises
    ------
    InvalidInputError
        For an installation without them.

    Examples
    --------
    >>> with packaged_course() as folder:
    ...     (folder / "exercises.toml").exists()
    True
    """
    if not ARCHIVE.is_file():
        if not OF_A_CHECKOUT.is_dir():
            raise InvalidInputError(
                "this installation brings no course: it is one for students. Pass the folder of the course with --source DIR: your own, "
                "or `notebooks` of a checkout of devopssim."
            )
        yield OF_A_CHECKOUT
        return
    with tempfile.TemporaryDirectory(prefix="devopssim-course-") as folder:
        try:
            _unpack(Path(folder))
        except (OSError, tarfile.TarError, EOFError) as error:
            raise InvalidInputError(
                f"{ARCHIVE}: cannot be unpacked ({error}); install devopssim again, or pass the course with --source DIR."
            ) from error
        yield Path(folder)


def _unpack(folder: Path) -> None:
    """Write the archive's files into a folder."""
    with tarfile.open(ARCHIVE) as archive:
        for entry in archive:
            content = archive.extractfile(entry)
            if content is not None:
                path = folder / entry.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
