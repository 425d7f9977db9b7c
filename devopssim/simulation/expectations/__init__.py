"""Averages that follow from the simulation's mechanisms in closed form; the twin reads logs and plans capacity by them.

Each function names the mechanisms that it sums up. A test compares it with `simulate`, so that a change of a mechanism
shows where its expectation has to follow.
"""

from devopssim.simulation.expectations.capacity import (
    available_hours,
    effort_per_hour,
    planned_hours,
    secondary_effort_factor,
    sprint_intake,
)
from devopssim.simulation.expectations.changes import builds_per_item, changes_per_item, coding_factor
from devopssim.simulation.expectations.defects import defects_of_change, escape_share, regression_share, reviewed_share
from devopssim.simulation.expectations.failures import (
    backlog_factor,
    deployment_failure_probability,
    diagnosis_factor,
    unprevented_share,
)

__all__ = [
    "available_hours",
    "backlog_factor",
    "builds_per_item",
    "changes_per_item",
    "coding_factor",
    "defects_of_change",
    "deployment_failure_probability",
    "diagnosis_factor",
    "effort_per_hour",
    "escape_share",
    "planned_hours",
    "regression_share",
    "reviewed_share",
    "secondary_effort_factor",
    "sprint_intake",
    "unprevented_share",
]
