"""How a team reviews, estimated from the `stage.*` rows of reviews: the wait for a colleague's attention, and the rounds."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from devopssim.events import HOURS_PER_WEEK, details
from devopssim.kpis import Floats, Run, Truths
from devopssim.scenario import LINES_OF_A_CHANGE, Scenario
from devopssim.simulation import effort_per_hour
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, median_and_sigma, share
from devopssim.twin.routines import NOISE, constant
from devopssim.twin.samples import CONFIDENCE
from devopssim.twin.work import attempts, coding, unplanned

MOST_PAIRED: Final = 1000
"""Largest number of reviews whose pairs are compared."""
LEAST_REVIEWS: Final = 20
UNSURE: Final = 0.2
"""What is unknown of the switching that most reviews begin with, as a share of it."""
ROUND = ["change", "round", "queued", "started", "finished"]


def reviews(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the wait for a review, the share of second rounds, and the share of changes without a review of their own."""
    rounds = rounds_of(run)
    if rounds.empty:
        return
    yield from _waits(run, rounds, scenario)
    yield from _efforts(run, rounds, scenario)
    merged = set(run.log["change"].iloc[run.rows("change.merged")].dropna()) - unplanned(run)
    finished = rounds[rounds["change"].isin(merged)]
    reviewed = finished["change"].nunique()
    if reviewed >= LEAST_OBSERVATIONS:
        again = int((finished["round"] == 2).sum())
        yield share("quality.second_round_share", again, reviewed, "reviewed changes that had a second round")
        yield from _unreviewed(len(merged), reviewed, scenario)


def rounds_of(run: Run) -> pd.DataFrame:
    """Return the rounds of review of planned changes.

    A review that was interrupted is queued again the moment that it is left; a further round comes later.

    Returns
    -------
    DataFrame
        Columns: change, round (from 1), queued, started, finished (hours; NaN for what has not happened).

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> of = dict(stage="code", role="developer", change="C1", detail="task=review")
    >>> rows = [
    ...     event(0, "change.created", change="C1"), event(0, "stage.queued", **of),
    ...     event(3, "stage.started", **of), event(4, "stage.finished", **of),
    ... ]
    >>> rounds_of(Run(from_rows(rows))).to_numpy().tolist()
    [['C1', 1, 0.0, 3.0, 4.0]]
    """
    steps = ("stage.queued", "stage.started", "stage.finished")
    rows = run.log.iloc[np.sort(np.concatenate([run.rows(step) for step in steps]))]
    rows = rows[(rows["stage"] == "code") & rows["change"].notna()]
    rows = rows[(details(rows, "task") == "review").to_numpy() & ~rows["change"].isin(unplanned(run))]
    rounds: dict[str, list[list[float]]] = {}
    for kind, change, time in zip(rows["kind"], rows["change"], rows["time"].astype(float), strict=True):
        of_change = rounds.setdefault(change, [])
        if kind == "stage.queued":
            if not of_change or (of_change[-1][2] == of_change[-1][2] and of_change[-1][2] != time):
                of_change.append([time, np.nan, np.nan])
        elif of_change:
            step = 1 if kind == "stage.started" else 2
            if step == 2 or np.isnan(of_change[-1][1]):
                of_change[-1][step] = time
    table = [
        (change, number, *times)
        for change, of_change in rounds.items()
        for number, times in enumerate(of_change, start=1)
    ]
    return pd.DataFrame(table, columns=ROUND)


