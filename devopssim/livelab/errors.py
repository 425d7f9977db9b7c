"""What can go wrong in the live lab, said in one line each, with the next step."""

from devopssim.errors import DevopssimError


class LabError(DevopssimError):
    """The lab could not do what was asked; the message says what stood in the way and what to do."""


class EngineMissingError(LabError):
    """No container engine answers; the message says what was tried and what to install."""


class PackageMissingError(LabError, ImportError):
    """A package of the extra `livelab` is not installed; `name` is the package."""


class CommandFailedError(LabError):
    """A command of the lab ended badly; `command`, `status` and `output` tell which, how and what it said."""

    def __init__(self, message: str, *, command: str, status: int, output: str) -> None:
        super().__init__(message)
        self.command = command
        self.status = status
        self.output = output


KNOWN_TROUBLE = (
    (
        ("no space left on device",),
        "the disk is full; free some space (`docker system df` shows what the engine keeps), then try again",
    ),
    (
        ("port is already allocated", "address already in use", "ports are not available"),
        "a port that the lab wanted is in use; stop the program that holds it or let the lab choose another one",
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
        "the container engine does not answer any more; start it again, or run `devopssim livelab down` to clean up",
    ),
    (
        ("unauthorized", "401", "no basic auth credentials"),
        "the registry refuses the login; log in with the lab's password: `docker login … --password-stdin`",
    ),
    (
        ("permission denied while trying to connect", "permissionerror(13"),
        "the container engine may not be used by this user; add the user to the group `docker` and log in again",
    ),
)
"""Words that engines use, in lower case, and what they mean for the person in front of the lab."""


def explanation_of(text: str) -> str | None:
    """Return what a message of an engine or a tool means for a person, or None where it is not one that is known."""
    lower = text.lower()
    return next((meaning for words, meaning in KNOWN_TROUBLE if any(word in lower for word in words)), None)
