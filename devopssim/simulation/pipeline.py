"""The pipeline: runs on main, whose failure blocks further merges, and steps on machines that a merge runs through."""

from typing import TYPE_CHECKING

from simpy import Event
from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.simulation.draws import main_table, step_table
from devopssim.simulation.resources import Resource
from devopssim.simulation.streams import Streams
from devopssim.simulation.work_items import Change

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


class MainLine:
    """Main: the runs that build and test it, and whether it is green.

    A run that fails makes main red. Merges of other changes wait until all that made it red is taken back or has passed; what
    people and machines have begun goes on.

    Parameters
    ----------
    org : Organisation
        Owner of the people, the machines and the log.
    streams : Streams
        Random streams of the replication. The first run of a change has the times of the change; repeated runs have a table of
        their own.
    """

    def __init__(self, org: "Organisation", streams: Streams) -> None:
        self._org = org
        self._runs = main_table(org.scenario, streams)
        self._red: set[str] = set()
        """Changes that made main red."""
        self._green = Event(org.env)

    def until_green(self) -> ProcessGenerator:
        """Wait while main is red."""
        while self._red:
            yield self._green

    def turn_red(self, change: str) -> None:
        """Note that main is red because of a change."""
        self._red.add(change)

    def turn_green(self, change: str) -> None:
        """Note that a change is repaired or taken back; if no other made main red, the merges that wait go on."""
        if change in self._red:
            self._red.remove(change)
            if not self._red:
                green, self._green = self._green, Event(self._org.env)
                green.succeed()

    def next_run(self) -> tuple[float, float]:
        """Return the hours of a repeated run of the tests, and the draw of whether it fails without a defect."""
        _, hours, flaky, _ = self._runs.next_row()
        return hours, flaky

    def build(self, change: str, hours: float, *, green: bool) -> ProcessGenerator:
        """Build main on a machine; records `build.started` and `build.finished` with the outcome."""
        self._org.log.record("build.started", change=change)
        yield from self._org.machine("build", hours, change=change)
        self._org.log.record("build.finished", change=change, detail=_outcome(green=green))

    def test(self, change: str, hours: float, *, green: bool) -> ProcessGenerator:
        """Run the automated tests on a machine; records `testsuiterun.started` and `testsuiterun.finished` with the outcome."""
        self._org.log.record("testsuiterun.started", change=change)
        yield from self._org.machine("test", hours, change=change)
        self._org.log.record("testsuiterun.finished", change=change, detail=_outcome(green=green))

    def take_back(self, change: Change, *, tested: bool) -> ProcessGenerator:
        """Let a developer take a change that broke main back, ahead of planned work; a further run shows that main is green.

        Parameters
        ----------
        change : Change
            The change that broke main, or the last one of its batch.
        tested : bool
            Whether the run tests main; else it only builds it.
        """
        self.turn_red(change.id)
        build, test, _, repair = self._runs.next_row()
        yield from self._org.people.work(
            "developer",
            "build",
            repair,
            urgent=True,
            anyone=self._org.uses("collaboration", change.draws),
            item=change.item,
            change=change.id,
        )
        yield from self.build(change.id, build, green=True)
        if tested:
            yield from self.test(change.id, test, green=True)
        self.turn_green(change.id)


def _outcome(*, green: bool) -> str | None:
    return encode_detail(outcome="success" if green else "failure")


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
                Resource(org.env, step.runners) if step.runners else org.machines,
                step_table(org.scenario, streams, number),
            )
            for number, step in enumerate(org.scenario.pipeline.steps)
        ]

    def run(self, change: str) -> ProcessGenerator:
        """Run the steps one after the other, under the name of the last change of a merge.

        A flaky run fails without a defect and is repeated. Records the `stage.*` events of each run, with its outcome.
        """
        org = self._org
        for step, machines, runs in self._steps:
            green = False
            while not green:
                hours, flaky = runs.next_row()
                green = flaky >= step.flaky
                detail = encode_detail(name=step.name, outcome="success" if green else "failure")
                yield from org.machine(step.stage, hours, of=machines, change=change, detail=detail)
