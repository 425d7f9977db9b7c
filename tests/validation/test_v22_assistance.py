"""V22: AI assistance makes coding shorter and changes larger; what a team gains depends on its reviewers and its batches.

References. Faros 2026 (vendor), high against low adoption: bugs per pull request + 28.7 %, tasks + 33.7 %, deployments - 11.7 %, time in review
+ 441.5 %. DORA 2024: throughput and stability fall; DORA 2025: throughput rises, instability still does. The ranges allow for what these
contradict. Only the coding effort (x 0.8) and the size of changes (x 1.5) differ: nothing is learnt, no complexity is added, pick-up and
review are as before. Eight developers, more requests than they can do, and all of them review, for 8, 4 or 3.5 hours a week each. The WIP limit is 28
items, twice the default: a limit of 14 keeps the queue for review so short that its wait cannot double.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
import pytest
from validation.comparison import RangeComparison, between, replicate
from validation.pages import assert_agreed_and_shown

from devopssim.events import HOURS_PER_WEEK, WorkingTime, details
from devopssim.experiment import paired
from devopssim.scenario import DEVOPS, vary

REPLICATIONS = 6
REVIEWERS = 8
TEAM: Mapping[str, float] = {
    "demand.requests_per_week": 0,
    "demand.backlog": 3000,
    "process.wip_limit": 28,
    "quality.reviewers": REVIEWERS,
    "years": 1,
}
ASSISTED: Mapping[str, float] = {
    "assistance.share": 1,
    "assistance.learning_dip": 0,
    "assistance.debt_half_life": 1e9,
}
"""All changes; the coding effort and the size of changes are at their defaults."""
ENOUGH, BUSY, TOO_FEW = 8.0, 4.0, 3.5
"""Hours a week that each developer gives to reviews."""
SMALL, USUAL, LARGE = 0.0, 0.35, 0.65
"""How much of an item's growth goes into larger steps (`assistance.work_per_change`)."""

Figures = dict[str, list[float]]


def figures(log: pd.DataFrame) -> dict[str, float]:
    """Return what a log shows of flow, review and defects; counts are per week."""
    weeks = log.attrs["horizon"] / HOURS_PER_WEEK
    deployed = log[log["kind"] == "service.deployed"]
    changes = deployed.loc[deployed["change"].str.fullmatch(r"C\d+(\.\d+)?", na=False), "change"].unique()
    found = log[log["kind"] == "defect.found"]
    bugs = found.loc[details(found, "found_in") == "production", "change"].isin(changes)
    working_time = WorkingTime.of(log.attrs)
    assert working_time is not None
    reviews = log[log["detail"] == "task=review"]
    left = working_time.until(np.array([log.attrs["horizon"]]))[0] - working_time.until(reviews["time"].to_numpy())
    began = reviews[reviews["kind"] == "stage.started"].drop_duplicates("change").set_index("change")["time"]
    created = log[log["kind"] == "change.created"].set_index("change")["time"].reindex(began.index)
    waits = working_time.until(began.to_numpy()) - working_time.until(created.to_numpy())
    return {
        "tasks": float((log["kind"] == "ticket.done").sum()) / weeks,
        "pull requests": len(changes) / weeks,
        "deployments": deployed["deployment"].nunique() / weeks,
        "failed deployments": float((log["kind"] == "service.failed").sum()) / weeks,
        "bugs per pull request": float(bugs.sum()) / len(changes),
        "review wait": float(np.median(waits)),
        "review hours": float(
            left[reviews["kind"] == "stage.started"].sum() - left[reviews["kind"] == "stage.finished"].sum()
        )
        / weeks,
    }


@cache
def measured(hours: float, work_per_change: float | None = None) -> Figures:
    """Return the figures of each replication of a team that gives so many hours to reviews; without a share of work, unassisted."""
    assisted = {} if work_per_change is None else {**ASSISTED, "assistance.work_per_change": work_per_change}
    return replicate(REPLICATIONS, vary(DEVOPS, {**TEAM, "quality.review_hours": hours, **assisted}), figures)


def busy(hours: float, work_per_change: float | None = None) -> list[float]:
    """Return the share of the hours for reviews that are used, by replication."""
    return [used / (REVIEWERS * hours) for used in measured(hours, work_per_change)["review hours"]]


