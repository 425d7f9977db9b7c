"""Security after the pipeline, hour by hour in an organisation without variation."""

from math import inf, log

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from organisations import change, organisation, run, steps, times, vulnerability
from simpy.events import ProcessGenerator

from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario, vary
from devopssim.simulation import simulate
from devopssim.simulation.draws import vulnerability_rows
from devopssim.simulation.production import Deployment
from devopssim.simulation.work_items import Vulnerability


def deployment(*changes_of_it: object) -> Deployment:
    return Deployment(id="D1", changes=list(changes_of_it), time=0.0, automated=False, mistake=False)  # type: ignore[arg-type]


def test_a_review_by_hand_reports_and_a_developer_patches_after_the_backlog() -> None:
    org = organisation()
    flaw = vulnerability(search=0.49)
    org.security.receive(deployment(change(vulnerabilities=[flaw])))
    rows = run(org, until=1000)
    reviewed = 100 + 2.0
    assert times(rows, "scan.finished") == times(rows, "finding.reported") == [reviewed]
    triaged = reviewed + 0.5
    coded = triaged + 70 + 2 * 9
    assert times(rows, "change.created") == [coded]
    assert times(rows, "finding.fixed") == [coded + 0.5 + 0.25]
    assert flaw.is_known


def test_a_review_misses_what_lies_above_its_share() -> None:
    org = organisation()
    org.security.receive(deployment(change(vulnerabilities=[vulnerability(search=0.5)])))
    assert not times(run(org, until=1000), "finding.reported")


def test_a_review_does_not_report_what_is_known() -> None:
    org = organisation()
    flaw = vulnerability()
    flaw.is_known = True
    org.security.receive(deployment(change(vulnerabilities=[flaw])))
    assert not times(run(org, until=1000), "finding.reported")


def test_a_review_does_not_report_what_becomes_known_while_it_triages() -> None:
    org = organisation()
    first, second = vulnerability(), vulnerability()
    second.id = "V2"
    org.security.receive(deployment(change(vulnerabilities=[first, second])))

    def attacked() -> ProcessGenerator:
        yield org.env.timeout(102.25)  # the triage of V1 takes from 102 to 102.5
        second.is_known = True

    rows = run(org, attacked(), until=1000)
    assert times(rows, "finding.reported") == [102.0]
    assert not second.in_repair


def test_what_is_deployed_during_a_review_waits_for_the_next() -> None:
    org = organisation()
    org.security.receive(deployment(change("C1")))
    run(org, until=101)
    org.security.receive(deployment(change("C2"), change("C3")))
    rows = run(org, until=1000)
    assert times(rows, "scan.finished") == [102.0, 204.0]
    assert [row[3] for row in rows if row[1] == "scan.finished"] == ["C1", "C3"]
    org.security.receive(deployment(change("C4")))
    assert times(run(org, until=2000), "scan.finished")[2:] == [1102.0]


def test_what_was_scanned_needs_no_review() -> None:
    org = organisation("security")
    org.security.receive(deployment(change()))
    assert run(org) == []


def test_a_review_dismisses_its_false_findings() -> None:
    org = organisation(security__false_findings=2, security__review_covers=0.5)
    noisy = change("C7")
    noisy.noise = 0.9
    org.security.receive(deployment(noisy))
    rows = run(org)
    assert times(rows, "finding.dismissed") == [102.5, 103.0]
    assert [row[7] for row in rows if row[1] == "finding.dismissed"] == ["VN7.1", "VN7.2"]


def test_an_attack_is_contained_on_call_and_reveals_what_nobody_knew() -> None:
    org = organisation("security")
    flaw = vulnerability(exploited_after=10)
    rows = run(org, org.security.expose(flaw))
    contained = 10 + 5.25 + 6
    assert times(rows, "service.failed") == [10.0]
    assert times(rows, "incident.resolved") == times(rows, "finding.reported") == [contained]
    coded = contained + 2 * 9 / 2
    assert times(rows, "change.created") == [coded]
    assert flaw.is_known
    assert times(rows, "patch.deployed") == times(rows, "service.deployed")
    assert times(rows, "service.deployed")[0] == pytest.approx(times(rows, "finding.fixed")[0] + 1.25)


def test_an_attack_on_what_is_known_reports_nothing_new() -> None:
    org = organisation()
    flaw = vulnerability(exploited_after=10)
    flaw.is_known = flaw.in_repair = True
    rows = run(org, org.security.expose(flaw))
    assert times(rows, "service.failed") == [10.0]
    assert not times(rows, "finding.reported")
    assert not times(rows, "change.created")


