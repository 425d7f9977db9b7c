"""V7 to V10 and V23: incidents of the DevOps preset last, affect and come as published ones do; a canary limits who is affected.

References. V7: GitHub's status page, 801 incidents from 2022 to 2026: lognormal, median 76 minutes, sigma 1.12, the same for every
severity (VOID 2022 and FireHydrant agree). V8: the same incidents, by who is affected. V9: a weekend day has 0.16 (GitHub) or 0.21
(FireHydrant, 53,034 incidents) of a weekday's incidents. V10: where a change is mentioned, incidents with a rollback last 0.72 of
the others, interval 0.50 to 0.93 (GitHub). V23: derived from Gandalf (Azure, NSDI 2020) and practice: a canary of 5 % for an hour.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from validation.comparison import SEED, RangeComparison, between
from validation.incidents import incidents, time_affected, user_hours_lost
from validation.pages import assert_agreed_and_shown

from devopssim import kpis
from devopssim.scenario import DEVOPS, Scenario, vary
from devopssim.simulation import simulate

REPLICATIONS = 12
CANARY = vary(DEVOPS, {"pipeline.canary": 1})


@cache
def found(scenario: Scenario) -> tuple[list[pd.DataFrame], float, list[float], list[float]]:
    """Return the incidents of each replication, the horizon, the change failure rates and the lead times for changes."""
    logs = [simulate(scenario, seed=SEED, replication=replication) for replication in range(REPLICATIONS)]
    return (
        [incidents(log) for log in logs],
        float(logs[0].attrs["horizon"]),
        [kpis.values(log, ["change_failure_rate"])["change_failure_rate"] for log in logs],
        [kpis.lead_time_for_changes(log).median() for log in logs],
    )


def durations() -> list[RangeComparison]:
    every = [one for one in found(DEVOPS)[0] if len(one)]
    assert sum(map(len, every)) > 200
    ended = pd.concat(every, ignore_index=True).dropna(subset="hours")
    minutes, severity = ended["hours"] * 60, ended["severity"]
    median = float(minutes.median())
    outages = [float(minutes[severity == name].median()) / median for name in ("total", "partial", "minor")]
    return [
        between("V7 devops", "time to restore, median, minutes", 50, 110, [median]),
        between("V7 devops", "time to restore, p95 ÷ median", 4, 9, [float(minutes.quantile(0.95)) / median]),
        between("V7 devops", "time to restore, sigma of its logarithm", 0.9, 1.3, [float(np.log(minutes).std())]),
        between("V7 devops", "median of total outages ÷ of all", 0.75, 1.25, [outages[0]]),
        between("V7 devops", "median of partial outages ÷ of all", 0.75, 1.25, [outages[1]]),
        between("V7 devops", "median of minor incidents ÷ of all", 0.75, 1.25, [outages[2]]),
    ]


def availability() -> list[RangeComparison]:
    tables, horizon, _, _ = found(DEVOPS)
    up = {
        name: [1 - time_affected(one[one["severity"].isin(severities)], horizon) for one in tables]
        for name, severities in {"total": ["total"], "partial": ["total", "partial"]}.items()
    }
    return [
        between("V8 devops", "share of time without a total outage", 0.995, 0.9995, up["total"]),
        between("V8 devops", "share of time without a total or partial outage", 0.985, 0.997, up["partial"]),
    ]


def weekends() -> list[RangeComparison]:
    days = pd.concat(found(DEVOPS)[0])["time"] % 168 // 24
    ratio = float((days >= 5).sum() / 2) / float((days < 5).sum() / 5)
    return [between("V9 devops", "incidents of a weekend day ÷ of a weekday", 0.12, 0.25, [ratio])]


def rollbacks() -> list[RangeComparison]:
    of_changes = pd.concat(found(DEVOPS)[0]).query("cause in ['defect', 'installation']")
    medians = of_changes.groupby(of_changes["via"] == "rollback")["hours"].median()
    ratio = float(medians[True]) / float(medians[False])
    return [between("V10 devops", "median with a rollback ÷ without", 0.5, 0.93, [ratio])]


def canaries() -> list[RangeComparison]:
    (without, horizon, failed, _), (limited, _, still_failed, _) = found(DEVOPS), found(CANARY)
    lost = [sum(user_hours_lost(one, horizon) for one in tables) for tables in (limited, without)]
    waits = [np.mean(found(scenario)[3]) for scenario in (CANARY, DEVOPS)]
    return [
        between("V23 canary", "user hours lost ÷ without", 0.3, 0.6, [lost[0] / lost[1]]),
        between(
            "V23 canary", "change failure rate ÷ without", 0.95, 1.5, [float(np.mean(still_failed) / np.mean(failed))]
        ),
        between("V23 canary", "lead time for changes: hours more", 0.9, 1.6, [float(waits[0] - waits[1])]),
    ]


CASES = (durations, availability, weekends, rollbacks, canaries)


def rows() -> list[RangeComparison]:
    """Return every figure with ours beside it."""
    return [row for case in CASES for row in case()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_incidents_are_as_published(case: "type") -> None:
    assert_agreed_and_shown(case())
