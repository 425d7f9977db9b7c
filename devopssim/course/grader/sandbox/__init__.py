"""Where a student's code runs: a container, bubblewrap, or, only when asked for by name, a plain process.

========== ===============================================================================
module     role
========== ===============================================================================
choose     select the sandbox
limits     what the code of one notebook may use
protocol   what every sandbox offers, what it is asked to run, and what comes out of it
host       what of this machine a sandbox shows
container, bubblewrap, plain
           the three ways to start the program inside
forked     the prepared process, seen from outside: ask it for a fork
run        send the job, read the messages with deadlines and bounds, end the program
inside     the program inside: run cells, answer questions
fork_server
           the prepared process, which forks into the program inside
seccomp    the filter of system calls that it installs
========== ===============================================================================
"""

from devopssim.course.grader.sandbox.choose import NAMES, choose_sandbox
from devopssim.course.grader.sandbox.limits import Limits
from devopssim.course.grader.sandbox.protocol import Sandbox, SandboxError, SandboxRun, SandboxStep
from devopssim.course.grader.sandbox.run import run_in_sandbox

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
