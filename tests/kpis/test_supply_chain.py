"""The KPIs of the supply chain: artifacts by digest, verifications in time, and that nothing to count is NaN."""

import math

import pytest
from logs import deployed, log_of, scanned, verified

from devopssim import events, kpis


def test_an_artifact_is_covered_by_a_verification_before_its_first_deployment() -> None:
    log = log_of(
        verified("a", at=1),
        deployed("C1", "D1", at=2, digest="a"),
        deployed("C2", "D2", at=3, digest="b"),
        verified("b", at=4),  # too late
        deployed("C3", "D3", at=5, digest="b"),
        deployed("C4", "D4", at=6, digest="c"),
        verified("never deployed", at=7),
    )
    assert kpis.attestation_coverage(log) == pytest.approx(1 / 3)


def test_a_refused_attestation_covers_nothing_and_takes_nothing_from_a_verified_one() -> None:
    log = log_of(
        verified("a", at=1, outcome="failure"),
        deployed("C1", "D1", at=2, digest="a"),
        verified("b", at=3),
        verified("b", at=4, outcome="failure"),
        deployed("C2", "D2", at=5, digest="b"),
    )
    assert kpis.attestation_coverage(log) == 1 / 2
    assert kpis.gate_refusal_share(log) == 2 / 3


def test_an_artifact_with_several_changes_counts_once() -> None:
    log = log_of(
        verified("a", at=1),
        deployed("C1", "D1", at=2, digest="a"),
        deployed("C2", "D1", at=2, digest="a"),
        deployed("C3", "D2", at=3, digest="b"),
    )
    assert kpis.attestation_coverage(log) == 1 / 2


def test_without_a_gate_deployed_artifacts_lack_an_attestation_and_nothing_was_refused() -> None:
    log = log_of(deployed("C1", "D1", at=2, digest="a"))
    assert kpis.attestation_coverage(log) == 0
    assert math.isnan(kpis.gate_refusal_share(log))


def test_deployments_without_a_digest_are_excluded() -> None:
    assert math.isnan(kpis.attestation_coverage(log_of(verified("a", at=1), deployed("C1", "D1", at=2))))


def test_a_source_that_records_no_verifications_leaves_the_coverage_unobserved() -> None:
    log = log_of(deployed("C1", "D1", at=2, digest="a"))
    log.attrs["observed"] = ["service.deployed"]
    assert math.isnan(kpis.attestation_coverage(log))


def test_verifications_are_neither_scans_nor_tasks() -> None:
    scans = [scanned(at=1, change="C1", automated="no", covered=0.5), deployed("C1", "D1", at=9, digest="a")]
    names = ["automated_scan_share", "security_automation_rate", "security_test_coverage"]
    judged = kpis.values(log_of(*scans, verified("a", at=2), verified("a", at=3, outcome="failure")), names)
    assert judged == pytest.approx(kpis.values(log_of(*scans), names), nan_ok=True)


def test_a_cut_log_counts_what_happened_after_the_cut() -> None:
    log = log_of(
        verified("a", at=1, outcome="failure"), verified("b", at=6), deployed("C1", "D1", at=7, digest="b"), horizon=9
    )
    cut = events.since(log, 5)
    assert kpis.gate_refusal_share(cut) == 0
    assert kpis.attestation_coverage(cut) == 1
