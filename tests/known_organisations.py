"""Organisations whose true parameters are known, and what a step of calibration estimates from their logs."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

import numpy as np
import pytest

from devopssim.kpis import Run
from devopssim.scenario import Scenario, parameter_value, vary
from devopssim.simulation import simulate
from devopssim.twin.estimates import ParameterEstimate

SEEDS: Final = range(1, 9)
MISSES: Final = 2
"""Of eight intervals of 95 %, three or more miss the truth in one of 170 cases."""

Estimates = dict[str, list[ParameterEstimate]]


@cache
def run_of(truth: Scenario, seed: int) -> Run:
    return Run(simulate(vary(truth, {"years": 1.5}), seed=seed))


def estimated(step: Callable[[Run, Scenario], Iterator[ParameterEstimate]], truth: Scenario) -> Estimates:
    """Return the estimates of each parameter from one log per seed."""
    of_parameter: Estimates = defaultdict(list)
    for seed in SEEDS:
        for estimate in step(run_of(truth, seed), truth):
            of_parameter[estimate.parameter].append(estimate)
    return of_parameter


def assert_true(found: Estimates, truth: Scenario, parameter: str, *, within: float) -> None:
    """Hold that nearly all intervals hold the true value, and that the median estimate is near to it."""
    true, estimates = float(parameter_value(truth, parameter)), found[parameter]
    assert len(estimates) >= len(SEEDS) - 1, parameter
    missed = [(each.low, each.high) for each in estimates if not each.low <= true <= each.high]
    assert len(missed) <= MISSES, (parameter, true, missed)
    median = float(np.median([float(each.value) for each in estimates]))
    assert median == pytest.approx(true, rel=within), parameter
