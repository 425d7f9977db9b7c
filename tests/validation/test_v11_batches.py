"""V11 and V13: large changes carry fewer defects for each line, and large releases fail more often without failing worse in all.

References. V11: JiTReliability (2021), 172,887 changes of 17 Apache projects: of merged changes of 1 to 5, 20 to 50 and 200 to 400
lines, 2.7, 7.7 and 24.6 % are later blamed for a defect, a ratio of 1 to 2.5-3.5 to 7-11. V13: derived from DORA's change failure
rates: deployments of one or two changes fail in 4 to 8 %, of ten in 8 to 25 %, of some 300 in 40 to 65 %; smaller releases must not
lower availability (the lesson *smaller releases*: test_lessons.py).
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from validation.comparison import SEED, RangeComparison, between
from validation.pages import assert_agreed_and_shown

from devopssim.events import details
from devopssim.scenario import DEVOPS, DEVOPS_IN_NAME_ONLY, WATERFALL, Scenario, vary
from devopssim.simulation import simulate

LINES = (3, 30, 300)
CHANGES = 4000
QUIET = {
    "practices.monitoring": 0,
    "demand.requests_per_week": 0,
    "demand.backlog": CHANGES,
    "demand.effort_cv": 0,
    "demand.plan_effort": 0,
    "demand.change_effort": 10000,
    "demand.misunderstood_share": 0,
    "demand.drift_per_month": 0,
    "team.developers": 200,
    "process.wip_limit": 10000,
    "production.minor_surfacing": 24,
    "pipeline.automated_mistakes": 0,
    "pipeline.runners": 1000,
    "security.vulnerabilities_per_change": 0,
    "security.disclosures_per_year": 0,
    "quality.bad_fix_share": 0,
    "years": 1,
}


def blamed(lines: float) -> float:
    """Return the share of changes of so many lines in which a defect is found once they are in production."""
    hours = lines / DEVOPS.demand.lines_per_hour
    log = simulate(vary(DEVOPS, {**QUIET, "demand.code_effort": hours}), seed=SEED)
    found = log[log["kind"] == "defect.found"]
    shown = found.loc[details(found, "found_in") == "production", "change"]
    deployed = log.loc[log["kind"] == "service.deployed", "change"]
    planned = deployed[deployed.str.fullmatch(r"C\d+")].unique()
    assert len(planned) == CHANGES
    return float(np.isin(planned, shown.unique()).mean())


def sizes() -> list[RangeComparison]:
    small, middle, large = (blamed(lines) for lines in LINES)
    return [
        between("V11 size of changes", "blamed of 3 lines, share", 0.02, 0.035, [small]),
        between("V11 size of changes", "blamed of 30 lines ÷ of 3 lines", 2.5, 3.5, [middle / small]),
        between("V11 size of changes", "blamed of 300 lines ÷ of 3 lines", 7, 11, [large / small]),
    ]


RELEASES: dict[str, tuple[Scenario, tuple[float, float], tuple[float, float]]] = {
    "one or two changes": (DEVOPS, (1, 2), (0.04, 0.08)),
    "about ten changes": (vary(DEVOPS_IN_NAME_ONLY, {"demand.requests_per_week": 2.6}), (8, 13), (0.08, 0.25)),
    "about 300 changes": (vary(WATERFALL, {"process.project_weeks": 18}), (240, 360), (0.40, 0.65)),
}
"""A scenario for each size of releases, the size that it must have, and the published share that fails."""


@cache
def planned_releases(scenario: Scenario, replications: int) -> tuple[float, float]:
    """Return the mean size of planned deployments, and the share of them that fail."""
    sizes: list[int] = []
    failed: list[bool] = []
    for replication in range(replications):
        log = simulate(scenario, seed=SEED, replication=replication)
        planned = log["change"].str.fullmatch(r"C\d+(\.\d+)?", na=False)  # neither repairs nor patches
        deployed = log[(log["kind"] == "service.deployed") & planned]
        size = deployed.groupby(deployed["deployment"].astype(str)).size()
        sizes += size.tolist()
        failed += size.index.isin(log.loc[log["kind"] == "service.failed", "deployment"].dropna()).tolist()
    return float(np.mean(sizes)), float(np.mean(failed))


def failing_releases() -> list[RangeComparison]:
    compared = []
    for name, (scenario, size, published) in RELEASES.items():
        changes, share = planned_releases(scenario, 12 if scenario.workflow == "devops" else 60)
        compared += [
            between(f"V13 {name}", "changes in a planned deployment", *size, [changes]),
            between(f"V13 {name}", "share of planned deployments that fail", *published, [share]),
        ]
    return compared


CASES: tuple[Callable[[], list[RangeComparison]], ...] = (sizes, failing_releases)


def rows() -> list[RangeComparison]:
    """Return every figure with ours beside it."""
    return [row for case in CASES for row in case()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_batches_are_as_published(case: Callable[[], list[RangeComparison]]) -> None:
    assert_agreed_and_shown(case())
