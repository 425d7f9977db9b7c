"""What makes main red, estimated from the outcomes of the runs of the tests: failures without a defect, and the work of taking back."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from devopssim.events import details
from devopssim.kpis import Run
from devopssim.scenario import Scenario, vary
from devopssim.simulation import effort_per_hour
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, median_and_sigma, share
from devopssim.twin.work import attempts

BEFORE_A_RUN = "build"
"""Stage of the work on what made main red."""


def main_line(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield how often the tests fail without a defect, and how long a developer takes to take back what made main red."""
    runs = runs_of(run)
    if runs["outcome"].eq("failure").any():
        counted = runs[~runs["defective"] & ~runs["taken_back"]]
        if len(counted) >= LEAST_OBSERVATIONS:
            failed = int((counted["outcome"] == "failure").sum())
            yield share("pipeline.flaky", failed, len(counted), "runs of the tests that fail without a defect")
    yield from _repair(run, runs, scenario)


def runs_of(run: Run) -> pd.DataFrame:
    """Return the runs of the automated tests whose outcome is known.

    A failure is due to a defect if one of the test is found at that moment. In a log without defects, it is due to one unless the
    next run of the same change succeeds: nothing was changed in between.

    Returns
    -------
    DataFrame
        In the order of their ends. Columns: change, time (of the end, in hours), outcome, defective (whether a defect made it fail),
        taken_back (whether it shows that main is green again after such a failure).

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> of = dict(kind="testsuiterun.finished", change="C1")
    >>> rows = [event(0, "change.created", change="C1"), event(1, **of, detail="outcome=failure"), event(2, **of, detail="outcome=success")]
    >>> runs_of(Run(from_rows(rows)))["defective"].tolist()
    [False, False]
    """
    rows = run.log.iloc[run.rows("testsuiterun.finished")]
    runs = pd.DataFrame(
        {"change": rows["change"].astype(object), "time": rows["time"], "outcome": details(rows, "outcome")}
    )
    runs = runs[runs["outcome"].notna() & runs["change"].notna()].reset_index(drop=True)
    failed = runs["outcome"] == "failure"
    found = run.log.iloc[run.rows("defect.found")]
    at_test = found.loc[(details(found, "found_in") == "test").to_numpy(), "time"]
    if len(at_test):
        runs["defective"] = failed & runs["time"].isin(set(at_test))
        after = runs.groupby("change")["defective"].shift(1, fill_value=False)
        runs["taken_back"] = after.astype(bool)
    else:
        runs["defective"] = failed & (runs.groupby("change")["outcome"].shift(-1) != "success")
        runs["taken_back"] = False
    return runs


def _repair(run: Run, runs: pd.DataFrame, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the work on a change that a defect made to fail: the first that is queued when the run ends."""
    work = attempts(run, vary(scenario, {"process.switching": 0}))
    work = work[
        (work["stage"] == BEFORE_A_RUN) & (work["role"] == "developer") & work["change"].notna() & work["end"].notna()
    ]
    efforts: list[float] = []
    for change, begun in runs[runs["defective"]].groupby("change")["time"]:
        of_change = work[work["change"] == change]
        for time in begun:
            later = of_change[of_change["start"] >= time]
            efforts += later["effort"].tolist()[:1]
    hours = np.array([effort for effort in efforts if effort > 1e-6])
    if len(hours) >= LEAST_OBSERVATIONS:
        how = "work of a developer that follows a run of the tests that a defect made to fail; some of it takes up another item"
        switching = scenario.process.switching * effort_per_hour(scenario)
        yield from median_and_sigma(
            "pipeline.main_repair", "pipeline.main_repair_sigma", hours, how, sometimes_added=switching
        )
