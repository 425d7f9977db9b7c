"""V15: how long a change waits until a colleague reviews it first.

Reference: 2,324 pull requests of AIDev (2025), first review by a person: median 1.3 h on the clock, p75 18 h, p95 151 h; opened on
a Friday p75 66 h, from Monday to Thursday 15 h, with equal medians. The devops preset has 16 people and all kinds of work.
Sixteen people who write twice as many changes of half the size have twice as many reviews open, where these fill their attention.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from validation.comparison import RangeComparison, between, replicate

from devopssim import kpis
from devopssim.events import HOURS_PER_DAY
from devopssim.scenario import DEVOPS, Scenario, vary
from devopssim.simulation import headcount

REPLICATIONS = 6
FRIDAY = 4
SOME = vary(DEVOPS, {"demand.change_effort": 4, "quality.pairing": 0, "years": 1})
"""Changes of a half day each, all reviewed by another one afterwards, with some attention left."""
TWICE = vary(SOME, {"demand.change_effort": 2})


def first_reviews(log: pd.DataFrame) -> pd.DataFrame:
    """Return when each change was committed, and the hours until its first review began; one row per change."""
    reviewed = log[(log["kind"] == "stage.started") & (log["detail"] == "task=review")]
    created = log[log["kind"] == "change.created"].set_index("change")["time"]
    began = reviewed.drop_duplicates("change").set_index("change")["time"]
    return pd.DataFrame({"created": created, "wait": began - created}).dropna()


def figures(log: pd.DataFrame) -> dict[str, float]:
    """Return quantiles of the wait, and the change that Fridays make."""
    first = first_reviews(log)
    wait = first["wait"]
    day = first["created"] // HOURS_PER_DAY % 7
    friday, others = wait[day == FRIDAY], wait[day < FRIDAY]
    values = {
        "median, hours": wait.quantile(0.5),
        "p75, hours": wait.quantile(0.75),
        "p95, hours": wait.quantile(0.95),
        "p75 of Friday ÷ Monday to Thursday": friday.quantile(0.75) / others.quantile(0.75),
        "median of Friday ÷ Monday to Thursday": friday.quantile(0.5) / others.quantile(0.5),
    }
    return {name: float(value) for name, value in values.items()}


RANGES = {
    "median, hours": (1, 5),
    "p75, hours": (12, 30),
    "p95, hours": (60, 200),
    "p75 of Friday ÷ Monday to Thursday": (2.5, 5),
    "median of Friday ÷ Monday to Thursday": (0.7, 1.3),
}


@cache
def measured() -> tuple[RangeComparison, ...]:
    values = replicate(REPLICATIONS, DEVOPS, figures)
    return tuple(between("V15 first review", name, *limits, values[name]) for name, limits in RANGES.items())


def rows() -> list[RangeComparison]:
    return list(measured())


@pytest.mark.parametrize("figure", RANGES)
def test_the_wait_for_a_first_review_lies_in_its_published_range(figure: str) -> None:
    assert sum(headcount(DEVOPS).values()) == 16
    (row,) = [row for row in measured() if row.figure == figure]
    assert row.agrees, row


def test_twice_as_many_open_reviews_more_than_double_the_wait() -> None:
    def load(scenario: Scenario) -> dict[str, float]:
        def read(log: pd.DataFrame) -> dict[str, float]:
            first = first_reviews(log)
            return {"p75": first["wait"].quantile(0.75), "open": first["wait"].sum() / log.attrs["horizon"]}

        return {name: float(np.mean(values)) for name, values in replicate(3, scenario, read).items()}

    some, twice = load(SOME), load(TWICE)
    assert twice["open"] > 2 * some["open"]
    assert twice["p75"] > 2 * some["p75"]


def test_lead_time_for_changes_varies_and_grows_with_load() -> None:
    """Half the developers review as many changes: each waits longer, and no two changes take the same time."""

    def lead(log: pd.DataFrame) -> dict[str, float]:
        hours = kpis.lead_time_for_changes(log)
        return {"median": hours.median(), "cv": hours.std() / hours.mean()}

    many, few = (replicate(3, vary(DEVOPS, {"team.developers": developers, "years": 1}), lead) for developers in (8, 4))
    assert min(many["cv"]) > 0.5
    assert all(np.array(few["median"]) > np.array(many["median"]))
