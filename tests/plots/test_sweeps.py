"""Figures of sweeps."""

import pytest

from devopssim import DEVOPS, plots, vary
from devopssim.errors import InvalidInputError
from devopssim.experiment import sweep


def test_a_sweep_of_one_parameter_is_a_curve_and_of_two_a_map() -> None:
    short = vary(DEVOPS, {"years": 0.05})
    one = sweep(short, {"process.wip_limit": [2, 14]}, 2, kpis=["wip"], progress=False)
    two = sweep(short, {"process.wip_limit": [2, 14], "practices.testing": [0, 1]}, 2, kpis=["wip"], progress=False)
    assert "process.wip_limit" in plots.alt_text(plots.sweep_curve(one, "wip"))
    assert "practices.testing" in plots.alt_text(plots.sweep_map(two, "wip"))
    with pytest.raises(InvalidInputError, match="sweep_map"):
        plots.sweep_curve(two, "wip")
