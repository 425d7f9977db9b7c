"""Do the presets land where the field lies? Each beside the level of DORA's report that its way of working is known for.

Nothing in the model knows of these bands; what was tuned so that the presets meet them says so on its evidence card.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Unpack

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_WEEK
from devopssim.experiment.comparison import compare
from devopssim.experiment.experiment import USUAL_REPLICATIONS, Experiment
from devopssim.experiment.options import Options
from devopssim.experiment.result import Result
from devopssim.kpis import DORA_CLUSTERS, DORA_METRICS, REPORTS_WITHOUT_LEVELS, classify, clusters, dora_kpis
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario

YEAR: Final = 2019
LEVEL_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "waterfall": ("low",),
    "agile": ("medium",),
    "devops": ("high", "elite"),
}
"""The level, or levels, where each preset has to lie."""


FAILURE_RATE: Final = "change_failure_rate_planned"
"""The presets' change failure rate: that of planned deployments. Each failure brings deployments that repair it, which would
dilute the rate of a preset that fails often. A team's own log is compared by its `change_failure_rate` (`level_tables`), because
few sources tell repairs apart."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a KPI of a preset has to lie, in the KPI's unit, and who says so."""

    preset: str
    kpi: str
    low: float
    high: float
    said_by: str


def dora(preset: str, metric: str) -> Target:
    """Return the band of the preset's level in DORA's report; of two levels, from the edge of one to the edge of the other."""
    names = LEVEL_OF[preset]
    bands = [cluster.band(metric) for cluster in clusters(YEAR) if cluster.level in names]
    return Target(
        preset=preset,
        kpi=FAILURE_RATE if metric == "change_failure_rate" else dora_kpis(YEAR)[metric],
        low=min(low for low, _ in bands),
        high=max(high for _, high in bands),
        said_by=f"DORA {YEAR}, {' or '.join(names)}",
    )


TARGETS: Final = (
    dora("waterfall", "deployment_frequency"),
    dora("waterfall", "lead_time_for_changes"),
    dora("waterfall", "recovery_time"),
    Target(
        preset="waterfall",
        kpi=FAILURE_RATE,
        low=0.40,
        high=0.65,
        said_by="DORA, low: 46 to 60 % in 2018 and 2019, 40 % in 2024, 64 % in 2023",
    ),
    dora("agile", "deployment_frequency"),
    dora("agile", "lead_time_for_changes"),
    Target(
        preset="agile",
        kpi="mttr",
        low=0,
        high=HOURS_PER_WEEK,
        said_by="DORA, medium: under a day in 2018, 2019 and 2024, a day to a week in 2021 and 2023",
    ),
    dora("devops", "deployment_frequency"),
    dora("devops", "lead_time_for_changes"),
    dora("devops", "recovery_time"),
    dora("devops", "change_failure_rate"),
)
"""Agile's change failure rate has no band of its own, since DORA's medium goes from 0 to 30 % over the years: it has to lie
between the two others."""


