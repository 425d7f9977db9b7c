"""Sweeps: parameters as columns, and mistakes that are explained."""

from typing import Any

import numpy as np
import pytest

from devopssim import kpis, simulate
from devopssim.errors import InvalidInputError
from devopssim.experiment import sweep
from devopssim.scenario import DEVOPS, vary


def test_a_sweep_has_its_parameters_as_columns() -> None:
    scenario = vary(DEVOPS, {"years": 0.1})
    found = sweep(scenario, {"team.developers": [4, 8], "practices.testing": [0, 1]}, 2, kpis=["wip"])
    assert list(found.estimates.columns[:3]) == ["team.developers", "practices.testing", "kpi"]
    points = list(zip(found.estimates["team.developers"], found.estimates["practices.testing"], strict=True))
    assert points == [(4, 0), (4, 1), (8, 0), (8, 1)]
    value = found.values[(found.values["team.developers"] == 4) & (found.values["practices.testing"] == 0)]["value"]
    variant = vary(scenario, {"team.developers": 4, "practices.testing": 0})
    assert value.iloc[1] == kpis.wip(simulate(variant, replication=1))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"team.developers": []},
        {"team.developers": [1], "team.testers": [1], "team.analysts": [1]},
        {"team.cooks": [1]},
        {"team.developers": [0]},
        {"team.developers": 4},
        {"workflow": "agile"},
        "team.developers",
    ],
)
def test_a_sweep_that_cannot_be_is_refused(settings: Any) -> None:
    with pytest.raises(InvalidInputError):
        sweep(DEVOPS, settings, 1)


def test_a_sweep_goes_over_an_array_and_mixes_no_two_values_up() -> None:
    shares = np.array([0.1234567, 0.1234568, 1])
    found = sweep(vary(DEVOPS, {"years": 0.02}), {"practices.testing": shares}, 1, kpis=["wip"])
    assert list(found.estimates["practices.testing"]) == list(shares)
