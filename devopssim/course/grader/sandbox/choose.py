"""Select a sandbox: a container, else bubblewrap; no sandbox only when asked for by name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from devopssim.course.grader.sandbox import bubblewrap, container
from devopssim.course.grader.sandbox.plain import Plain
from devopssim.course.grader.sandbox.protocol import Sandbox, SandboxError
from devopssim.errors import InvalidInputError

NAMES: Final = ("auto", "container", "bubblewrap", "none")


def choose_sandbox(name: str = "auto", *, secret: Sequence[Path] = (), image: str | None = None) -> Sandbox:
    """Return the sandbox with a name, or for `auto` the first of container and bubblewrap that works.

    Parameters
    ----------
    name : {"auto", "container", "bubblewrap", "none"}, default "auto"
        `none` limits what the code uses, not what it may do.
    secret : sequence of Path, default ()
        Folders that stay hidden inside: the course's sources, with solutions and hidden tests.
    image : str, optional
        Container image that has Python and this package; without it, a container shows this machine's, read-only.

    Returns
    -------
    Sandbox
        The sandbox, not yet started.

    Raises
    ------
    InvalidInputError
        For another name.
    SandboxError
        If the sandbox does not work on this machine, with the reason.

    Examples
    --------
    >>> choose_sandbox("none").closed
    False
    """
    if name not in NAMES:
        raise InvalidInputError(f"sandbox={name!r} (where students' code runs) must be one of {', '.join(NAMES)}.")
    if name == "none":
        return Plain()
    reasons = []
    if name in {"auto", "container"}:
        reason = container.problem()
        if reason is None:
            return container.Container(secret=secret, image=image)
        reasons.append(reason)
    if name in {"auto", "bubblewrap"}:
        reason = bubblewrap.problem()
        if reason is None:
            return bubblewrap.Bubblewrap(secret=secret)
        reasons.append(reason)
    raise SandboxError(
        f"no sandbox for students' code: {'; '.join(reasons)}. Install Docker or bubblewrap, "
        "or ask by name for none (--sandbox none) where you trust every submission."
    )
