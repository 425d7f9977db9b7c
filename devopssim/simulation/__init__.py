"""The model: demand, people, ways of working, production and security, as SimPy processes that only record what happens."""

from devopssim.simulation.people import HEADCOUNTS, people
from devopssim.simulation.randomness import Streams, effort
from devopssim.simulation.simulator import simulate

__all__ = ["HEADCOUNTS", "Streams", "effort", "people", "simulate"]
