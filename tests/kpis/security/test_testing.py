"""What scans cover, and what machines do."""

import pytest
from logs import committed, deployed, ended, log_of, scanned

from devopssim import events, kpis
from devopssim.errors import InvalidInputError
from devopssim.events import event


def test_coverage_is_what_was_tested_of_each_change_before_it_went_out() -> None:
    log = log_of(
        committed("C1"),
        committed("C2"),
        committed("C3"),
        scanned(at=1, change="C1", covered=0.8),
        scanned(at=2, change="C1", covered=0.6),
        deployed("C1", "D1", at=3),
        deployed("C2", "D2", at=3),
        scanned(at=4, change="C2", covered=0.9),
    )
    assert kpis.security_test_coverage(log) == pytest.approx((0.8 + 0) / 2)


def test_a_scan_of_a_deployment_covers_all_of_its_changes() -> None:
    scan = events.event(1, "scan.finished", deployment="D1", detail="covered=0.5")
    log = log_of(scan, deployed("C1", "D1", at=2), deployed("C2", "D1", at=2), deployed("C3", "D2", at=3))
    assert kpis.security_test_coverage(log) == pytest.approx(1 / 3)


def test_a_scan_that_does_not_say_how_much_covers_all() -> None:
    assert kpis.security_test_coverage(log_of(scanned(at=0, change="C1"), deployed("C1", "D1", at=1))) == 1


@pytest.mark.parametrize("covered", ["most", "1.5", "-1", "nan"])
def test_a_share_that_is_none_is_refused(covered: str) -> None:
    log = log_of(scanned(at=0, change="C1", covered=covered), deployed("C1", "D1", at=1))
    with pytest.raises(InvalidInputError, match=rf"covered={covered} .* must be numbers from 0 to 1"):
        kpis.security_test_coverage(log)


def test_scans_that_do_not_say_who_ran_them_count_in_neither() -> None:
    log = log_of(scanned(automated=True), scanned(automated=True), scanned(automated=False), scanned(scanner="sast"))
    assert kpis.automated_scan_share(log) == pytest.approx(2 / 3)


def test_automation_is_the_share_of_security_tasks_that_a_machine_did() -> None:
    task = [
        ended("test", at=1, change="C1", detail="task=scan;automated=yes"),
        ended("test", at=2, finding="V1", role="developer", detail="task=triage;automated=no"),
        ended("code", at=3, finding="V1", role="developer", detail="task=fix"),
        ended("code", at=3, item="W1", role="developer", detail="automated=no"),
    ]
    assert kpis.security_automation_rate(log_of(task)) == 1 / 2


def test_a_scan_of_a_deployment_covers_the_changes_in_it() -> None:
    log = log_of(
        committed("C1"),
        committed("C2"),
        deployed("C1", "D1", at=1),
        deployed("C2", "D2", at=2),
        event(1, "scan.finished", deployment="D1", detail="covered=0.5"),
    )
    assert kpis.security_test_coverage(log) == pytest.approx(0.25)
