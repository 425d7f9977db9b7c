"""One or two parameters over a range: how KPIs answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, Final, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.experiment.comparison import compare
from devopssim.experiment.experiment import Experiment
from devopssim.experiment.options import Options, scenario_of, values_of
from devopssim.experiment.result import Result
from devopssim.scenario import Scenario, vary

Setting = float | str
Settings = Sequence[Setting] | npt.NDArray[Any]
EXAMPLE: Final = "for example {'team.developers': [4, 6, 8]}"


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """KPIs at each point of a grid of parameter values, all with common random numbers.

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
    scenario: Scenario | Experiment,
    settings: Mapping[str, Settings],
    replications: int | None = None,
    *,
    kpis: Sequence[str] | None = None,
    **options: Unpack[Options],
) -> Sweep:
    """Compare a scenario at every value of one parameter, or every pair of values of two.

    `settings`: values by dotted name, `{"team.developers": [4, 6, 8], "practices.testing": [0, 0.5, 1]}`. `replications` of
    each point (default 10), `kpis` and `options` as for `compare`; an Experiment with one scenario gives them all. Raises
    InvalidInputError for none or more than two parameters, no values, or a value that is not allowed.
    """
    grid = _grid(settings)
    points = {
        ", ".join(f"{name}={_text(value)}" for name, value in point.items()): point
        for point in (dict(zip(grid, values, strict=True)) for values in product(*grid.values()))
    }
    start = scenario_of(scenario)
    variants = {name: vary(start, point) for name, point in points.items()}
    experiment, execution = values_of(
        scenario, options, usual={"replications": 10}, scenarios=variants, replications=replications, kpis=kpis
    )
    return Sweep(points=points, result=compare(experiment, execution=execution))


def _grid(settings: Mapping[str, Settings]) -> dict[str, list[Setting]]:
    """Return the values as lists of Python's own numbers, whether they came as a list, a range or an array."""
    if not isinstance(settings, Mapping) or not 1 <= len(settings) <= 2:
        raise InvalidInputError(f"a sweep goes over one or two parameters, {EXAMPLE}, not {settings!r}.")
    grid = {}
    for name, values in settings.items():
        if isinstance(values, str) or not isinstance(values, Iterable):
            raise InvalidInputError(f"{name}={values!r}: a sweep needs a list of values, {EXAMPLE}.")
        grid[name] = [value.item() if isinstance(value, np.generic) else value for value in values]
        if not grid[name]:
            raise InvalidInputError(f"{name} has no values; a sweep needs at least one, {EXAMPLE}.")
    return grid


def _text(value: Setting) -> str:
    """Return a value as text: short where that is exact, else to the last digit, so that no two values look the same."""
    if isinstance(value, str):
        return value
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
