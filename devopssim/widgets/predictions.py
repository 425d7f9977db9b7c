"""Guesses about a KPI, recorded before a slider moves, beside the result."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from devopssim.experiment import Result
from devopssim.kpis import KPIS
from devopssim.scenario import Scenario
from devopssim.widgets.kpi_cards import NO_INTERVAL
from devopssim.wording import estimate_text, parameter_changes


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A guess about one KPI of one scenario, and the result once a slider has moved.

    Attributes
    ----------
    before : Scenario
        The scenario when the guess was recorded.
    scenario, kpi : str
        Name of the scenario, and of the KPI.
    guess : float
        In the KPI's unit.
    estimate, low, high : float
        The result and its confidence interval; NaN until there is one.
    replications : int
        Replications behind the result.
    change : str
        What was changed after the guess.

    Examples
    --------
    >>> from devopssim import DEVOPS
    >>> prediction = Prediction(before=DEVOPS, scenario="devops", kpi="lead_time", guess=100.0)
    >>> prediction.comparison
    'no result yet'
    >>> replace(prediction, estimate=120.0, low=110.0, high=130.0, replications=20).comparison
    'below the interval'
    """

    before: Scenario
    scenario: str
    kpi: str
    guess: float
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    replications: int = 0
    change: str = ""

    @property
    def comparison(self) -> str:
        """Where the guess lies."""
        if not math.isfinite(self.estimate):
            return "no result yet"
        if not math.isfinite(self.low):
            return NO_INTERVAL
        where = "below" if self.guess < self.low else "above" if self.guess > self.high else "within"
        return f"{where} the interval"

    @property
    def row(self) -> dict[str, str]:
        """The guess and its result as text, in one unit."""
        kpi = KPIS[self.kpi]
        like = self.estimate if math.isfinite(self.estimate) else self.guess
        guess = estimate_text(self.guess, math.nan, math.nan, kpi.unit, like=like)
        result = estimate_text(self.estimate, self.low, self.high, kpi.unit, like=like) if self.replications else ""
        texts = {"scenario": self.scenario, "kpi": kpi.title, "guess": str(guess), "result": str(result)}
        return texts | {"comparison": self.comparison, "change": self.change}


def with_results(
    predictions: Sequence[Prediction], scenarios: Mapping[str, Scenario], result: Result
) -> list[Prediction]:
    """Return the predictions with the results of the scenarios that have changed since; earlier guesses keep their result.

    A guess waits as long as its scenario is as it was. It takes every result from its first change until another guess about a later
    state of the scenario is recorded.

    Parameters
    ----------
    predictions : sequence of Prediction
        In the order in which they were recorded.
    scenarios : mapping of str to Scenario
        The present scenarios by name.
    result : Result
        Result for them.
    """
    latest = {prediction.scenario: prediction.before for prediction in predictions}
    rows: dict[Any, Any] = result.estimates.set_index(["scenario", "kpi"]).to_dict("index")
    return [
        _with_result(prediction, scenarios[prediction.scenario], rows[prediction.scenario, prediction.kpi])
        if prediction.before == latest[prediction.scenario] != scenarios[prediction.scenario]
        else prediction
        for prediction in predictions
    ]


def _with_result(prediction: Prediction, now: Scenario, row: Mapping[str, Any]) -> Prediction:
    """Return the prediction with a row of estimates."""
    changes = parameter_changes({"before": prediction.before, "now": now})
    measured = {name: row[name] for name in ("estimate", "low", "high")}
    change = "; ".join(line.partition(" (")[0] for line in changes)
    return replace(prediction, **measured, replications=int(row["replications"]), change=change)


def table(predictions: Sequence[Prediction]) -> pd.DataFrame:
    """Return the predictions as a table, one row each, in the units of the KPIs.

    Parameters
    ----------
    predictions : sequence of Prediction
        In the order in which they were recorded.

    Examples
    --------
    >>> from devopssim import DEVOPS
    >>> guesses = [Prediction(before=DEVOPS, scenario="devops", kpi="lead_time", guess=100.0)]
    >>> table(guesses)[["kpi", "unit", "guess"]].to_dict("records")
    [{'kpi': 'lead_time', 'unit': 'h', 'guess': 100.0}]
    """
    columns = ["scenario", "kpi", "unit", "guess", "estimate", "low", "high", "replications", "change"]
    rows = [{**asdict(prediction), "unit": KPIS[prediction.kpi].unit} for prediction in predictions]
    return pd.DataFrame(rows, columns=columns)
