"""Textbook models and closed forms that the validation compares with."""

from devopssim.simulation.reference.brooks import STEP, Staffing, progress, project
from devopssim.simulation.reference.crew import Crew, Person, ReleaseTrain, specialists
from devopssim.simulation.reference.machines import Machines, run
from devopssim.simulation.reference.pipeline import PipelineCommit, PipelineStep, deliver, draw_commits
from devopssim.simulation.reference.theory import (
    Node,
    availability,
    erlang_c,
    machines_down,
    time_in_network,
    wait_for_train,
    wait_mg1,
    wait_mmc,
)
from devopssim.simulation.reference.value_stream import (
    Stage,
    Story,
    ValueStream,
    arrivals,
    draw_stories,
    flow,
    heads,
)

__all__ = [
    "STEP",
    "Crew",
    "Machines",
    "Node",
    "Person",
    "PipelineCommit",
    "PipelineStep",
    "ReleaseTrain",
    "Staffing",
    "Stage",
    "Story",
    "ValueStream",
    "arrivals",
    "availability",
    "deliver",
    "draw_commits",
    "draw_stories",
    "erlang_c",
    "flow",
    "heads",
    "machines_down",
    "progress",
    "project",
    "run",
    "specialists",
    "time_in_network",
    "wait_for_train",
    "wait_mg1",
    "wait_mmc",
]
