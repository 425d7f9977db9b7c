"""Measures for tests of how work is shared; worker processes import them from here by name."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devopssim.experiment import Execution, Experiment, Measure, Outcome
from devopssim.experiment.execution import run
from devopssim.experiment.measure import Measures
from devopssim.scenario import DEVOPS, Scenario, vary

SHORT = vary(DEVOPS, {"years": 0.3})


def outcomes_of(
    measure: Measures, replications: int, *, scenario: Scenario = SHORT, seed: int = 1, **place: Any
) -> list[Outcome]:
    """Return what a measure gives of the replications, wherever the work is done."""
    experiment = Experiment(scenarios={"devops": scenario}, replications=replications, seed=seed)
    return run(experiment, Execution(**place), measure=measure)["devops"]


@dataclass(frozen=True, kw_only=True)
class DiesOnce:
    """The ordinary measure, whose process is killed the first time that it does `replication`, as for want of memory."""

    mark: Path
    replication: int
    measure: Measure

    def __call__(self, scenario: Scenario, seed: int, replication: int) -> Outcome:
        if replication == self.replication and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.measure(scenario, seed, replication)


@dataclass(frozen=True, kw_only=True)
class AlwaysDies:
    """Kills its process."""

    def __call__(self, scenario: Scenario, seed: int, replication: int) -> Outcome:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError(scenario, seed, replication)


@dataclass(frozen=True, kw_only=True)
class Stops:
    """The ordinary measure, until somebody presses Ctrl-C in replication `at`; `done` lists what was measured (a line each)."""

    measure: Measure
    done: Path
    at: int | None = None

    def __call__(self, scenario: Scenario, seed: int, replication: int) -> Outcome:
        if replication == self.at:
            raise KeyboardInterrupt
        with self.done.open("a") as lines:
            lines.write(f"{replication}\n")
        return self.measure(scenario, seed, replication)

    def __repr__(self) -> str:
        return repr(self.measure)  # the fingerprint of what is kept: stopping does not change what a replication gives


@dataclass(frozen=True, kw_only=True)
class Refuses:
    """Meets an error of the model in replication `at`."""

    at: int

    def __call__(self, scenario: Scenario, seed: int, replication: int) -> Outcome:
        if replication == self.at:
            raise ZeroDivisionError(f"{scenario.name}, seed {seed}, replication {replication}")
        return Outcome(values={})
