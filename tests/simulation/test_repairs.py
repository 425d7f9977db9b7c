"""Repairs: some of them bring new defects, and those that production needs take the way to production."""

import pandas as pd
import pytest

from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario, vary
from devopssim.simulation import simulate

FAULTY = {
    "quality.defects_per_change": 2.0,
    "quality.severe_share": 0.3,
    "process.project_weeks": 6,
    "process.sprints_per_release": 1,
    "years": 0.6,
}


def bad_fixes(log: pd.DataFrame) -> int:
    """Return how many defects came with the fix of another one: their names end in b."""
    return int(defects(log).str.endswith("b").sum())


def defects(log: pd.DataFrame) -> pd.Series:
    injected = log.loc[log["kind"] == "defect.injected", "detail"]
    return injected.str.extract(r"defect=([^;]+)", expand=False)


@pytest.mark.parametrize("scenario", [WATERFALL, AGILE, DEVOPS], ids=lambda scenario: scenario.name)
def test_the_share_of_bad_fixes_is_that_of_the_scenario(scenario: Scenario) -> None:
    """Repairs in production draw before they are coded, others when they are done; so few are open that it does not matter."""
    none, some = (simulate(vary(scenario, FAULTY | {"quality.bad_fix_share": share})) for share in (0.0, 0.5))
    assert bad_fixes(none) == 0
    fixes = int((some["kind"] == "defect.fixed").sum()) + int(urgent_fixes(some))
    assert fixes > 200
    assert bad_fixes(some) / fixes == pytest.approx(0.5, abs=0.08)


def urgent_fixes(log: pd.DataFrame) -> int:
    """Return how many changes were repaired forward: they name their incident and no defect as fixed."""
    repairs = log[(log["kind"] == "service.deployed") & log["detail"].str.startswith("repair=", na=False)]
    return len(repairs)


def test_a_bad_fix_may_itself_be_fixed_badly() -> None:
    log = simulate(vary(DEVOPS, FAULTY | {"quality.bad_fix_share": 0.9}))
    assert defects(log).str.endswith("bbb").any()
