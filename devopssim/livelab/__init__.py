"""The live lab: ship, automate, break, repair and secure a real microservice on a real container engine.

lab = devopssim.livelab.up()          # engine, images, registry, the shop's repository, production
lab.sh("docker build -t … .")     # or type it in a notebook or terminal, see `lab.enter()`
lab.log()                         # the event log of all that happened, for devopssim.kpis
lab.down()                        # everything is gone again
"""

from devopssim.livelab.engine.commands import run
from devopssim.livelab.errors import CommandFailedError, EngineMissingError, LabError
from devopssim.livelab.exercises import Recorded, up_or_recorded
from devopssim.livelab.lab import Lab, attach, down, status, up

__all__ = [
    "CommandFailedError",
    "EngineMissingError",
    "Lab",
    "LabError",
    "Recorded",
    "attach",
    "down",
    "run",
    "status",
    "up",
    "up_or_recorded",
]