def ratios(figure: str, hours: float, work_per_change: float = USUAL) -> list[float]:
    """Return a figure with assistance ÷ without, by replication."""
    pairs = zip(measured(hours, work_per_change)[figure], measured(hours)[figure], strict=True)
    return [after / before for after, before in pairs]


def rises(figure: str, hours: float, work_per_change: float) -> bool:
    """Return whether assistance raises a figure clearly."""
    return paired(measured(hours, work_per_change)[figure], measured(hours)[figure], 0.95).low > 0


def falls(figure: str, hours: float, work_per_change: float) -> bool:
    """Return whether assistance lowers a figure clearly."""
    return paired(measured(hours, work_per_change)[figure], measured(hours)[figure], 0.95).high < 0


def rows() -> list[RangeComparison]:
    """Return every figure with ours beside it."""
    case, enough = "V22 assistance, reviewers busy", "V22 assistance, enough reviewers"
    return [
        between(case, "share of the reviewers' hours used before", 0.8, 1, busy(BUSY)),
        between(case, "bugs per change, ratio", 1.15, 1.45, ratios("bugs per pull request", BUSY)),
        between(case, "tasks, ratio", 1.05, 1.35, ratios("tasks", BUSY)),
        between(case, "deployments, ratio", 0.85, 1.10, ratios("deployments", BUSY)),
        between(case, "median wait for a review, ratio", 2, 6, ratios("review wait", BUSY)),
        between(enough, "share of the reviewers' hours used before", 0, 0.5, busy(ENOUGH)),
        between(enough, "bugs per change, ratio", 1.15, 1.45, ratios("bugs per pull request", ENOUGH)),
        between(enough, "tasks, ratio", 1.05, 1.35, ratios("tasks", ENOUGH)),
        between(enough, "deployments, ratio", 0.85, 1.10, ratios("deployments", ENOUGH)),
        between(enough, "median wait for a review, ratio", 0.85, 1.15, ratios("review wait", ENOUGH)),
    ]


def test_the_lever_alone_lands_in_the_ranges() -> None:
    assert (DEVOPS.assistance.coding_effort, DEVOPS.assistance.change_size) == (0.8, 1.5)
    assert_agreed_and_shown(rows())


def test_few_reviewers_and_large_steps_give_the_signs_of_faros() -> None:
    """More tasks, fewer deployments, longer reviews, more bugs in a pull request.

    Two signs of Faros are missing: its merges and its incidents of a month rise. Here each merge is deployed, so merges fall with the
    deployments, and as many deployments fail as before.
    """
    assert rises("tasks", TOO_FEW, LARGE)
    assert falls("deployments", TOO_FEW, LARGE)
    assert rises("review wait", TOO_FEW, LARGE)
    assert rises("bugs per pull request", TOO_FEW, LARGE)
    assert falls("pull requests", TOO_FEW, LARGE)
    assert not rises("failed deployments", TOO_FEW, LARGE)


def test_enough_reviewers_and_small_steps_give_the_signs_of_dora_2025() -> None:
    """More throughput, and still more instability."""
    assert rises("tasks", ENOUGH, SMALL)
    assert rises("deployments", ENOUGH, SMALL)
    assert rises("failed deployments", ENOUGH, SMALL)
    assert rises("bugs per pull request", ENOUGH, SMALL)


PREDICTED: Mapping[str, tuple[float, float, float]] = {
    "bugs per pull request": (28.7, 19, -10),
    "pull requests": (26.1, 1, -25),
}
"""What is published, in percent more, what we find, and the miss in points: Faros 2026, and Cui et al. 2024 (95 % interval 6 to 46 %).
Neither set a parameter. The first has the sign and two thirds of the size; the second lies outside the interval of its study, because coding is
less than half of the work here and larger changes are fewer."""


@pytest.mark.parametrize("figure", PREDICTED)
def test_two_figures_that_set_no_parameter_are_predicted_with_the_miss_that_is_stated(figure: str) -> None:
    published, ours, miss = PREDICTED[figure]
    found = 100 * (float(np.mean(ratios(figure, ENOUGH))) - 1)
    assert found == pytest.approx(ours, abs=2)
    assert found - published == pytest.approx(miss, abs=2)
