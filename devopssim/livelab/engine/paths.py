"""Where the lab keeps its files: below the user's cache, one folder a lab, and nowhere else."""

import os
import re
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from devopssim.errors import InvalidInputError

LAB_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")


def cache_folder() -> Path:
    """Return the folder of everything that the lab keeps on this machine: `DEVOPSSIM_CACHE`, or the user's cache."""
    if given := os.environ.get("DEVOPSSIM_CACHE"):
        return Path(given).expanduser()
    return user_cache_path("devopssim", appauthor=False, opinion=False)


def labs_folder() -> Path:
    """Return the folder that holds one folder for each lab."""
    return cache_folder() / "labs"


def lab_folder(name: str) -> Path:
    """Return the folder of the lab `name`; raise InvalidInputError for a name that could not be a container's."""
    if not LAB_NAME.fullmatch(name):
        message = (
            f"name={name!r} (of a lab) must be lower-case letters, digits and dashes, at most 31; for example `lab`."
        )
        raise InvalidInputError(message)
    return labs_folder() / name


def archive_folder() -> Path:
    """Return the folder for students' work that outlives its lab."""
    return cache_folder() / "kept"


def engine_folder() -> Path:
    """Return the folder of the private engine."""
    return cache_folder() / "engine"


def images_folder() -> Path:
    """Return the folder of images that were built once on this machine."""
    return cache_folder() / "images"


def make_private_folder(path: Path) -> Path:
    """Return `path`, made where it is missing, open to this user only."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_secret(path: Path, text: str) -> Path:
    """Write a file that only this user can read, from its first moment on."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
    return path
