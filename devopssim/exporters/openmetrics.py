"""KPIs as OpenMetrics text, which Prometheus and dashboards read (https://prometheus.io/docs/specs/om/open_metrics_spec)."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Final

import pandas as pd
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest

from devopssim.events import SECONDS_PER_HOUR
from devopssim.kpis import KPIS, Kpi, Log, table

STATISTICS: Final = ("median", "p85", "mean")
BASE_UNITS: Final = {"h": "seconds", "share": "ratio"}


def openmetrics(log: Log, names: Iterable[str] | None = None, *, labels: Mapping[str, str] | None = None) -> str:
    """Return the KPIs of a log as OpenMetrics text: gauges in base units (durations in seconds, shares as ratios).

    A duration has a sample for each of `STATISTICS`, and gauges that count the finished (`…_finished`) and unfinished
    (`…_unfinished`) ones; a rate has one sample, and what it was counted over (`…_counted`). Where there is nothing, there is
    no sample. `labels` are put on every sample (`{"team": "shop"}`).
    """
    common = {_name(key): value for key, value in (labels or {}).items()}
    families = [
        family for name, row in table(log, names).iterrows() for family in _families(KPIS[str(name)], row, common)
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
    counts = {"finished": "n", "unfinished": "unfinished"} if is_duration else {"counted": "n"}
    for word, column in counts.items():
        count = GaugeMetricFamily(f"devopssim_{kpi.name}_{word}", f"{kpi.title}: how many {word}", labels=list(common))
        count.add_metric(list(common.values()), int(row[column]))
        yield count


def _name(text: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_]", "_", text).lstrip("0123456789") or "label"
