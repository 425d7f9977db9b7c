"""Repairs: some of them bring new defects, and those that production needs take the way to production."""

import pandas as pd
import pytest
from organisations import change, defect, organisation, run, times, vulnerability

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
    """Repairs in production draw before they are coded, others when they are done; few are open at the end."""
    none, some = (simulate(vary(scenario, FAULTY | {"quality.bad_fix_share": share})) for share in (0.0, 0.5))
    assert bad_fixes(none) == 0
    fixes = int((some["kind"] == "defect.fixed").sum())
    assert fixes > 200
    assert bad_fixes(some) / fixes == pytest.approx(0.5, abs=0.08)


def test_a_bad_fix_may_itself_be_fixed_badly() -> None:
    log = simulate(vary(DEVOPS, FAULTY | {"quality.bad_fix_share": 0.9}))
    assert defects(log).str.endswith("bbb").any()


@pytest.mark.parametrize("urgent", [True, False])
def test_the_defect_that_a_bad_repair_brings_is_fixed_a_step_late(urgent: bool) -> None:  # noqa: FBT001
    """Two steps late it is coded for 9 hours; reviewed, built and tested, and then an hour is tripled."""
    org = organisation(
        "testing",
        quality__review_finds=0,
        quality__bad_fix_share=0.6,
        quality__automated_test_finds=1,
        quality__fix_effort=1,
        quality__fix_cv=0,
    )
    bad = defect(severe=urgent)
    way = org.repairs.defect(change(), bad, "I1" * urgent, urgent=urgent)
    rows = [row for row in run(org, way, until=300) if row[-1] == "defect=1b;found_in=test"]
    assert [(row[0], row[1]) for row in rows] == [(10.5, "defect.found"), (10.5 + 3.0, "defect.fixed")]


def test_a_planned_repair_waits_behind_planned_work_and_an_urgent_one_interrupts_it() -> None:
    for urgent in (False, True):
        org = organisation("deployment", team__developers=1)
        work = org.people.work("developer", "code", 10.0, item="W1")
        repair = org.repairs.defect(change(), defect(severe=urgent), "I1" * urgent, urgent=urgent)
        rows = run(org, work, repair, until=400)
        assert times(rows, "change.created") == [9.0 if urgent else 10 + 9.0]


def test_a_repair_names_its_incident_and_the_repairs_are_counted() -> None:
    org = organisation("deployment", "delivery", "testing")
    first, second = (org.repairs.defect(change(), defect(severe=True), name, urgent=True) for name in ("I1", "I2"))
    rows = [row for row in run(org, first, second, until=200) if row[1] == "service.deployed"]
    assert [(row[3], row[-1]) for row in rows] == [("CR1", "repair=I1"), ("CR2", "repair=I2")]


def test_an_urgent_patch_is_deployed_urgently_and_a_planned_one_when_its_release_comes() -> None:
    for urgent in (False, True):
        org = organisation()
        rows = run(org, org.repairs.vulnerability(vulnerability(), steps_late=1, urgent=urgent), until=500)
        coded = 2 * 3.0
        tested = coded + 0.5 + 0.25 + 2 * urgent
        assert times(rows, "change.created") == [coded]
        assert times(rows, "finding.fixed") == [tested]
        assert times(rows, "patch.deployed") == [tested + 1.25] * urgent
