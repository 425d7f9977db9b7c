"""Scans find what lies below coverage times detection, and what they find is triaged and fixed before deployment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from organisations import change, organisation, run, times, vulnerability

from devopssim.simulation import scanning


def test_a_scan_finds_triages_and_fixes_a_vulnerability_before_deployment() -> None:
    org = organisation()
    flaw = vulnerability(search=0.39)
    rows = run(org, scanning.scan(org, change(vulnerabilities=[flaw])))
    assert times(rows, "scan.finished") == times(rows, "finding.reported") == [0.5]
    assert times(rows, "finding.fixed") == [0.5 + 0.5 + 2]
    assert (flaw.is_known, flaw.is_patched) == (True, True)
    assert not times(rows, "finding.dismissed")
    assert [row[-1] for row in rows if row[1] == "finding.reported"] == ["scanner=sast;severity=medium;automated=yes"]


def test_a_scan_misses_what_lies_above_coverage_times_detection() -> None:
    org = organisation()
    flaw = vulnerability(search=0.4)
    rows = run(org, scanning.scan(org, change(vulnerabilities=[flaw])))
    assert times(rows, "scan.finished") == [0.5]
    assert not times(rows, "finding.reported")
    assert (flaw.is_known, flaw.is_patched) == (False, False)


def test_trained_developers_fix_a_vulnerability_faster() -> None:
    org = organisation("security")
    assert scanning.training_factor(org) == 0.5
    assert scanning.training_factor(organisation()) == 1
    rows = run(org, scanning.scan(org, change(vulnerabilities=[vulnerability()])))
    assert times(rows, "finding.fixed") == [0.5 + 0.5 + 1]


@pytest.mark.parametrize(("mean", "covers", "count"), [(0.0, 1.0, 0), (4.0, 0.5, 2), (4.0, 1.0, 4), (4.0, 0.0, 0)])
def test_false_findings_follow_what_is_covered(mean: float, covers: float, count: int) -> None:
    """The median of a Poisson number of mean 2 is 2, of mean 4 it is 4."""
    org = organisation(security__false_findings=mean)
    noisy = change("C7")
    noisy.noise = 0.5
    assert len(scanning.false_findings(org, noisy, covers)) == count


@given(rate=st.floats(0, 20), covers=st.lists(st.floats(0, 1), min_size=1, max_size=5), noise=st.floats(0, 0.999))
def test_a_false_finding_is_reported_once_and_whether_or_not_there_are_vulnerabilities(
    rate: float, covers: list[float], noise: float
) -> None:
    org = organisation(security__false_findings=3)
    clean, flawed = change(), change(vulnerabilities=[vulnerability()])
    clean.noise = flawed.noise = noise
    org_of = organisation(security__false_findings=3, security__vulnerabilities_per_change=rate)
    reported = [name for share in covers for name in scanning.false_findings(org, clean, share)]
    assert reported == [name for share in covers for name in scanning.false_findings(org_of, flawed, share)]
    assert len(set(reported)) == len(reported) == clean.false_findings
    again = change()
    again.noise = noise
    assert scanning.false_findings(org, again, max(covers)) == reported


def test_false_findings_are_triaged_one_by_one_and_dismissed() -> None:
    org = organisation(security__false_findings=1.25)
    noisy = change("C7")
    noisy.noise = 0.9
    rows = run(org, scanning.scan(org, noisy))  # 2 at a mean of 1
    assert times(rows, "finding.dismissed") == [1.0, 1.5]
    assert [row[7] for row in rows if row[1] == "finding.dismissed"] == ["VN7.1", "VN7.2"]
    assert not times(rows, "finding.fixed")


def test_a_review_is_not_automated() -> None:
    org = organisation()
    scanning.report(org, "V1", None, scanner="review", severity="critical")
    assert org.log.rows[0][-1] == "scanner=review;severity=critical;automated=no"


@pytest.mark.parametrize(("known", "hours"), [(True, 0.75), (False, 10.5)])
def test_collaboration_on_a_finding_needs_a_change_to_collaborate_on(known: bool, hours: float) -> None:  # noqa: FBT001
    """The only developer is busy for ten hours; another role takes half as much again."""
    org = organisation("collaboration", team__developers=1)
    busy = org.people.work("developer", "code", 10.0, item="W1")
    triage = scanning.triage(org, "V1", "developer", real=True, change=change() if known else None)
    assert [row[0] for row in run(org, busy, triage) if row[1] == "stage.finished" and row[7] == "V1"] == [hours]


def test_people_of_another_role_fix_with_collaboration() -> None:
    org = organisation("collaboration", team__developers=1)
    busy = org.people.work("developer", "code", 10.0, item="W1")
    rows = run(org, busy, scanning.fix_in_place(org, vulnerability(), change(item=None)))
    assert times(rows, "finding.fixed") == [3.0]