def _waits(run: Run, rounds: pd.DataFrame, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the median and the spread of the working hours until a colleague looks at a change.

    The log shows when reading begins, which is the moment of attention while a developer is free. A review is observed until the
    first moment at which all developers are busy: then its wait is at least that long. One that is called for while they are all
    busy, or while they have no room for a further review, reveals nothing. Developers in several time zones are not observed.
    """
    if run.working_time and run.working_time.zones:
        return
    rounds = rounds[~_crowded(rounds, scenario)]
    busy_from = _all_busy_from(run, rounds["queued"].to_numpy(float))
    started = rounds["started"].fillna(np.inf).to_numpy(float)
    until = np.minimum(started, busy_from)
    wait = worked_wait(run, rounds["queued"].to_numpy(float), until, scenario)
    positive, cut = wait > 1e-9, busy_from < started
    if (positive & ~cut).sum() < LEAST_OBSERVATIONS:
        return
    hours = "working hours" if run.working_time else "hours on the clock"
    how = f"{hours} from the call for a review until somebody reads; where all developers became busy meanwhile, at least that long"
    yield from median_and_sigma(
        "quality.review_wait", "quality.review_wait_sigma", wait[positive], how, at_least=cut[positive]
    )


def worked_wait(run: Run, queued: Floats, until: Floats, scenario: Scenario) -> Floats:
    """Return the working hours that each review would have waited without a reminder; its effect is the scenario's.

    Parameters
    ----------
    run : Run
        The opened log.
    queued, until : array of float
        Hours at which each wait begins and ends.
    scenario : Scenario
        Its reminders are read.
    """
    worked_until = run.working_time.of_zone(0.0).until if run.working_time else np.asarray
    wait = worked_until(until) - worked_until(queued)
    quality = scenario.quality
    if not quality.reminder_after or quality.reminder_effect >= 1:
        return np.asarray(wait)
    before = worked_until(np.minimum(until, queued + quality.reminder_after)) - worked_until(queued)
    return np.asarray(before + (wait - before) / (1 - quality.reminder_effect))


def _efforts(run: Run, rounds: pd.DataFrame, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the effort of a review, and how it grows with the coding effort of the change, by the first rounds that nothing interrupted.

    The slope is the median of those of all pairs of changes (Theil & Sen). With assistance, lines and efforts differ by change; without working
    hours, efforts hold nights.
    """
    if scenario.assistance.share or not run.working_time:
        return
    work = attempts(run, scenario)
    code = coding(run, work).groupby("change").sum() - scenario.quality.test_upkeep * scenario.practices.testing
    first = rounds[rounds["round"] == 1].set_index("change")
    read = work[(work["task"] == "review") & (work["stage"] == "code") & (work["role"] == "developer")]
    read = read.drop_duplicates("change").set_index("change")
    whole = read["end"] == first["finished"].reindex(read.index)
    table = pd.DataFrame({"read": read.loc[whole, "worked"], "code": code / effort_per_hour(scenario)}).dropna()
    table = table[table["read"] > 1e-6].iloc[:MOST_PAIRED]
    if len(table) < LEAST_REVIEWS or table["code"].std() < 1e-6:
        return
    how = f"hours of {len(table)} first reviews that nothing interrupted, and the effort of coding their changes"
    slope, _, low, high = (float(value) for value in stats.theilslopes(table["read"], table["code"], CONFIDENCE))
    hundreds = scenario.demand.lines_per_hour / LINES_OF_A_CHANGE
    yield ParameterEstimate(
        parameter="quality.review_effort_by_size",
        value=max(slope, 1e-6) / hundreds,
        low=max(low, 1e-6) * (1 - NOISE) / hundreds,
        high=max(high, 1e-6) * (1 + NOISE) / hundreds,
        n=len(table),
        how=how,
        per=lambda other: other.demand.lines_per_hour,
    )
    alone = (table["read"] - slope * table["code"]).to_numpy(float)
    switching = scenario.process.switching
    effort = constant("quality.review_effort", alone[alone > 1e-3], how, added=switching)
    spread = (high - low) / 2 * float(table["code"].mean()) + UNSURE * switching
    yield replace(effort, low=max(1e-3, effort.low - spread), high=effort.high + spread)


def _crowded(rounds: pd.DataFrame, scenario: Scenario) -> Truths:
    """Return whether developers kept an eye on as many reviews as they can when each was called for."""
    room = scenario.quality.reviews_at_once * scenario.team.developers
    queued, started = (np.sort(rounds[step].to_numpy(float)) for step in ("queued", "started"))
    open_reviews = [bisect_left(queued, time) - bisect_right(started, time) for time in rounds["queued"]]
    return np.asarray(open_reviews) >= room


def _all_busy_from(run: Run, queued: Floats) -> Floats:
    """Return when all developers are busy for the first time from each hour on; the horizon if somebody is always free.

    As many developers are there as are busy at once at some time within a week: people leave and join.
    """
    rows = run.log.iloc[np.sort(np.concatenate([run.rows("stage.started"), run.rows("stage.finished")]))]
    rows = rows[rows["role"] == "developer"]
    change = pd.Series(np.where(rows["kind"] == "stage.started", 1, -1), index=rows["time"].to_numpy(float))
    busy = change.groupby(level=0).sum().cumsum()
    times, level = busy.index.to_numpy(float), busy.to_numpy(int)
    first, last = (np.searchsorted(times, times + shift) for shift in (-HOURS_PER_WEEK, HOURS_PER_WEEK))
    present = np.array([level[a:b].max() for a, b in zip(first, last, strict=True)], dtype=int)
    full = np.append(times[level >= present], run.horizon)
    at_once = np.isin(np.searchsorted(times, queued, side="right") - 1, np.flatnonzero(level >= present))
    return np.where(at_once, queued, full[np.searchsorted(full, queued, side="right").clip(max=len(full) - 1)])


def _unreviewed(merged: int, reviewed: int, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield why changes have no review: in one team pairs wrote them, else nobody looked; the log shows their sum."""
    without, quality, one_team = merged - reviewed, scenario.quality, scenario.practices.collaboration
    if not one_team:
        yield share("quality.unreviewed_share", without, merged, "merged changes without a review")
        return
    bounds = stats.binomtest(without, merged).proportion_ci(CONFIDENCE)
    paired, low, high = (
        (part - quality.unreviewed_share) / max(1e-9, 1 - quality.unreviewed_share) / one_team
        for part in (without / merged, float(bounds.low), float(bounds.high))
    )
    how = (
        f"{without} of {merged} merged changes have no review of their own; those that nobody looks at keep their share"
    )
    yield ParameterEstimate(
        parameter="quality.pairing",
        value=paired,
        low=low,
        high=high,
        n=merged,
        how=how,
        per=lambda other: other.practices.collaboration,
    )
