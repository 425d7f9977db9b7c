"""DORA's levels: the clusters of each year's report, and the level of a team's KPIs, metric by metric.

The bands are what the reports print, with their gaps, overlaps and oddities: in 2018 three levels share one change failure
rate; in 2024 the medium level fails less often than the high one. 2025 has no levels: it gives each of five metrics its own distribution
(`REPORTS_WITHOUT_LEVELS`). Edges, in the units of the KPIs:

- an hour, a day, a week of 168 h, a month of 730 h (8,760 ÷ 12), six months of 4,380 h; both edges belong to a band
- deployment frequency per week: on demand is more than one a day (above 7), hourly to daily 7 to 168, daily to weekly 1 to 7,
  weekly to monthly 168/730 (about 0.23) to 1, monthly to every six months 168/4380 (about 0.04) to 0.23, rarer below that
- a change failure rate is a range until 2021; from 2023 on it is one number, the cluster's own, and the nearest one counts
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_DAY, HOURS_PER_MONTH, HOURS_PER_WEEK, HOURS_PER_YEAR

HALF_YEAR: Final = HOURS_PER_YEAR / 2
Band = tuple[float, float]
"""The lower and the upper edge, in hours, per week, or as a share of 1."""

FREQUENCIES: Final[Mapping[str, Band]] = {
    "on demand": (7.0, math.inf),
    "hourly to daily": (7.0, HOURS_PER_WEEK),
    "daily to weekly": (1.0, 7.0),
    "weekly to monthly": (HOURS_PER_WEEK / HOURS_PER_MONTH, 1.0),
    "monthly to every 6 months": (HOURS_PER_WEEK / HALF_YEAR, HOURS_PER_WEEK / HOURS_PER_MONTH),
    "rarer than every 6 months": (0.0, HOURS_PER_WEEK / HALF_YEAR),
}
"""Deployments per week, by the reports' words."""

TIMES: Final[Mapping[str, Band]] = {
    "< 1 hour": (0.0, 1.0),
    "< 1 day": (0.0, HOURS_PER_DAY),
    "1 day to 1 week": (HOURS_PER_DAY, HOURS_PER_WEEK),
    "1 week to 1 month": (HOURS_PER_WEEK, HOURS_PER_MONTH),
    "1 to 6 months": (HOURS_PER_MONTH, HALF_YEAR),
    "> 6 months": (HALF_YEAR, math.inf),
}
"""Hours, by the reports' words."""

