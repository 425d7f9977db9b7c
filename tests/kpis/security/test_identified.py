"""Open vulnerabilities are those that were reported and not settled."""

import pytest
from logs import dismissed, fixed, log_of, patched, reported, weakness

from devopssim import events, kpis
from devopssim.kpis import security


def test_open_vulnerabilities_are_what_was_reported_and_not_yet_settled() -> None:
    log = log_of(reported("V1", at=2), fixed("V1", at=6), reported("V2", at=4), dismissed("V2", at=5), horizon=10)
    assert kpis.vulnerabilities_open(log) == pytest.approx((4 + 1) / 10)
    assert kpis.open_vulnerabilities(log).to_dict() == {0: 0, 2: 1, 4: 2, 5: 1, 6: 0}


def test_a_weakness_that_nobody_reported_is_present_but_not_identified() -> None:
    log = log_of(weakness("V1", at=2), weakness("V2", at=3), reported("V2", at=5), patched("V2", at=8), horizon=10)
    assert kpis.vulnerabilities_open(log) == pytest.approx(0.3)
    assert kpis.open_vulnerabilities(log, known=False).to_dict() == {0: 0, 2: 1, 3: 2, 8: 1}


def test_a_patch_after_the_fix_settles_nothing_twice() -> None:
    log = log_of(reported("V1", at=2), fixed("V1", at=4), patched("V1", at=9), horizon=10)
    assert kpis.vulnerabilities_open(log) == pytest.approx(0.2)


def test_what_is_settled_after_the_cut_was_open_at_the_cut() -> None:
    log = log_of(reported("V1", at=1), fixed("V1", at=7), horizon=10)
    assert kpis.vulnerabilities_open(events.since(log, 5)) == pytest.approx(2 / 5)


def test_a_weakness_fixed_before_anybody_reported_it_was_never_an_identified_one() -> None:
    log = log_of(weakness("V1", at=1), fixed("V1", at=4), horizon=10)
    assert kpis.vulnerabilities_open(log) == 0


def test_the_findings_that_are_open_are_the_reported_ones() -> None:
    log = log_of(
        weakness("V1", at=1), weakness("V2", at=1), reported("V1", at=2), reported("V3", at=2), fixed("V3", at=4)
    )
    assert security.findings_open(kpis.Run(log), 3) == ["V1", "V3"]
    assert security.findings_open(kpis.Run(log), 5) == ["V1"]
