"""Files that an instructor copies, so that a CI service grades from the instructor's repository."""

from importlib import resources
from typing import Final

from devopssim.errors import InvalidInputError

FILES: Final = {"github": "github.yml", "gitlab": "gitlab.yml", "sandbox": "sandbox.Dockerfile"}
"""A workflow for GitHub Actions, a pipeline for GitLab CI, and an image for engines on another machine."""


def workflow_text(name: str) -> str:
    """Return the text of a workflow file by its short name.

    Parameters
    ----------
    name : {"github", "gitlab", "sandbox"}
        A workflow for GitHub Actions, a pipeline for GitLab CI, or the Dockerfile of an image with Python and this package, for
        engines on another machine.

    Returns
    -------
    str
        The file's text.

    Raises
    ------
    InvalidInputError
        For another name; the message lists the names.

    Examples
    --------
    >>> workflow_text("sandbox").splitlines()[0].startswith("#")
    True
    """
    if name not in FILES:
        raise InvalidInputError(f"workflow={name!r} (what to write) must be one of {', '.join(FILES)}.")
    return resources.files(__name__).joinpath(FILES[name]).read_text(encoding="utf-8")
