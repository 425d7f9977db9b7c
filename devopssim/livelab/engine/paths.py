"""Where the lab keeps its things: below the user's cache, one folder a lab, and nowhere else."""

import os
import re
import sys
from pathlib import Path
from typing import Final

from devopssim.errors import InvalidInputError

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")


def cache() -> Path:
    """Return the folder of everything that the lab keeps on this machine: `DEVOPSSIM_CACHE`, or the user's cache."""
    if given := os.environ.get("DEVOPSSIM_CACHE"):
        return Path(given).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "devopssim"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "devopssim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "devopssim"


def labs() -> Path:
    """Return the folder that holds one folder for each lab."""
    return cache() / "labs"


def lab(name: str) -> Path:
    """Return the folder of the lab `name`; raises InvalidInputError for a name that could not be a container's."""
    if not NAME.fullmatch(name):
        message = (
            f"name={name!r} (of a lab) must be lower-case letters, digits and dashes, at most 31; for example `lab`."
        )
        raise InvalidInputError(message)
    return labs() / name


def kept() -> Path:
    """Return the folder for students' work that outlives its lab."""
    return cache() / "kept"


def engine() -> Path:
    """Return the folder of the private engine."""
    return cache() / "engine"


def images() -> Path:
    """Return the folder of images that were built once on this machine."""
    return cache() / "images"


def private_folder(path: Path) -> Path:
    """Return `path`, made where it is missing, open to this user only."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_secret(path: Path, text: str) -> Path:
    """Write a file that nobody but this user can read, at no moment."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
    return path