@dataclass(frozen=True, kw_only=True)
class DoraBenchmark:
    """The presets' replications, and how they compare with the field."""

    result: Result

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each of `TARGETS`: scenario, kpi, unit, estimate, low, high, from, to, said_by, distance, inside.

        `distance` is how far the estimate lies outside the band (0: within it), in the KPI's unit; `inside` says whether the
        whole interval lies within the band, above its lower edge.
        """
        rows = []
        for target in TARGETS:
            unit, estimate, low, high = self._estimates[target.preset, target.kpi]
            distance = max(0.0, target.low - estimate, estimate - target.high)
            inside = target.low < low and high <= target.high
            band = target.low, target.high, target.said_by
            rows.append((target.preset, target.kpi, unit, estimate, low, high, *band, distance, inside))
        columns = ["scenario", "kpi", "unit", "estimate", "low", "high", "from", "to", "said_by", "distance", "inside"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def _estimates(self) -> dict[tuple[str, str], tuple[str, float, float, float]]:
        """Unit, estimate and interval by scenario and KPI."""
        columns = ["scenario", "kpi", "unit", "estimate", "low", "high"]
        rows = self.result.estimates[columns].itertuples(index=False, name=None)
        return {(scenario, kpi): (unit, estimate, low, high) for scenario, kpi, unit, estimate, low, high in rows}

    @cached_property
    def between(self) -> pd.DataFrame:
        """The change failure rates, which have to be in order: scenario, estimate, low, high; waterfall first."""
        rates = self.result.estimates
        rates = rates[(rates["kpi"] == FAILURE_RATE) & rates["scenario"].isin(LEVEL_OF)]
        return rates[["scenario", "estimate", "low", "high"]].reset_index(drop=True)

    @property
    def ordered(self) -> bool:
        """Whether agile's change failure rate lies between the two others, interval by interval."""
        rates = self.between.set_index("scenario")
        low, high = rates["low"], rates["high"]
        return bool(high["devops"] < low["agile"] and high["agile"] < low["waterfall"])

    @property
    def holds(self) -> bool:
        """Whether every preset lies where it has to."""
        return bool(self.table["inside"].all()) and self.ordered

    @cached_property
    def levels(self) -> pd.DataFrame:
        """The level of each preset in every report: columns scenario, metric, and one for each year.

        Of the estimates, metric by metric; metrics, and years, disagree. Since 2023 the time to restore is that of failed
        deployments only.
        """
        rows = []
        for scenario, table in self.result.estimates.groupby("scenario", sort=False):
            taken = (
                table.set_index("kpi")
                .rename(index={FAILURE_RATE: "change_failure_rate"}, columns={"estimate": "value"})
                .assign(median=lambda rows: rows["value"])
            )
            by_year = {year: classify(taken, year=year)["levels"].tolist() for year in DORA_CLUSTERS}
            rows += [(scenario, metric, *words) for metric, *words in zip(DORA_METRICS, *by_year.values(), strict=True)]
        return pd.DataFrame(rows, columns=["scenario", "metric", *map(str, DORA_CLUSTERS)])

    @cached_property
    def newest_metrics(self) -> pd.DataFrame:
        """The metrics of the newest report, which has no levels: scenario, metric, kpi, unit, estimate, low, high, published.

        `published` is what the report says of the metric.
        """
        year, report = max(REPORTS_WITHOUT_LEVELS.items())
        rows = []
        for scenario in self.result.scenarios:
            for metric, kpi in dora_kpis(year).items():
                taken = FAILURE_RATE if metric == "change_failure_rate" else kpi
                rows.append((scenario, metric, taken, *self._estimates[scenario, taken], report.published[metric]))
        columns = ["scenario", "metric", "kpi", "unit", "estimate", "low", "high", "published"]
        return pd.DataFrame(rows, columns=columns)


KPIS: Final = (
    *dict.fromkeys(target.kpi for target in TARGETS),
    *(dora_kpis(max(REPORTS_WITHOUT_LEVELS))[metric] for metric in ("recovery_time", "deployment_rework_rate")),
)
BENCHMARK_PRESETS: Final = (WATERFALL, AGILE, DEVOPS)
"""Presets that are compared with DORA's levels."""


def compare_with_dora(
    presets: tuple[Scenario, ...] = BENCHMARK_PRESETS,
    replications: int = USUAL_REPLICATIONS,
    **options: Unpack[Options],
) -> DoraBenchmark:
    """Return how the presets, or variants of them under the same names, compare with the field; `options` as for `compare`."""
    named = {preset.name: preset for preset in presets}
    return DoraBenchmark(result=compare(Experiment(scenarios=named, replications=replications, kpis=KPIS), **options))


def level_tables(data: Result | pd.DataFrame, *, year: int = 2019) -> dict[str, pd.DataFrame]:
    """Return the level of each DORA metric for each scenario of a result, or for the KPI table of one log; 2025 has no levels.

    Parameters
    ----------
    data : Result or DataFrame
        Result of a comparison (its means over the replications), or what `kpis.table(log)` returns.
    year : int
        Year of the DORA report whose bands apply.

    Returns
    -------
    dict of str to DataFrame
        By scenario name (`""` for a KPI table) what `kpis.classify` returns: one row a metric.

    Raises
    ------
    InvalidInputError
        If the table is not a KPI table, lacks one of the KPIs, or the year has no report.

    Examples
    --------
    >>> from devopssim import kpis, simulate, DEVOPS, vary
    >>> table = kpis.table(simulate(vary(DEVOPS, {"years": 0.1}), seed=1))
    >>> list(level_tables(table)[""].columns)
    ['unit', 'value', 'level', 'levels', 'inside', 'band']

    """
    if isinstance(data, pd.DataFrame):
        if not {"median", "value"} <= set(data.columns):
            raise InvalidInputError(
                "this table is not one of KPIs; give what devopssim.kpis.table(log) or devopssim.compare returns."
            )
        return {"": classify(data, year=year)}
    tables = {}
    for name in data.scenarios:
        means = data.estimates[data.estimates["scenario"] == name].set_index("kpi")
        table = means.assign(value=means["estimate"], median=means["estimate"])
        tables[name] = classify(table, year=year)
    return tables
