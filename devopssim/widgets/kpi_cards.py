"""KPI cards: of each scenario the value of each KPI, its interval, and how it differs from where it started, in words."""

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
    result: Result, kpis: Sequence[str], starts: Mapping[str, str] | None = None, *, preview: bool = False
) -> list[dict[str, Any]]:
    """Return one card a scenario, for a browser: name, colour and rows of KPIs in words.

    `starts` gives, for scenarios that changed, the name in the result under which they were before; these names get no card
    of their own. A row has title, value, interval ('' for a glance), change, verdict, sign and said ('' where nothing changed).
    """
    before = dict(starts or {})
    shown = [name for name in result.scenarios if name not in before.values()]
    estimates: dict[Any, Any] = result.estimates.set_index(["scenario", "kpi"]).to_dict("index")
    changes = _changes(result, before)
    cards = []
    for index, name in enumerate(shown):
        rows = [_row(estimates[name, kpi], kpi, changes.get((name, kpi)), preview=preview) for kpi in kpis]
        cards.append({"scenario": name, "colour": colour_of(name, index), "changed": name in before, "rows": rows})
    return cards


def _changes(result: Result, before: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    if not before:
        return {}
    table = result.differences
    return {
        (row["scenario"], row["kpi"]): row
        for row in table.to_dict("records")
        if before.get(str(row["scenario"])) == row["baseline"]
    }


def _row(estimate: Mapping[str, Any], kpi: str, change: Any, *, preview: bool) -> dict[str, str]:
    declaration = KPIS[kpi]
    text = estimate_text(estimate["estimate"], estimate["low"], estimate["high"], declaration.unit)
    row = {
        "kpi": kpi,
        "title": declaration.title,
        "definition": declaration.definition,
        "value": text.value,
        "interval": text.interval,
    }
    row |= {"change": "", "verdict": "", "sign": "", "said": ""}
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
        "said": "first glance" if preview else VERDICT_TEXTS[verdict],
    }