def test_an_attack_on_what_waits_for_room_in_the_plan_has_it_patched_at_once_and_only_then() -> None:
    org = organisation()
    flaw = vulnerability(search=0.3, exploited_after=150)
    flaw.backlog_delay = 2000
    org.security.receive(deployment(change(vulnerabilities=[flaw])))
    rows = run(org, until=3000)
    assert times(rows, "finding.reported") == [102.0]
    assert times(rows, "service.failed") == [150.0]
    assert len(times(rows, "patch.deployed")) == 1
    assert times(rows, "patch.deployed")[0] < 2000


def test_a_patch_that_comes_first_closes_the_hole() -> None:
    org = organisation("security")
    flaw = vulnerability(exploited_after=10)
    repair = change("CR1")
    repair.patches = flaw
    org.security.receive(deployment(change(vulnerabilities=[flaw])))
    run(org, until=5)
    org.security.receive(deployment(repair))
    rows = run(org)
    assert times(rows, "patch.deployed") == [5.0]
    assert not times(rows, "service.failed")
    assert flaw.is_patched


def test_only_what_is_open_is_exposed() -> None:
    org = organisation("security")
    closed, still_open = vulnerability(exploited_after=10), vulnerability(exploited_after=20)
    closed.is_patched = True
    org.security.receive(deployment(change(vulnerabilities=[closed, still_open])))
    assert times(run(org, until=30), "service.failed") == [20.0]


@pytest.mark.parametrize(("severity", "deployed"), [("critical", True), ("medium", False)])
def test_composition_analysis_reports_a_dependency_and_a_critical_one_goes_out_urgently(
    severity: str,
    deployed: bool,  # noqa: FBT001
) -> None:
    org = organisation("security")
    rows = run(org, org.security.patch_dependency(vulnerability(severity=severity)))
    assert times(rows, "finding.reported") == times(rows, "scan.finished")[:1] == [30.0]
    coded = 30 + 0.5 + 70 * 0.5 / 2 + 2 / 2  # daily scans halve the wait, training halves the rest and the effort
    assert times(rows, "change.created") == [coded]
    assert bool(times(rows, "service.deployed")) == deployed


def disclosures_of(hour: float, flaw: Vulnerability) -> NDArray[np.float64]:
    """Return the table of disclosures with this one."""
    columns = (flaw.search, flaw.embedded, flaw.backlog_delay, flaw.fix_effort, flaw.exploited_after, flaw.rescan_after)
    return np.array([[hour, flaw.severity == "critical", *columns]])


def test_composition_analysis_is_silent_about_what_is_known() -> None:
    org = organisation("security")
    flaw = vulnerability()
    flaw.is_known = True
    assert run(org, org.security.patch_dependency(flaw)) == []


@pytest.mark.parametrize(("adopted", "scanner"), [(1.0, "sca"), (0.5, "review"), (0.0, "review")])
def test_a_disclosure_reaches_composition_analysis_or_waits_for_a_review(adopted: float, scanner: str) -> None:
    org = organisation(practices__security=adopted)
    org.demand.disclosures = disclosures_of(12.0, vulnerability())
    rows = run(org, org.security.disclosures(), until=500)
    assert times(rows, "vulnerability.injected") == [12.0]
    reported = 12 + (30.0 if scanner == "sca" else 102)
    assert times(rows, "finding.reported") == times(rows, "scan.finished")[:1] == [reported]
    assert [str(row[-1]).split(";")[0] for row in rows if row[1] == "finding.reported"] == [f"scanner={scanner}"]


def test_a_disclosed_vulnerability_is_exposed_from_its_disclosure() -> None:
    org = organisation(practices__security=1)
    org.demand.disclosures = disclosures_of(12.0, vulnerability(exploited_after=3))
    assert times(run(org, org.security.disclosures(), until=20), "service.failed") == [15.0]


@pytest.mark.parametrize(
    ("search", "later"), [(0.3, inf), (0.4, 0.0), (0.6, 8760 / 2 * log(2)), (0.8, inf), (0.99, inf)]
)
def test_the_rules_of_scans_come_to_see_what_they_missed_in_covered_code(search: float, later: float) -> None:
    """Half of the vulnerabilities in four fifths of the code are found at once; the rules improve twice a year."""
    org = organisation("security", security__rules_per_year=2)
    (row,) = vulnerability_rows(org.scenario, np.array([[0.5, search, 0.5, 0.5, 0.5, 0.5]]))
    assert row[-1] == pytest.approx(later)


def test_what_the_scans_come_to_see_is_patched() -> None:
    org = organisation("security")
    flaw = vulnerability()
    flaw.backlog_delay, flaw.rescan_after = 30, 60
    org.security.receive(deployment(change(vulnerabilities=[flaw])))
    rows = run(org, until=8760)
    assert times(rows, "finding.reported") == [60]
    assert times(rows, "change.created") == [60 + 0.5 + 30 * 0.5 * 0.5 + 2 * 9 / 2]


def test_scans_that_never_learn_miss_what_they_missed() -> None:
    org = organisation("security")
    org.security.receive(deployment(change(vulnerabilities=[vulnerability(search=0.5)])))
    assert run(org, until=8760) == []


