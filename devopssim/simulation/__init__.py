"""Simulate a scenario: demand, people, workflows, production and security as SimPy processes that only record events.

`simulate` turns a scenario into an event log; KPIs are computed from that log afterwards. Where the fast engine was built (`engine/`,
the same processes in C++), it writes the same log, to the last bit, some twenty times faster with all KPIs. The distributions and `Streams`
serve every model that needs common random numbers. The functions of `expectations` give averages of the same mechanisms
in closed form.
"""

from devopssim.simulation.demand import drawn_demand
from devopssim.simulation.distributions import Distribution, Exponential, Fixed, Gamma, Lognormal, Uniform, Weibull
from devopssim.simulation.engine import LIBRARY, EndlessRunError, EngineError, library
from devopssim.simulation.expectations import (
    available_hours,
    backlog_factor,
    builds_per_item,
    changes_per_item,
    coding_factor,
    defects_of_change,
    deployment_failure_probability,
    diagnosis_factor,
    effort_per_hour,
    escape_share,
    planned_hours,
    regression_share,
    reviewed_share,
    secondary_effort_factor,
    sprint_intake,
    unprevented_share,
)
from devopssim.simulation.simulator import ENGINES, serving, simulate, simulate_coded, using
from devopssim.simulation.staff import HEADCOUNTS, headcount
from devopssim.simulation.streams import Streams

__all__ = [
    "ENGINES",
    "HEADCOUNTS",
    "LIBRARY",
    "Distribution",
    "EndlessRunError",
    "EngineError",
    "Exponential",
    "Fixed",
    "Gamma",
    "Lognormal",
    "Streams",
    "Uniform",
    "Weibull",
    "available_hours",
    "backlog_factor",
    "builds_per_item",
    "changes_per_item",
    "coding_factor",
    "defects_of_change",
    "deployment_failure_probability",
    "diagnosis_factor",
    "drawn_demand",
    "effort_per_hour",
    "escape_share",
    "headcount",
    "library",
    "planned_hours",
    "regression_share",
    "reviewed_share",
    "secondary_effort_factor",
    "serving",
    "simulate",
    "simulate_coded",
    "sprint_intake",
    "unprevented_share",
    "using",
]
