"""The live lab: ship, automate, break, repair and secure a real microservice on a real container engine.

lab = devopssim.lab.up()          # engine, images, registry, the shop's repository, production
lab.sh("docker build -t … .")     # or type it in a notebook or terminal, see `lab.enter()`
lab.log()                         # the event log of all that happened, for devopssim.kpis
lab.down()                        # everything is gone again
"""

from devopssim.lab.core import Lab, attach, down, status, up
from devopssim.lab.errors import CommandFailedError, EngineMissingError, LabError
from devopssim.lab.recorded import Recorded, up_or_recorded

__all__ = [
    "CommandFailedError",
    "EngineMissingError",
    "Lab",
    "LabError",
    "Recorded",
    "attach",
    "down",
    "status",
    "up",
    "up_or_recorded",
]