def test_a_rescan_is_silent_about_what_an_attack_revealed() -> None:
    org = organisation("security")
    flaw = vulnerability(exploited_after=10)
    flaw.rescan_after = 1000
    org.security.receive(deployment(change(vulnerabilities=[flaw])))
    rows = run(org, until=20000)
    assert len(times(rows, "finding.reported")) == len(times(rows, "patch.deployed")) == 1


@pytest.mark.parametrize(("adopted", "count"), [(1.0, 4), (0.5, 2), (0.0, 0)])
def test_the_first_scan_brings_the_false_findings_of_the_whole_code_base(adopted: float, count: int) -> None:
    org = organisation(practices__security=adopted, security__false_at_adoption=4)
    rows = run(org, org.security.adopt())
    assert times(rows, "finding.reported") == [0.5] * count
    assert times(rows, "finding.dismissed") == [1 + number / 2 for number in range(count)]
    assert bool(rows) == bool(count)


def test_a_sign_off_fixes_what_it_finds_a_step_late_and_a_short_one_finds_its_part() -> None:
    """One hour instead of two finds a quarter instead of a half."""
    org = organisation(security__sign_off=1)
    found, missed = vulnerability(search=0.24), vulnerability(search=0.25)
    missed.id = "V2"
    rows = run(
        org, org.security.sign_off([change("C1", vulnerabilities=[missed]), change("C2", vulnerabilities=[found])])
    )
    assert steps(rows)[:2] == [(0.0, "test", "started"), (1.0, "test", "finished")]
    assert [(row[0], row[3]) for row in rows if row[1] == "scan.finished"] == [(1.0, "C1"), (1.0, "C2")]
    assert [(row[0], row[7]) for row in rows if row[1] == "finding.fixed"] == [(1 + 0.5 + 2 * 3, "V1")]
    assert (found.is_patched, missed.is_known) == (True, False)


def test_a_review_after_a_sign_off_reports_only_what_is_new() -> None:
    org = organisation(security__sign_off=1, security__false_findings=20, security__review_covers=1)
    noisy = change(vulnerabilities=[vulnerability()])
    noisy.noise = 0.5
    rows = run(org, org.security.sign_off([noisy]))
    assert len(times(rows, "finding.dismissed")) == 10
    org.security.receive(deployment(noisy))
    assert len(times(run(org, until=500), "finding.dismissed")) == 20


def test_without_a_sign_off_nothing_happens() -> None:
    org = organisation()
    assert run(org, org.security.sign_off([change(vulnerabilities=[vulnerability()])])) == []


@pytest.mark.parametrize(("adopted", "hours"), [(1.0, 10.0), (0.5, 5.0)])
def test_a_developer_is_trained_for_the_adopted_share(adopted: float, hours: float) -> None:
    org = organisation(practices__security=adopted, security__training=10)
    assert steps(run(org, org.security.train())) == [(0.0, "plan", "started"), (hours, "plan", "finished")]


EMBEDDED_ONLY = {
    "security.rules_per_year": 50,
    "security.false_at_adoption": 200,
    "security.scanned_delay": 3,
    "security.training_effect": 0.9,
}


@pytest.mark.parametrize(
    ("preset", "changes"),
    [
        (AGILE, {"security.sign_off": 200}),
        (DEVOPS, {"security.sign_off": 200}),
        (DEVOPS, EMBEDDED_ONLY),
        (WATERFALL, EMBEDDED_ONLY),
        (WATERFALL, {"process.gates": "plan, code", "security.sign_off": 200}),
    ],
    ids=["sign-off, agile", "sign-off, devops", "embedded, devops", "embedded, waterfall", "sign-off without its gate"],
)
def test_what_acts_elsewhere_leaves_the_log_as_it_is(preset: Scenario, changes: dict[str, float | str]) -> None:
    short = vary(preset, {"years": 0.5, "process.project_weeks": 4})
    gates = {"process.gates": changes.get("process.gates", "all")}
    rows, others = (simulate(vary(short, differing), seed=2) for differing in (gates, changes))
    assert len(rows) > 1000
    pd.testing.assert_frame_equal(rows, others)


def test_a_longer_wait_leaves_all_findings_where_they_are_and_only_delays_patches() -> None:
    """Common random numbers: the same vulnerabilities are found by the first review, whatever the wait."""
    short, long = (
        simulate(vary(DEVOPS, {"years": 1, "security.exploits_per_year": 0, "security.backlog_delay": delay}), seed=2)
        for delay in (100, 1e5)
    )
    injected = [
        log[(log["kind"] == "vulnerability.injected") & log["change"].isna()][["time", "finding"]].to_numpy().tolist()
        for log in (short, long)
    ]
    assert injected[0] == injected[1] != []
    assert (short["kind"] == "patch.deployed").sum() > (long["kind"] == "patch.deployed").sum()
