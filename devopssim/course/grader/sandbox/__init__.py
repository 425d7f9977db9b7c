"""Where a student's code runs: a container, bubblewrap, or, only when asked for by name, a plain process."""

from devopssim.course.grader.sandbox.choose import NAMES, choose
from devopssim.course.grader.sandbox.limits import Limits
from devopssim.course.grader.sandbox.run import Run, Sandbox, SandboxError, Step, run

__all__ = ["NAMES", "Limits", "Run", "Sandbox", "SandboxError", "Step", "choose", "run"]
