"""The exercises of the live lab: scripted runs, and their recorded logs."""

from devopssim.livelab.exercises.recording import Recorded, record, up_or_recorded
from devopssim.livelab.exercises.scripted import EXERCISES

__all__ = ["EXERCISES", "Recorded", "record", "up_or_recorded"]
