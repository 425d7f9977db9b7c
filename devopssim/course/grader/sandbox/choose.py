"""Which sandbox: a container, else bubblewrap; no sandbox only when asked for by name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from devopssim.course.grader.sandbox import bubblewrap, container
from devopssim.course.grader.sandbox.plain import Plain
from devopssim.course.grader.sandbox.run import Sandbox, SandboxError
from devopssim.errors import InvalidInputError

NAMES: Final = ("auto", "container", "bubblewrap", "none")


def choose_sandbox(name: str = "auto", *, secret: Sequence[Path] = (), image: str | None = None) -> Sandbox:
    """Return the sandbox of that name, or for `auto` the first that works.

    `secret` are folders that must not be seen inside, `image` is one that has Python and this package (else the host's are
    shown, read-only). Raises SandboxError where it does not work, and says why.
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
