"""Where a student's code runs: a container, bubblewrap, or, only when asked for by name, a plain process."""

from devopssim.course.grader.sandbox.choose import NAMES, choose_sandbox
from devopssim.course.grader.sandbox.limits import Limits
from devopssim.course.grader.sandbox.run import Sandbox, SandboxError, SandboxRun, SandboxStep, run_in_sandbox

__all__ = [
    "NAMES",
    "Limits",
    "Sandbox",
    "SandboxError",
    "SandboxRun",
    "SandboxStep",
    "choose_sandbox",
    "run_in_sandbox",
]
