"""KPI cards: for each scenario the value of each KPI, its interval, and the difference from its baseline."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from devopssim.experiment import Result
from devopssim.kpis import KPIS
from devopssim.plots import colour_of
from devopssim.wording import estimate_text, with_interval

SIGNS: Final = {
    "better": "\N{BLACK UP-POINTING TRIANGLE}",
    "worse": "\N{BLACK DOWN-POINTING TRIANGLE}",
    "different": "\N{BLACK CIRCLE}",
    "unclear": "\N{WHITE CIRCLE}",
}
VERDICT_TEXTS: Final = {"better": "better", "worse": "worse", "different": "changed", "unclear": "not clear yet"}


def kpi_cards(
    result: Result, kpis: Sequence[str], baselines: Mapping[str, str] | None = None, *, preview: bool = False
) -> list[dict[str, Any]]:
    """Return one card for each scenario as JSON for the browser.

    Parameters
    ----------
    result : Result
        Result of a comparison that measured the KPIs.
    kpis : sequence of str
        Names of the KPIs to show.
    baselines : mapping of str to str, optional
        For each changed scenario, the name of its baseline in the result; baselines get no card.
    preview : bool
        The result is one short replication: differences are shown without a verdict.

    Returns
    -------
    list of dict
        Cards with `scenario`, `colour`, `changed` and `rows`. A row has `kpi`, `title`, `definition`, `value`, `interval`, `change`,
        `verdict`, `sign` and `verdict_text`; the last four are empty if the scenario is unchanged.

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> result = compare({"devops": vary(DEVOPS, {"years": 0.1})}, 2, kpis=["wip"], progress=False)
    >>> [card] = kpi_cards(result, ["wip"])
    >>> card["rows"][0]["title"], card["rows"][0]["verdict"]
    ('Work in progress', '')
    """
    baseline_of = dict(baselines or {})
    names = [name for name in result.scenarios if name not in baseline_of.values()]
    estimates: dict[Any, Any] = result.estimates.set_index(["scenario", "kpi"]).to_dict("index")
    changes = _changes(result, baseline_of)
    cards = []
    for index, name in enumerate(names):
        rows = [_row(estimates[name, kpi], kpi, changes.get((name, kpi)), preview=preview) for kpi in kpis]
        cards.append({"scenario": name, "colour": colour_of(name, index), "changed": name in baseline_of, "rows": rows})
    return cards


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


def _row(estimate: Mapping[str, Any], kpi: str, change: Any, *, preview: bool) -> dict[str, str]:
    """Return one row of a card."""
    declaration = KPIS[kpi]
    text = estimate_text(estimate["estimate"], estimate["low"], estimate["high"], declaration.unit)
    row = {
        "kpi": kpi,
        "title": declaration.title,
        "definition": declaration.definition,
        "value": text.value,
        "interval": text.interval,
    }
    row |= {"change": "", "verdict": "", "sign": "", "verdict_text": ""}
    if change is None or not np.isfinite(change["difference"]):
        return row
    difference = with_interval(change["difference"], change["low"], change["high"], declaration.unit, sign=True)
    if change["verdict"] == "same":
        return row | {"change": "no change", "verdict": "same"}
    verdict = "unclear" if preview else change["verdict"]
    return row | {
        "change": difference,
        "verdict": verdict,
        "sign": SIGNS[verdict],
        "verdict_text": "preview" if preview else VERDICT_TEXTS[verdict],
    }
