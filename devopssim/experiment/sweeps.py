"""One or two parameters over a range: how KPIs answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Unpack

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.experiment.comparison import compare
from devopssim.experiment.result import Result
from devopssim.experiment.work import Options
from devopssim.scenario import Scenario, vary

Setting = float | str


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """KPIs at each point of a grid of parameter values, all under the same luck.

    `points`: the values of the parameters by the name that the scenario has in `result`.
    """

    points: Mapping[str, Mapping[str, Setting]]
    result: Result

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """A column for each parameter by its dotted name, then kpi, unit, estimate, low, high, replications."""
        return self._with_points(self.result.estimates)

    @cached_property
    def values(self) -> pd.DataFrame:
        """A column for each parameter by its dotted name, then replication, kpi, unit, value."""
        return self._with_points(self.result.values)

    def _with_points(self, table: pd.DataFrame) -> pd.DataFrame:
        points = pd.DataFrame.from_dict(dict(self.points), orient="index")
        return points.loc[table["scenario"]].reset_index(drop=True).join(table.drop(columns="scenario"))


def sweep(
    scenario: Scenario,
    settings: Mapping[str, Sequence[Setting]],
    replications: int = 10,
    *,
    kpis: Sequence[str] = (),
    warm_up: float = 0.0,
    confidence: float = 0.95,
    **options: Unpack[Options],
) -> Sweep:
    """Compare a scenario at every value of one parameter, or every pair of values of two.

    `settings`: values by dotted name, `{"team.developers": [4, 6, 8], "practices.testing": [0, 0.5, 1]}`. Raises
    InvalidInputError for none or more than two parameters, no values, or a value that is not allowed.
    """
    if not 1 <= len(settings) <= 2 or not all(settings.values()):
        message = f"a sweep goes over one or two parameters with at least one value each, not {dict(settings)!r}."
        raise InvalidInputError(message)
    points = {
        ", ".join(
            f"{name}={value:g}" if not isinstance(value, str) else f"{name}={value}" for name, value in point.items()
        ): point
        for point in (dict(zip(settings, values, strict=True)) for values in product(*settings.values()))
    }
    scenarios = {name: vary(scenario, point) for name, point in points.items()}
    found = compare(scenarios, replications, kpis=kpis, warm_up=warm_up, confidence=confidence, **options)
    return Sweep(points=points, result=found)