DORA_METRICS: Final = ("deployment_frequency", "lead_time_for_changes", "change_failure_rate", "recovery_time")
"""DORA's four metrics, by the names that its reports share."""
FIVE_METRICS: Final = (*DORA_METRICS, "deployment_rework_rate")
"""DORA's metrics since 2024. The levels of 2024 rest on the first four; no report gives bands for the rework rate by level."""
FAILED_DEPLOYMENTS_ONLY: Final = 2023
"""The first report whose time to restore is that of failures which a deployment caused."""
ORDER: Final = ("elite", "high", "medium", "low")


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One level in one year's report.

    Examples
    --------
    >>> from devopssim.kpis import clusters
    >>> clusters(2019)[0].level, clusters(2019)[0].deployment_frequency
    ('elite', 'on demand')
    """

    year: int
    level: str
    share: float
    """Of the teams that answered."""
    deployment_frequency: str
    """A key of `FREQUENCIES`."""
    lead_time_for_changes: str
    """A key of `TIMES`."""
    change_failure_rate: Band
    recovery_time: str
    """A key of `TIMES`."""
    source: str
    grade: str
    """P: read in the report itself; S: read in a secondary source."""

    def band(self, metric: str) -> Band:
        """Return the band of one of `DORA_METRICS`, in the unit of its KPI."""
        if metric == "change_failure_rate":
            return self.change_failure_rate
        return (FREQUENCIES if metric == "deployment_frequency" else TIMES)[getattr(self, metric)]

    def band_text(self, metric: str) -> str:
        """Return the band of one of `DORA_METRICS` as the report prints it."""
        if metric != "change_failure_rate":
            return str(getattr(self, metric))
        low, high = self.change_failure_rate
        return f"{high:.0%}" if low == high else f"{low * 100:.0f}-{high:.0%}"


def _year(year: int, grade: str, *rows: tuple[float, str, str, Band, str]) -> tuple[Cluster, ...]:
    return tuple(
        Cluster(
            year=year,
            level=level,
            share=share,
            deployment_frequency=frequency,
            lead_time_for_changes=lead,
            change_failure_rate=failures,
            recovery_time=recovery,
            source=f"DORA, Accelerate State of DevOps {year}",
            grade=grade,
        )
        for level, (share, frequency, lead, failures, recovery) in zip(ORDER, rows, strict=True)
    )


_UP_TO_15: Final = (0.0, 0.15)
_16_TO_30: Final = (0.16, 0.30)
_46_TO_60: Final = (0.46, 0.60)

DORA_CLUSTERS: Final[Mapping[int, tuple[Cluster, ...]]] = {
    2018: _year(
        2018,
        "P",
        (0.07, "on demand", "< 1 hour", _UP_TO_15, "< 1 hour"),
        (0.48, "hourly to daily", "1 day to 1 week", _UP_TO_15, "< 1 day"),
        (0.37, "weekly to monthly", "1 week to 1 month", _UP_TO_15, "< 1 day"),
        (0.15, "weekly to monthly", "1 to 6 months", _46_TO_60, "1 week to 1 month"),
    ),
    2019: _year(
        2019,
        "P",
        (0.20, "on demand", "< 1 day", _UP_TO_15, "< 1 hour"),
        (0.23, "daily to weekly", "1 day to 1 week", _UP_TO_15, "< 1 day"),
        (0.44, "weekly to monthly", "1 week to 1 month", _UP_TO_15, "< 1 day"),
        (0.12, "monthly to every 6 months", "1 to 6 months", _46_TO_60, "1 week to 1 month"),
    ),
    2021: _year(
        2021,
        "P",
        (0.26, "on demand", "< 1 hour", _UP_TO_15, "< 1 hour"),
        (0.40, "weekly to monthly", "1 day to 1 week", _16_TO_30, "< 1 day"),
        (0.28, "monthly to every 6 months", "1 to 6 months", _16_TO_30, "1 day to 1 week"),
        (0.07, "rarer than every 6 months", "> 6 months", _16_TO_30, "> 6 months"),
    ),
    2023: _year(
        2023,
        "S",
        (0.18, "on demand", "< 1 day", (0.05, 0.05), "< 1 hour"),
        (0.31, "daily to weekly", "1 day to 1 week", (0.10, 0.10), "< 1 day"),
        (0.33, "weekly to monthly", "1 week to 1 month", (0.15, 0.15), "1 day to 1 week"),
        (0.18, "weekly to monthly", "1 week to 1 month", (0.64, 0.64), "1 to 6 months"),
    ),
    2024: _year(
        2024,
        "S",
        (0.19, "on demand", "< 1 day", (0.05, 0.05), "< 1 hour"),
        (0.22, "daily to weekly", "1 day to 1 week", (0.20, 0.20), "< 1 day"),
        (0.35, "weekly to monthly", "1 week to 1 month", (0.10, 0.10), "< 1 day"),
        (0.25, "monthly to every 6 months", "1 to 6 months", (0.40, 0.40), "1 week to 1 month"),
    ),
}
"""The levels of each report that has them, best first."""


@dataclass(frozen=True, kw_only=True)
class ReportWithoutLevels:
    """Report that gives metrics but no levels, and what it says of each.

    Examples
    --------
    >>> REPORTS_WITHOUT_LEVELS[2025].published["deployment_frequency"]
    '16.2 % of teams on demand, 23.9 % less often than once a month'
    """

    source: str
    published: Mapping[str, str]
    """What is published of a metric, by metric of `FIVE_METRICS`; `NOT_FOUND` where no usable source gives its numbers."""
    note: str
    """What the report gives in place of levels."""
    grade: str
    """S: read in a secondary source."""


NOT_FOUND: Final = "its distribution was not found in a usable source"
REPORTS_WITHOUT_LEVELS: Final[Mapping[int, ReportWithoutLevels]] = {
    2025: ReportWithoutLevels(
        source="DORA, State of AI-assisted Software Development 2025",
        published={
            **dict.fromkeys(FIVE_METRICS, NOT_FOUND),
            "deployment_frequency": "16.2 % of teams on demand, 23.9 % less often than once a month",
        },
        note="The report of 2025 has no levels: it shows the distribution of each of five metrics, and seven kinds of teams whose shares were "
        "not found in a usable source. A team compares itself with its own past.",
        grade="S",
    )
}
"""Reports that have no levels, by year."""


def clusters(year: int) -> tuple[Cluster, ...]:
    """Return the levels of a year's report, best first.

    Parameters
    ----------
    year : int
        Year of the report, a key of `DORA_CLUSTERS`.

    Returns
    -------
    tuple of Cluster
        Levels, best first.

    Raises
    ------
    InvalidInputError
        If the report of that year has no levels.

    Examples
    --------
    >>> [cluster.level for cluster in clusters(2024)]
    ['elite', 'high', 'medium', 'low']
    """
    if year not in DORA_CLUSTERS:
        years, without = (", ".join(map(str, reports)) for reports in (DORA_CLUSTERS, REPORTS_WITHOUT_LEVELS))
        message = f"year={year} (the report that defines the levels) must be one of {years}; {without} has no levels."
        raise InvalidInputError(message)
    return DORA_CLUSTERS[year]


def dora_kpis(year: int) -> dict[str, str]:
    """Return the KPI that stands for each metric of a year's report.

    From 2023 on the reports ask for the recovery from failed deployments only.

    Parameters
    ----------
    year : int
        Year of the report.

    Returns
    -------
    dict of str to str
        Name of the KPI by DORA's metric; a report without levels has five.

    Examples
    --------
    >>> dora_kpis(2019)["recovery_time"], dora_kpis(2024)["recovery_time"]
    ('mttr', 'failed_deployment_recovery_time')
    >>> list(dora_kpis(2025))[-1]
    'deployment_rework_rate'
    """
    recovery = "failed_deployment_recovery_time" if year >= FAILED_DEPLOYMENTS_ONLY else "mttr"
    metrics = FIVE_METRICS if year in REPORTS_WITHOUT_LEVELS else DORA_METRICS
    return {metric: recovery if metric == "recovery_time" else metric for metric in metrics}


def classify(table: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Return the level of each of DORA's metrics in a year's report; the metrics may disagree.

    A report without levels (2025) gives five metrics, all without a level.

    Parameters
    ----------
    table : DataFrame
        Result of `kpis.table`. Durations are taken at their median, because the reports are survey medians.
    year : int
        Year of the report.

    Returns
    -------
    DataFrame
        One row a metric, indexed by its KPI. Columns: `unit`, `value`, `level` (the best level whose band holds the value, or
        the nearest; of levels that share the nearest band, the one on the side of the value; NA where the value is NaN), `levels`
        (every such level: bands overlap), `inside` (whether a band holds the value), `band` (of `level`, as the report prints it).
        `attrs` holds `agree` (whether one level fits all metrics that have a value), `year`, `source`, `grade` and `note` (empty,
        unless the report has no levels).

    Raises
    ------
    InvalidInputError
        If the year has no report, or the table lacks one of the KPIs.

    References
    ----------
    DORA, Accelerate State of DevOps, 2018 to 2024; State of AI-assisted Software Development, 2025.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(n, "service.deployed", change=f"C{n}", deployment=f"D{n}") for n in range(10)], horizon=168)
    >>> kpis.classify(kpis.table(log), year=2019).loc["deployment_frequency", "level"]
    'elite'
    """
    report = REPORTS_WITHOUT_LEVELS.get(year)
    year_clusters = () if report else clusters(year)
    rows = {kpi: _classified(kpi, metric, table, year_clusters) for metric, kpi in dora_kpis(year).items()}
    columns = ["unit", "value", "level", "levels", "inside", "band"]
    graded = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("kpi")
    fitting = [set(row[3].split(", ")) for row in rows.values() if row[3]]
    agree = bool(fitting) and bool(set.intersection(*fitting))
    graded = graded.astype({"level": "str", "levels": "str", "band": "str"})
    graded.attrs = {
        "year": year,
        "agree": agree,
        "source": (report or year_clusters[0]).source,
        "grade": (report or year_clusters[0]).grade,
        "note": report.note if report else "",
    }
    return graded


