"""What an experiment found: plain tables, one row an observation or an estimate, ready for seaborn or a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from devopssim import kpis
from devopssim.experiment.checkpoints import Checkpoints, checkpoint_folder
from devopssim.experiment.experiment import Experiment
from devopssim.experiment.intervals import interval, p_value, paired, pointwise, sign_p_value
from devopssim.experiment.measure import Outcome
from devopssim.experiment.multiplicity import Multiplicity, holm
from devopssim.experiment.sufficiency import Replications
from devopssim.files import whole_file
from devopssim.scenario import Scenario

VALUES: Final = ["scenario", "replication", "kpi", "unit", "value", "n", "unfinished"]
CURVE_VALUES: Final = ["scenario", "replication", "kpi", "unit", "time", "value"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """Replications of one or more scenarios with common random numbers.

    `values`: columns scenario, replication, kpi, unit, value (NaN: that replication had nothing to count), n (over how many
    it was counted), unfinished (how many durations had not ended with the run; NaN for rates).
    `curve_values`: columns scenario, replication, kpi, unit, time (hours), value; empty unless curves were asked for.
    Both sorted by scenario (as given), kpi (as in `kpis.KPIS`), replication.
    """

    scenarios: Mapping[str, Scenario]
    replications: int
    seed: int
    warm_up: float
    confidence: float
    values: pd.DataFrame
    curve_values: pd.DataFrame

    @classmethod
    def of(cls, experiment: Experiment, outcomes: Mapping[str, Sequence[Outcome]]) -> "Result":
        """Put the outcomes of an experiment's scenarios, as many of each as there are, into tables."""
        return cls(
            scenarios=experiment.scenarios,
            replications=len(next(iter(outcomes.values()))),
            seed=experiment.seed,
            warm_up=experiment.warm_up,
            confidence=experiment.confidence,
            values=pd.DataFrame(list(_values(outcomes)), columns=VALUES),
            curve_values=pd.DataFrame(list(_curves(outcomes)), columns=CURVE_VALUES),
        )

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Columns scenario, kpi, unit, estimate, low, high, replications, reason: the mean over the replications that have a
        value, its interval, and how many they were. Intervals end where a KPI does: none is below 0, and no share above 1.
        Where the replications do not suffice for an interval that covers the mean as often as it promises, low and high are
        NaN and `reason` says why.
        """
        rows = []
        for (scenario, kpi), replications in self.replications_of.items():
            mean = interval(replications.values, self.confidence)
            rows.append((scenario, kpi, unit_of(kpi), *mean, replications.reason))
        columns = ["scenario", "kpi", "unit", "estimate", "low", "high", "replications", "reason"]
        return _possible(_without_unfounded(pd.DataFrame(rows, columns=columns)))

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Columns scenario, baseline, kpi, unit, difference (scenario - baseline), low, high, replications, variance_reduction,
        verdict, p, adjusted_p, reason.

        Paired: replication k of both met the same demand and the same random numbers, so only the ways of working differ.
        `replications` counts the pairs in which both have a value; `variance_reduction` says how many times smaller the
        variance is than with independent random numbers; `verdict` is that of `Difference`. `p` is the p-value of no
        difference, `adjusted_p` the same for all differences of the table together (Holm). Without an interval these are NaN,
        as low and high are, and `reason` says why; but a difference that is the same in every replication, six or more of them at
        95 %, is clear by the sign test. Each scenario is compared with each one before it.
        """
        return self._differences(combinations(self.scenarios, 2))

    def differences_from(self, baseline: str) -> pd.DataFrame:
        """Return `differences` of all other scenarios from one, without those among the others."""
        return self._differences((baseline, name) for name in self.scenarios if name != baseline)

    def _differences(self, pairs: Iterable[tuple[str, str]]) -> pd.DataFrame:
        rows = []
        for earlier, later in pairs:
            for kpi in dict.fromkeys(self.values["kpi"]):
                ours, theirs = self.replications_of[later, kpi], self.replications_of[earlier, kpi]
                difference = paired(ours.values, theirs.values, self.confidence, better=kpis.KPIS[kpi].better)
                values, reason = ours.values - theirs.values, ours.reason_against(theirs)
                p = sign_p_value(values) if reason else p_value(values)
                shown = difference._replace(low=np.nan, high=np.nan) if reason else difference
                verdict = (difference if p <= 1 - self.confidence else shown).verdict
                rows.append((later, earlier, kpi, unit_of(kpi), *shown[:-1], verdict, p, reason))
        columns = [
            "scenario",
            "baseline",
            "kpi",
            "unit",
            "difference",
            "low",
            "high",
            "replications",
            "variance_reduction",
            "verdict",
            "p",
            "reason",
        ]
        table = pd.DataFrame(rows, columns=columns)
        table.insert(len(columns) - 1, "adjusted_p", holm(table["p"]))
        return table

    @cached_property
    def multiplicity(self) -> Multiplicity:
        """How many differences are shown, how many are clear, and how many would be by chance."""
        return Multiplicity.of(self.differences["p"], list(self.differences["verdict"]), self.confidence)

    @cached_property
    def unfinished(self) -> pd.DataFrame:
        """Columns scenario, kpi, n, unfinished, share: for durations, the mean numbers of those that ended and that did not.

        What had not ended with the run is in no duration, and the longest are missing most; where `share` (not ended ÷
        all) is more than a few percent, the duration is larger than its estimate.
        """
        durations = self.values[self.values["unfinished"].notna()]
        table = durations.groupby(["scenario", "kpi"], sort=False)[["n", "unfinished"]].mean().reset_index()
        return table.assign(share=table["unfinished"] / (table["n"] + table["unfinished"]))

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Columns scenario, kpi, unit, time (hours), mean, low, high, replications: KPI curves with pointwise t-intervals, which
        end where a KPI does.
        """
        columns = ["scenario", "kpi", "unit", "time", "mean", "low", "high", "replications"]
        parts = []
        for (scenario, kpi), group in self.curve_values.groupby(["scenario", "kpi"], sort=False):
            times, point = np.unique(group["time"], return_inverse=True)
            runs = np.full((len(times), self.replications), np.nan)
            runs[point, group["replication"]] = group["value"]
            row: tuple[Any, ...] = (scenario, kpi, unit_of(str(kpi)), times, *pointwise(runs, self.confidence))
            parts.append(pd.DataFrame(dict(zip(columns, row, strict=True))))
        return _possible(pd.concat(parts, ignore_index=True)) if parts else pd.DataFrame(columns=columns)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that a folder keeps, by name."""
        return {name: getattr(self, name) for name in ("estimates", "differences", "values", "curves")}

    @cached_property
    def replications_of(self) -> dict[tuple[str, str], Replications]:
        """Value and count of each replication, by scenario and KPI; the order of `values` makes it a matter of cutting."""
        keys = self.values[["scenario", "kpi"]].iloc[:: self.replications].itertuples(index=False, name=None)
        columns = (self.values[name].to_numpy(np.float64).reshape(-1, self.replications) for name in ("value", "n"))
        return {
            (scenario, kpi): Replications(kpi=kpi, values=values, n=n)
            for (scenario, kpi), values, n in zip(keys, *columns, strict=True)
        }


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write tables as CSV, floats to the last bit, to the folder of an experiment, and remove the checkpoints behind them."""
    for name, table in tables.items():
        with whole_file(folder / f"{name}.csv") as part:
            table.to_csv(part, index=False)
    Checkpoints(folder=checkpoint_folder(folder)).clear()


def unit_of(kpi: str) -> str:
    """Return the unit of a KPI."""
    return kpis.KPIS[kpi].unit


def _without_unfounded(table: pd.DataFrame) -> pd.DataFrame:
    """Remove the bounds of the rows that state a reason."""
    return table.assign(**{bound: table[bound].where(table["reason"] == "") for bound in ("low", "high")})


def _possible(table: pd.DataFrame) -> pd.DataFrame:
    """Cut intervals to what KPIs can be; the truth lies there, so they cover it as often as before."""
    most = np.where(table["unit"] == "share", 1.0, np.inf)
    return table.assign(low=table["low"].clip(lower=0.0), high=np.minimum(table["high"], most))


def _values(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[tuple[Any, ...]]:
    for scenario, runs in outcomes.items():
        for kpi in runs[0].values:
            for replication, run in enumerate(runs):
                counts = run.n.get(kpi, float("nan")), run.unfinished.get(kpi, float("nan"))
                yield scenario, replication, kpi, unit_of(kpi), run.values[kpi], *counts


def _curves(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[tuple[Any, ...]]:
    for scenario, runs in outcomes.items():
        for kpi in runs[0].curves:
            for replication, run in enumerate(runs):
                for time, value in zip(*run.curves[kpi], strict=True):
                    yield scenario, replication, kpi, unit_of(kpi), time, value
