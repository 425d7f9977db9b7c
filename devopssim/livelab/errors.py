"""Errors of the live lab; each message is one line with the cause and the next step."""

import re
from typing import Final

from devopssim.errors import DevopssimError


class LabError(DevopssimError):
    """The lab could not do what was asked; the message names the obstacle and the next step.

    Examples
    --------
    >>> from devopssim.errors import DevopssimError
    >>> issubclass(LabError, DevopssimError)
    True
    """


class EngineMissingError(LabError):
    """No container engine answers; the message lists the addresses that were tried and what to install.

    Examples
    --------
    >>> issubclass(EngineMissingError, LabError)
    True
    """


class PackageMissingError(LabError, ImportError):
    """A package of the extra `livelab` is not installed.

    Attributes
    ----------
    name : str
        The missing package.

    Examples
    --------
    >>> PackageMissingError("the live lab needs docker …", name="docker").name
    'docker'
    """


class CommandFailedError(LabError):
    r"""A command of the lab exited with another status than 0.

    Parameters
    ----------
    message : str
        Cause and next step in one line.
    command : str
        Command line.
    status : int
        Exit status.
    output : str
        Standard output and standard error.

    Examples
    --------
    >>> from devopssim.livelab import run
    >>> try:
    ...     run("sh -c 'echo oops; exit 3'")
    ... except CommandFailedError as error:
    ...     error.status, error.output
    (3, 'oops\n')
    """

    def __init__(self, message: str, *, command: str, status: int, output: str) -> None:
        super().__init__(message)
        self.command = command
        self.status = status
        self.output = output


KNOWN_TROUBLE: Final[tuple[tuple[tuple[str | re.Pattern[str], ...], str], ...]] = (
    (
        ("no space left on device",),
        "the disk is full; free some space (`docker system df` shows what the engine keeps), then try again",
    ),
    (
        ("port is already allocated", "address already in use", "ports are not available"),
        "a port that the lab needs is in use; stop the program that uses it, or let the lab choose another port",
    ),
    (
        (re.compile(r"localhost:\d+/v2/.*(connection refused|connection reset|\beof\b)", re.DOTALL),),
        "the lab's registry does not answer; start it again with `devopssim livelab up`",
    ),
    (
        (
            "cannot connect to the docker daemon",
            "connection refused",
            "connection aborted",
            "error during connect",
            "no such file or directory: 'docker.sock'",
            "filenotfounderror(2, 'no such file or directory')",
            "remote end closed connection",
        ),
        "the container engine no longer answers; start it again, or run `devopssim livelab down` to clean up",
    ),
    (
        ("unauthorized", "401", "no basic auth credentials"),
        "the registry refuses the login; log in with the lab's password: `docker login … --password-stdin`",
    ),
    (
        ("permission denied while trying to connect", "permissionerror(13"),
        "this user has no access to the container engine; add the user to the group `docker`, then log in to the system again",
    ),
)
"""Phrases and patterns of what engines and tools say, in lower case, and what they mean for the user."""


def explanation_of(text: str) -> str | None:
    """Return what a message of an engine or a tool means for the user.

    Parameters
    ----------
    text : str
        Output or error message.

    Returns
    -------
    str or None
        Cause and next step; None for a message without a known phrase.

    Examples
    --------
    >>> explanation_of("bind: address already in use")
    'a port that the lab needs is in use; stop the program that uses it, or let the lab choose another port'
    >>> explanation_of("Login Succeeded") is None
    True
    """
    lower = text.lower()
    return next(
        (meaning for phrases, meaning in KNOWN_TROUBLE if any(_occurs(phrase, lower) for phrase in phrases)), None
    )


def _occurs(phrase: str | re.Pattern[str], text: str) -> bool:
    """Return whether a phrase occurs in a text."""
    return phrase in text if isinstance(phrase, str) else phrase.search(text) is not None
