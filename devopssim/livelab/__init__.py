"""The live lab: ship, automate, break, repair and secure a real microservice on a real container engine.

    lab = devopssim.livelab.up()      # engine, images, registry, the shop's repository, production
    lab.sh("docker build -t … .")     # or type it in a notebook or terminal, see `lab.activate()`
    lab.log()                         # the event log of everything so far, for devopssim.kpis
    lab.down()                        # removes everything again

The lab needs the extra `livelab`; without it, using the lab raises PackageMissingError with the command to install it. Machines
without a container engine, or without the extra, read recorded logs: `recorded.log("operate")`.
"""

from typing import NoReturn

from devopssim.livelab import recorded
from devopssim.livelab.errors import CommandFailedError, EngineMissingError, LabError, PackageMissingError

try:
    from devopssim.livelab.engine import (
        cache_folder,
        compose_binary,
        find_engine,
        find_program,
        hub_answers,
        purge_cache,
        require_dockerd,
        run,
    )
    from devopssim.livelab.exercises import EXERCISES, Recorded, record, up_or_recorded
    from devopssim.livelab.lab import Lab
    from devopssim.livelab.parts import DRILLS
    from devopssim.livelab.startup import attach, up
    from devopssim.livelab.teardown import dead_engines, down, status
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"bcrypt", "cryptography", "docker", "regopy", "requests"}:
        raise
    _lacking = error.name

    def __getattr__(name: str) -> NoReturn:
        """Raise PackageMissingError for the lab's names, so that recordings and grading work without the extra."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        message = f"the live lab needs {_lacking}, which is not installed; run pip install 'devopssim[livelab]'."
        raise PackageMissingError(message, name=_lacking)


__all__ = [
    "DRILLS",
    "EXERCISES",
    "CommandFailedError",
    "EngineMissingError",
    "Lab",
    "LabError",
    "PackageMissingError",
    "Recorded",
    "attach",
    "cache_folder",
    "compose_binary",
    "dead_engines",
    "down",
    "find_engine",
    "find_program",
    "hub_answers",
    "purge_cache",
    "record",
    "recorded",
    "require_dockerd",
    "run",
    "status",
    "up",
    "up_or_recorded",
]
