"""The exercises of the live lab: drills, scripted runs and recorded logs."""

from devopssim.livelab.exercises.drills import Drill, Releases
from devopssim.livelab.exercises.recorded import Recorded, up_or_recorded

__all__ = ["Drill", "Recorded", "Releases", "up_or_recorded"]
