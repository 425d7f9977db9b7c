"""The pipeline: steps on machines that a merge runs through, each again until it is green."""

from typing import TYPE_CHECKING

from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.simulation.demand import DrawTable
from devopssim.simulation.randomness import Streams, effort_distribution
from devopssim.simulation.resources import Resource

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


class PipelineSteps:
    """Further steps of the pipeline, after build and automated tests.

    Parameters
    ----------
    org : Organisation
        Owner of the machines and the log.
    streams : Streams
        Random streams of the replication; each step has its own.
    """

    def __init__(self, org: "Organisation", streams: Streams) -> None:
        self._org = org
        self._steps = [
            (
                step,
                effort_distribution(step.time, step.cv, step.distribution),
                Resource(org.env, step.runners) if step.runners else org.machines,
                DrawTable(streams, f"pipeline/{number}", 2),
            )
            for number, step in enumerate(org.scenario.pipeline.steps)
        ]

    def run(self, change: str) -> ProcessGenerator:
        """Run the steps one after the other, under the name of the last change of a merge.

        A flaky run fails without a defect and is repeated. Records the `stage.*` events of each run, with its outcome.
        """
        org = self._org
        for step, time, machines, draws in self._steps:
            green = False
            while not green:
                row = draws.next_row()
                green = row[1] >= step.flaky
                detail = encode_detail(name=step.name, outcome="success" if green else "failure")
                yield from org.machine(
                    step.stage, float(time.quantile(row[0])), of=machines, change=change, detail=detail
                )
