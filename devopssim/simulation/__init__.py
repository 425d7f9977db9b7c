"""The simulation: demand, people, workflows, production and security, as SimPy processes that only record what happens."""

from devopssim.simulation.people import HEADCOUNTS, headcount
from devopssim.simulation.randomness import Streams, effort_distribution
from devopssim.simulation.simulator import simulate

__all__ = ["HEADCOUNTS", "Streams", "effort_distribution", "headcount", "simulate"]
