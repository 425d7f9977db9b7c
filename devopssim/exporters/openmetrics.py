"""KPIs as OpenMetrics text for Prometheus and dashboards (https://prometheus.io/docs/specs/om/open_metrics_spec)."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Final

import pandas as pd
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest

from devopssim.diagnostics import intervals
from devopssim.events import SECONDS_PER_HOUR
from devopssim.kpis import KPIS, Kpi, Log

STATISTICS: Final = ("median", "p85", "mean")
BASE_UNITS: Final = {"h": "seconds", "share": "ratio"}


def openmetrics(log: Log, names: Iterable[str] | None = None, *, labels: Mapping[str, str] | None = None) -> str:
    """Return the KPIs of a log as OpenMetrics text: gauges in base units (durations in seconds, shares as ratios).

    A duration has a sample for each of `STATISTICS`, and gauges that count the finished (`…_finished`) and unfinished
    (`…_unfinished`) ones; a rate has one sample, and a gauge of the entities that it counts (`…_counted`). A KPI without a value
    has counts and no sample. `…_interval` has the bounds of the 95 % confidence interval of a rate, or of the duration's mean or median,
    as `bound="low"` and `bound="high"`; it has no sample where `diagnostics.intervals` has no interval.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.
    names : iterable of str, optional
        Names of `KPIS` (default: all).
    labels : mapping of str to str, optional
        Labels of every sample, such as `{"team": "shop"}`.

    Returns
    -------
    str
        OpenMetrics text that ends with `# EOF`.

    Raises
    ------
    InvalidInputError
        If a name is unknown.

    References
    ----------
    OpenMetrics 1.0, https://prometheus.io/docs/specs/om/open_metrics_spec

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(5, "ticket.closed", item="W1")], horizon=168)
    >>> print(openmetrics(log, ["throughput"], labels={"team": "shop"}))
    # HELP devopssim_throughput items that became available to users ÷ weeks of observation
    # TYPE devopssim_throughput gauge
    devopssim_throughput{team="shop"} 1.0
    ...
    # EOF
    """
    common = {_name(key): value for key, value in (labels or {}).items()}
    families = [
        family for name, row in intervals(log, names).iterrows() for family in _families(KPIS[str(name)], row, common)
    ]
    return str(generate_latest(SimpleNamespace(collect=lambda: families)).decode())  # type: ignore[no-untyped-call]


def _families(kpi: Kpi, row: "pd.Series[float]", common: Mapping[str, str]) -> Iterator[GaugeMetricFamily]:
    """Yield the gauges of one row of a table of KPIs: its values, then its counts."""
    is_duration = kpi.shape == "duration"
    factor = SECONDS_PER_HOUR if kpi.unit == "h" else 1.0
    labels = [*(["statistic"] if is_duration else []), *common]
    gauge = GaugeMetricFamily(f"devopssim_{kpi.name}", kpi.definition, labels=labels, unit=BASE_UNITS.get(kpi.unit, ""))
    for column in STATISTICS if is_duration else ("value",):
        if math.isfinite(row[column]):
            gauge.add_metric([*([column] if is_duration else []), *common.values()], float(row[column]) * factor)
    yield gauge
    yield _interval(kpi, row, factor, common)
    counts = {"finished": "n", "unfinished": "unfinished"} if is_duration else {"counted": "n"}
    for word, column in counts.items():
        count = GaugeMetricFamily(f"devopssim_{kpi.name}_{word}", f"{kpi.title}: number {word}", labels=list(common))
        count.add_metric(list(common.values()), int(row[column]))
        yield count


def _interval(kpi: Kpi, row: "pd.Series[float]", factor: float, common: Mapping[str, str]) -> GaugeMetricFamily:
    """Return the gauge of the bounds of a confidence interval."""
    statistic = {} if kpi.summary is None else {"statistic": kpi.summary}
    gauge = GaugeMetricFamily(
        f"devopssim_{kpi.name}_interval",
        f"{kpi.title}: bounds of its 95 % confidence interval",
        labels=[*statistic, "bound", *common],
        unit=BASE_UNITS.get(kpi.unit, ""),
    )
    for bound in ("low", "high"):
        if math.isfinite(row[bound]):
            gauge.add_metric([*statistic.values(), bound, *common.values()], float(row[bound]) * factor)
    return gauge


def _name(text: str) -> str:
    """Return text as a valid name of a label."""
    return re.sub(r"[^a-zA-Z0-9_]", "_", text).lstrip("0123456789") or "label"
