"""Paths of the lab's files: below the user's cache, one folder per lab."""

import os
import re
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from devopssim.errors import InvalidInputError

LAB_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
"""Form of a lab's name: it becomes part of names of containers and folders."""
DESCRIPTION: Final = "lab.json"
"""File in a lab's folder that describes it."""


def cache_folder() -> Path:
    """Return the folder of everything that the lab keeps on this machine.

    Returns
    -------
    Path
        The variable `DEVOPSSIM_CACHE`, else `devopssim` in the user's cache.

    Examples
    --------
    >>> previous = os.environ.get("DEVOPSSIM_CACHE")
    >>> os.environ["DEVOPSSIM_CACHE"] = "cache"
    >>> cache_folder().as_posix()
    'cache'
    >>> if previous is None:
    ...     del os.environ["DEVOPSSIM_CACHE"]
    ... else:
    ...     os.environ["DEVOPSSIM_CACHE"] = previous
    """
    if given := os.environ.get("DEVOPSSIM_CACHE"):
        return Path(given).expanduser()
    return user_cache_path("devopssim", appauthor=False, opinion=False)


def labs_folder() -> Path:
    """Return the folder that holds one folder per lab."""
    return cache_folder() / "labs"


def lab_folder(name: str) -> Path:
    """Return the folder of a lab.

    Parameters
    ----------
    name : str
        A lower-case letter, then letters, digits and dashes, at most 31 characters.

    Raises
    ------
    InvalidInputError
        Where the name has another form.

    Examples
    --------
    >>> lab_folder("lab").name
    'lab'
    >>> lab_folder("../etc")
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: name='../etc' (of a lab) must start with a lower-case letter and hold at most 31 lower-case letters, digits and dashes; ...
    """
    if not LAB_NAME.fullmatch(name):
        message = (
            f"name={name!r} (of a lab) must start with a lower-case letter and hold at most 31 lower-case letters, digits "
            "and dashes; for example `lab`."
        )
        raise InvalidInputError(message)
    return labs_folder() / name


def archive_folder() -> Path:
    """Return the folder of students' repositories that outlive their labs."""
    return cache_folder() / "kept"


def engine_folder() -> Path:
    """Return the folder of the private engine."""
    return cache_folder() / "engine"


def images_folder() -> Path:
    """Return the folder of images that were built on this machine."""
    return cache_folder() / "images"


def make_private_folder(path: Path) -> Path:
    """Create a folder if it is missing, restrict it to this user, and return it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     oct(make_private_folder(Path(folder) / "secrets").stat().st_mode & 0o777)
    '0o700'
    """
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_secret(path: Path, text: str) -> Path:
    """Write a file that only this user can read from its first moment on, and return its path.

    An existing file is replaced rather than overwritten: its permissions could be wider.

    Parameters
    ----------
    path : Path
        File to write.
    text : str
        Content.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     oct(write_secret(Path(folder) / "password", "…").stat().st_mode & 0o777)
    '0o600'
    """
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
    return path