def frequency_band(per_week: float) -> str:
    """Return the band of a deployment frequency in the words of DORA's question.

    Above one deployment a day, "on demand" covers "hourly to daily" as well: those two differ in the reason for deploying, not in
    the frequency.

    Parameters
    ----------
    per_week : float
        Deployments per week, 0 or more.

    Returns
    -------
    str
        A key of `FREQUENCIES`.

    Raises
    ------
    InvalidInputError
        If `per_week` is negative or NaN.

    Examples
    --------
    >>> frequency_band(3)
    'daily to weekly'
    """
    if not per_week >= 0:
        message = f"per_week={per_week:g} (deployments per week) must be 0 or more."
        raise InvalidInputError(message)
    return next(
        band for band, (low, _) in FREQUENCIES.items() if band != "hourly to daily" and _at_least(per_week, low, band)
    )


def _at_least(per_week: float, low: float, band: str) -> bool:
    return per_week > low if band == "on demand" else per_week >= low


def _classified(
    kpi: str, metric: str, table: pd.DataFrame, year_clusters: tuple[Cluster, ...]
) -> tuple[str, float, str | None, str | None, bool, str | None]:
    if kpi not in table.index:
        message = (
            f"the table lacks the KPI {kpi}, which DORA's metrics need; compute it with devopssim.kpis.table(log)."
        )
        raise InvalidInputError(message)
    is_time = metric in {"lead_time_for_changes", "recovery_time"}
    value, unit = float(table.loc[kpi, "median" if is_time else "value"]), str(table.loc[kpi, "unit"])  # type: ignore[arg-type]
    if math.isnan(value) or not year_clusters:
        return unit, value, None, None, False, None
    away = [_distance(value, cluster.band(metric), share=metric == "change_failure_rate") for cluster in year_clusters]
    fitting = [cluster for cluster, distance in zip(year_clusters, away, strict=True) if distance == min(away)]
    if min(away) > 0:
        lower_is_better = metric != "deployment_frequency"
        worse = (value > fitting[0].band(metric)[1]) == lower_is_better
        fitting = fitting[-1:] if worse else fitting[:1]
    levels = ", ".join(cluster.level for cluster in fitting)
    return unit, value, fitting[0].level, levels, min(away) == 0, fitting[0].band_text(metric)


def _distance(value: float, band: Band, *, share: bool) -> float:
    """Return the distance of a value from a band: 0 within it, else to the nearer edge, as a ratio or, for shares, a difference."""
    low, high = band
    if low <= value <= high:
        return 0.0
    edge = low if value < low else high
    return abs(value - edge) if share else abs(math.log(max(value, 1e-9) / edge))
