"""DevSecOps: planted vulnerabilities are found, the gate blocks and then lets through, and each finding ends with a reason."""

import pytest
from live.steps import Timed, version_for_users

from devopssim import kpis
from devopssim.errors import InvalidInputError
from devopssim.livelab import Lab, LabError

pytestmark = pytest.mark.live

FALSE_ALARM = "the checksum of a price list that is public"


def test_a_sound_service_cannot_be_exploited(shipped: Lab) -> None:
    assert not shipped.security.is_open_to_attack()
    with pytest.raises(LabError, match="no deployed code can be exploited"), shipped.drill("exploit"):
        pass
    assert shipped.production.ask("/products").status == 200


def test_without_a_gate_a_vulnerability_reaches_production_is_exploited_and_rolled_back(
    shipped: Lab, timed: Timed
) -> None:
    sound = shipped.production.need("web").attrs["Image"]
    shipped.security.plant()
    shipped.sh(f"docker build -t {shipped.workspace.image}:latest .")
    shipped.sh(f"docker push {shipped.workspace.image} --all-tags")
    shipped.production.deploy()
    assert shipped.security.is_open_to_attack()
    with timed("drill exploit: broken, recovered by script, well again"), shipped.drill("exploit") as drill:
        drill.wait_until_broken()
        drill.recover()
    assert not shipped.security.is_open_to_attack()
    assert shipped.production.need("web").attrs["Image"] == sound


def test_the_scanners_find_what_was_planted(shipped: Lab, timed: Timed) -> None:
    with timed("scan by hand"):
        scanned = shipped.security.scan()
    assert scanned.status == 1
    findings = shipped.security.findings()
    assert set(findings["scanner"]) >= {"bandit", "secrets", "hadolint"}
    rules = " ".join(findings["id"])
    for planted in ("B602", "B608", "Secret-Keyword", "DL3002"):  # shell, SQL from pieces, a key in the source, root
        assert planted in rules


def test_the_gate_blocks_what_is_too_severe(shipped: Lab, timed: Timed) -> None:
    shipped.pipeline.choose("deployment")
    served, published = version_for_users(shipped), shipped.registry.tags()
    with timed("push, stopped by the gate"):
        said = shipped.pipeline.push()
    assert "BLOCKS" in said
    assert shipped.pipeline.runs()["failed_step"].iloc[-1] == "scan"
    assert (version_for_users(shipped), shipped.registry.tags()) == (served, published)


def test_a_false_alarm_is_dismissed_with_a_reason_and_no_other_way(shipped: Lab) -> None:
    finding = _open(shipped)[0]
    with pytest.raises(InvalidInputError, match=r"reason='' .* must state something that others can check"):
        shipped.security.dismiss(finding, " ")
    with pytest.raises(InvalidInputError, match="finding='no:such:finding' is not open; the open findings are "):
        shipped.security.dismiss("no:such:finding", FALSE_ALARM)
    assert finding in _open(shipped)


def test_after_the_repair_only_a_false_alarm_is_left_and_with_its_reason_the_gate_lets_through(
    shipped: Lab, timed: Timed
) -> None:
    commit = shipped.security.mend()
    assert shipped.security.scan().status == 1
    left = _open(shipped)
    assert left == ["secrets:Hex-High-Entropy-String:shop/search.py"]
    shipped.security.dismiss(left[0], FALSE_ALARM)
    commit = shipped.repository.commit("The checksum is no secret")
    with timed("push, let through by the gate, until it serves users"):
        said = shipped.pipeline.push()
    assert shipped.pipeline.runs()["outcome"].iloc[-1] == "success", said
    image = shipped.production.need("web").image
    assert image is not None
    assert image.labels["org.opencontainers.image.revision"] == commit
    assert not shipped.security.is_open_to_attack()
    states = shipped.security.findings().set_index("id")
    assert (states.loc[left[0], "state"], states.loc[left[0], "reason"]) == ("dismissed", FALSE_ALARM)
    assert "fixed" in set(states["state"])


def test_the_bill_of_materials_names_what_the_product_is_made_of(shipped: Lab) -> None:
    parts = {name.lower(): version for name, version in shipped.security.bill_of_materials().items()}
    assert {"flask", "sqlalchemy", "gunicorn"} <= parts.keys()
    assert all(parts[name] for name in ("flask", "sqlalchemy", "gunicorn"))


def test_the_ten_security_kpis_come_from_the_log(shipped: Lab) -> None:
    log = shipped.log()
    assert kpis.vulnerabilities_open(log) >= 0
    assert 0 < kpis.false_positive_rate(log) < 1
    assert 0 < kpis.automated_scan_share(log) < 1
    assert 0 < kpis.security_test_coverage(log) <= 1
    assert kpis.security_incidents_per_deployment(log) > 0
    assert kpis.security_downtime(log) > 0
    assert 0 <= kpis.security_automation_rate(log) <= 1
    assert 0 < kpis.fixed_in_sprint_share(log) <= 1
    fixed = kpis.review_and_fix_time(log).dropna()
    assert len(fixed) > 0
    assert (fixed >= 0).all()


def _open(lab: Lab) -> list[str]:
    """The open findings that block."""
    findings = lab.security.findings()
    return list(findings.loc[(findings["state"] == "open") & findings["severity"].isin(["medium", "high"]), "id"])
