"""Fixes of defects: what they take where a review finds the defect, and how much more a step later."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from devopssim.events import details
from devopssim.kpis import Run
from devopssim.scenario import Scenario
from devopssim.twin.estimates import ParameterEstimate, mean, variation
from devopssim.twin.work import attempts

LEAST_FIXES: Final = 20
NORMAL: Final = 1.96
"""Quantile of the standard normal distribution at 97.5 %."""


def fixes(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the effort of a fix, its variation, and the factor on it a step later.

    A review finds defects at once, a test by hand one step later. A log without working hours has nights in its efforts.

    Parameters
    ----------
    run : Run
        Opened event log.
    scenario : Scenario
        What is known of the twin so far.

    Yields
    ------
    ParameterEstimate
        Of `quality.fix_effort`, `quality.fix_cv` and `quality.late_fix_factor`; none from fewer than `LEAST_FIXES` fixes.
    """
    if not run.working_time:
        return
    efforts = fixes_of(run, scenario)
    at_once = efforts.loc[efforts["found_in"] == "review", "effort"]
    if len(at_once) < LEAST_FIXES:
        return
    how = "work on defects that a review found, until they are fixed"
    effort = mean("quality.fix_effort", at_once, how)
    yield effort
    yield variation("quality.fix_cv", at_once, how)
    later = efforts.loc[efforts["by_hand"], "effort"]
    if len(later) >= LEAST_FIXES:
        factor = float(later.mean()) / float(effort.value)
        error = np.sqrt(sum((sample.std() / sample.mean()) ** 2 / len(sample) for sample in (at_once, later)))
        low, high = (factor * np.exp(side * NORMAL * error) for side in (-1, 1))
        how = f"{len(later)} fixes of defects that tests by hand found, compared with {len(at_once)} of reviews"
        yield ParameterEstimate(
            parameter="quality.late_fix_factor", value=factor, low=float(low), high=float(high), n=len(later), how=how
        )


def fixes_of(run: Run, scenario: Scenario) -> pd.DataFrame:
    """Return the fixes of defects that a review or a test found.

    Parameters
    ----------
    run : Run
        Opened event log.
    scenario : Scenario
        What is known of the twin so far.

    Returns
    -------
    DataFrame
        Columns: found_in, by_hand (whether people found the defect in a test), effort (person-hours, above 0).
    """
    steps = []
    for kind in ("defect.found", "defect.fixed"):
        rows = run.log.iloc[run.rows(kind)]
        names = {"change": rows["change"].astype(object), "defect": details(rows, "defect")}
        steps.append(pd.DataFrame({**names, "found_in": details(rows, "found_in"), "time": rows["time"]}).dropna())
    found, fixed = steps
    table = found.merge(fixed, on=["change", "defect", "found_in"], suffixes=("", "_fixed"))
    table = table[table["found_in"].isin(("review", "test"))]
    work = attempts(run, scenario)
    tested = work[(work["stage"] == "test") & work["role"].notna() & work["task"].isna()]
    table["by_hand"] = (table["found_in"] == "test") & table["time"].isin(set(tested["end"]))
    code = work[(work["stage"] == "code") & work["role"].notna() & work["task"].isna()]
    code = code[code["change"].isin(set(table["change"]))]
    pairs = table.reset_index(names="fix").merge(code[["change", "start", "end", "effort"]], on="change")
    pairs = pairs[(pairs["start"] >= pairs["time"]) & (pairs["end"] <= pairs["time_fixed"])]
    table["effort"] = pairs.groupby("fix")["effort"].sum().reindex(table.index)
    return table.loc[table["effort"] > 1e-6, ["found_in", "by_hand", "effort"]]
