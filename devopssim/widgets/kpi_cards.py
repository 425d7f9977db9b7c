"""KPI cards: for each scenario the value of each KPI, its interval, and the difference from its baseline."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from devopssim.experiment import Result
from devopssim.kpis import KPIS
from devopssim.plots import colour_of
from devopssim.wording import counted, display_unit, estimate_text

SIGNS: Final = {
    "better": "\N{BLACK UP-POINTING TRIANGLE}",
    "worse": "\N{BLACK DOWN-POINTING TRIANGLE}",
    "different": "\N{BLACK CIRCLE}",
    "unclear": "\N{WHITE CIRCLE}",
}
NO_INTERVAL: Final = "no interval"
VERDICT_TEXTS: Final = {"better": "better", "worse": "worse", "different": "changed", "unclear": "not clear yet"}


def kpi_cards(result: Result, kpis: Sequence[str], baselines: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Return one card for each scenario as JSON for the browser.

    Parameters
    ----------
    result : Result
        Result of a comparison that measured the KPIs.
    kpis : sequence of str
        Names of the KPIs to show.
    baselines : mapping of str to str, optional
        For each changed scenario, the name of its baseline in the result; baselines get no card.

    Returns
    -------
    list of dict
        Cards with `scenario`, `colour`, `changed`, `replications` (text) and `rows`. A row has `kpi`, `title`, `definition`, `value`,
        `interval`, `reason` (why several replications give no interval), `unit`, `scale` (the KPI's units in one of `unit`), `change`,
        `verdict`, `sign` and `verdict_text`; the last four are empty if the scenario is unchanged. A KPI has the same unit on all cards.

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> result = compare({"devops": vary(DEVOPS, {"years": 0.1})}, 2, kpis=["wip"], progress=False)
    >>> [card] = kpi_cards(result, ["wip"])
    >>> card["replications"], card["rows"][0]["title"], card["rows"][0]["verdict"]
    ('2 replications', 'Work in progress', '')
    """
    baseline_of = dict(baselines or {})
    names = [name for name in result.scenarios if name not in baseline_of.values()]
    table = result.estimates
    # Nobody expects an interval of one replication.
    reasons = table["reason"] if table["replications"].max() > 1 else ""
    estimates: dict[Any, Any] = table.assign(reason=reasons).set_index(["scenario", "kpi"]).to_dict("index")
    changes = _changes(result, baseline_of)
    like = {kpi: _middle([estimates[name, kpi]["estimate"] for name in names]) for kpi in kpis}
    cards = []
    for index, name in enumerate(names):
        rows = [_row(estimates[name, kpi], kpi, changes.get((name, kpi)), like[kpi]) for kpi in kpis]
        replications = max(row["replications"] for (scenario, _), row in estimates.items() if scenario == name)
        cards.append(
            {
                "scenario": name,
                "colour": colour_of(name, index),
                "changed": name in baseline_of,
                "replications": counted(int(replications), "replication"),
                "rows": rows,
            }
        )
    return cards


def _middle(values: Sequence[float]) -> float | None:
    """Return the geometric mean of the positive values, which chooses a unit; None without one."""
    positive = [math.log(value) for value in values if math.isfinite(value) and value > 0]
    return math.exp(sum(positive) / len(positive)) if positive else None


def _changes(result: Result, baseline_of: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    """Return the paired differences between scenarios and their baselines, by scenario and KPI."""
    if not baseline_of:
        return {}
    table = result.differences
    return {
        (row["scenario"], row["kpi"]): row
        for row in table.to_dict("records")
        if baseline_of.get(str(row["scenario"])) == row["baseline"]
    }


def _row(estimate: Mapping[str, Any], kpi: str, change: Any, like: float | None) -> dict[str, Any]:
    """Return one row of a card; `like` chooses the unit of time."""
    declaration = KPIS[kpi]
    unit = display_unit(declaration.unit, estimate["estimate"] if like is None else like)
    text = estimate_text(estimate["estimate"], estimate["low"], estimate["high"], declaration.unit, like=like)
    why = estimate["reason"] if math.isfinite(estimate["estimate"]) else ""
    row: dict[str, Any] = {
        "kpi": kpi,
        "title": declaration.title,
        "definition": declaration.definition,
        "value": text.value,
        "interval": NO_INTERVAL if why else text.interval + _clipping(estimate, declaration.unit),
        "reason": why,
        "unit": unit.name,
        "scale": unit.hours,
    }
    row |= {"change": "", "verdict": "", "sign": "", "verdict_text": ""}
    if change is None or not math.isfinite(change["difference"]):
        return row
    verdict = change["verdict"] if change["replications"] > 1 else "unclear"
    if verdict == "same":
        return row | {"change": "no change", "verdict": verdict}
    bounds = change["difference"], change["low"], change["high"]
    return row | {
        "change": str(estimate_text(*bounds, declaration.unit, sign=True, like=like)),
        "verdict": verdict,
        "sign": SIGNS[verdict],
        "verdict_text": VERDICT_TEXTS[verdict],
    }


def _clipping(estimate: Mapping[str, Any], unit: str) -> str:
    """Return where the interval was clipped to what a KPI can be."""
    ends = ["0"] if estimate["low"] == 0 < estimate["estimate"] else []
    ends += ["100 %"] if unit == "share" and estimate["high"] == 1 > estimate["estimate"] else []
    return f", clipped at {' and '.join(ends)}" if ends else ""
