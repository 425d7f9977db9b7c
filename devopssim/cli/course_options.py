"""What the commands of the course have in common: the instructor's folder, the course's key, and where reports lie."""

import os
from pathlib import Path
from typing import Final

import click

from devopssim.cli.options import FILE

KEY_VARIABLE: Final = "DEVOPSSIM_COURSE_KEY"
REPORTS: Final = Path("report")

source_option: Final = click.option(
    "--source", type=FILE, metavar="DIR", help="Folder of the instructor's notebooks (default: those of this package)."
)
key_option: Final = click.option(
    "--key",
    type=FILE,
    metavar="FILE",
    help=f"The course's key, which derives each student's variant (default: ${KEY_VARIABLE}).",
)


def source_of(folder: Path | None) -> Path:
    """Return the instructor's folder: the given one, or that of the package's course, which is there while the command runs."""
    from devopssim.course import packaged_course

    return folder if folder is not None else click.get_current_context().with_resource(packaged_course())


def key_of(path: Path | None) -> bytes | None:
    """Return the course's key: from the given file, or from the environment; None without one."""
    from devopssim.course import SHORTEST_KEY, read_key
    from devopssim.errors import InvalidInputError

    if path is not None:
        return read_key(path)
    key = os.environ.get(KEY_VARIABLE, "").strip().encode()
    if key and len(key) < SHORTEST_KEY:
        raise InvalidInputError(f"${KEY_VARIABLE} has {len(key)} bytes; a key needs at least {SHORTEST_KEY} bytes.")
    return key or None
