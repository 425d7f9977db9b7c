"""KPIs as OpenMetrics text, which Prometheus and dashboards read (https://prometheus.io/docs/specs/om/open_metrics_spec)."""

import math
import re
from collections.abc import Iterable
from typing import Final

from devopssim.events import SECONDS_PER_HOUR
from devopssim.kpis import KPIS, Log, table

STATISTICS: Final = ("median", "p85", "mean")
BASE_UNITS: Final = {"h": "seconds", "share": "ratio"}


def openmetrics(log: Log, names: Iterable[str] | None = None, *, labels: dict[str, str] | None = None) -> str:
    """Return the KPIs of a log as OpenMetrics text: gauges in base units (durations in seconds, shares as ratios).

    A duration has a sample for each of `STATISTICS`, and gauges that count the finished (`…_finished`) and unfinished
    (`…_unfinished`) ones; a rate has one sample, and what it was counted over (`…_counted`). Where there is nothing, there is
    no sample. `labels` are put on every sample (`{"team": "shop"}`).
    """
    common = "".join(f',{_name(key)}="{_escaped(value)}"' for key, value in (labels or {}).items())
    lines: list[str] = []
    for kpi, row in table(log, names).iterrows():
        declared = KPIS[str(kpi)]
        unit = BASE_UNITS.get(declared.unit, "")
        metric = f"devopssim_{kpi}" + (f"_{unit}" if unit else "")
        factor = SECONDS_PER_HOUR if declared.unit == "h" else 1.0
        lines += [f"# TYPE {metric} gauge", *([f"# UNIT {metric} {unit}"] if unit else [])]
        lines.append(f"# HELP {metric} {_escaped(declared.definition)}")
        if declared.shape == "duration":
            shown = [(f'{{statistic="{each}"{common}}}', float(row[each]) * factor) for each in STATISTICS]
            counts = {"finished": row["n"], "unfinished": row["unfinished"]}
        else:
            shown = [(f"{{{common[1:]}}}" if common else "", float(row["value"]) * factor)]
            counts = {"counted": row["n"]}
        lines += [f"{metric}{label} {value!r}" for label, value in shown if math.isfinite(value)]
        for word, count in counts.items():
            name = f"devopssim_{kpi}_{word}"
            lines += [f"# TYPE {name} gauge", f"{name}{'{' + common[1:] + '}' if common else ''} {int(count)}"]
    return "\n".join([*lines, "# EOF", ""])


def _name(text: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_]", "_", text).lstrip("0123456789") or "label"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
