"""Production fails, and repairs wait, as much as the formulas promise."""

import numpy as np
import pytest
from calm_runs import FINISHED, REPLICATIONS, assert_mean, logs
from scipy.special import gamma, stdtrit

from devopssim.events import details
from devopssim.scenario import AGILE, DEVOPS, Scenario, vary
from devopssim.simulation.expectations import (
    backlog_factor,
    deployment_failure_probability,
    diagnosis_factor,
    escape_share,
    unprevented_share,
)


@pytest.mark.parametrize("monitoring", [0.0, 1.0])
def test_diagnosis_factor(monitoring: float) -> None:
    """Each release carries all changes of the backlog that are ready, without variation of the diagnosis itself."""
    growing = vary(
        AGILE,
        FINISHED
        | {
            "quality.severe_share": 1.0,
            "quality.exit_criterion": 10000,
            "quality.regression_rounds": 1,
            "production.reaction_cv": 0.0,
            "production.diagnosis": 0.5,
            "production.mitigable_share": 0.0,
            "production.prevented_share": 0.0,
            "production.total_share": 1.0,
            "production.partial_share": 0.0,
            "practices.monitoring": monitoring,
            "team.hours_per_week": 168,
            "team.communication": 0.0,
            "years": 1.0,
        },
    )
    ratios = []
    for log in logs(growing):
        failed = log[(log["kind"] == "service.failed") & log["deployment"].notna()].set_index("incident")
        carried = log[log["kind"] == "service.deployed"].groupby("deployment").size()
        on_call = log[(log["stage"] == "operate") & log["incident"].notna() & (log["role"] == "operator")]
        started, ended = (
            on_call[on_call["kind"] == f"stage.{step}"].set_index("incident")["time"]
            for step in ("started", "finished")
        )
        assert started.index.is_unique
        hours = (ended - started).dropna().reindex(failed.index).dropna()
        sizes = failed.loc[hours.index, "deployment"].map(carried).to_numpy(float)
        assert sizes.max() > 10
        monitored = np.full(len(sizes), bool(monitoring))
        ratios.append(float((hours.to_numpy() / (0.5 * diagnosis_factor(growing, sizes, monitored))).mean()))
    assert_mean(ratios, 1.0)


@pytest.mark.parametrize("security", [0.0, 1.0])
def test_backlog_factor(security: float) -> None:
    """With the shape 10 of the Weibull distribution, waits hardly vary; those of dependencies are reported by scans or reviews."""
    waiting = vary(
        DEVOPS,
        FINISHED
        | {
            "demand.backlog": 0,
            "practices.security": security,
            "security.disclosures_per_year": 60.0,
            "security.exploits_per_year": 0.0,
            "security.backlog_delay": 500.0,
            "security.backlog_shape": 10.0,
            "security.false_at_adoption": 0,
        },
    )
    mean = 500 * gamma(1 + 1 / 10)
    ratios = []
    for log in logs(waiting):
        found = log[log["kind"] == "finding.reported"].set_index("finding")
        judged = log[(log["kind"] == "stage.finished") & (details(log, "task") == "triage")].set_index("finding")[
            "time"
        ]
        patched = log[(log["kind"] == "stage.queued") & (details(log, "task") == "patch")].set_index("finding")["time"]
        hours = (patched - judged).dropna()
        scanner, severity = (details(found, key).reindex(hours.index) for key in ("scanner", "severity"))
        assert len(hours) > 20
        assert (scanner != "review").all() == bool(security)
        factor = backlog_factor(
            waiting, (scanner != "review").to_numpy(), severity.isin(["high", "critical"]).to_numpy()
        )
        ratios.append(float((hours.to_numpy() / (mean * factor)).mean()))
    assert_mean(ratios, 1.0)


@pytest.mark.parametrize("scenario", [DEVOPS, AGILE], ids=lambda scenario: scenario.name)
def test_deployment_failure_probability(scenario: Scenario) -> None:
    """Of its changes the planned ones count: repairs carry no defects here."""
    mistakes = {"pipeline.manual_mistakes": 0.1, "pipeline.automated_mistakes": 0.1}
    defects = {
        "quality.severe_share": 0.2,
        "quality.defects_per_change": 1.0,
        "quality.exit_criterion": 10000,
        "quality.regression_rounds": 1,
        "process.sprints_per_release": 1,
    }
    failing = vary(scenario, FINISHED | mistakes | defects | {"process.sprint_weeks": 0.5})
    breaking = 0.2 * escape_share(failing)
    differences, probabilities = [], []
    for log in logs(failing):
        deployed = log[log["kind"] == "service.deployed"]
        sizes = deployed["change"].str.fullmatch(r"C\d+").groupby(deployed["deployment"]).sum()
        failed = sizes.index.isin(set(log.loc[log["kind"] == "service.failed", "deployment"].dropna()))
        expected = deployment_failure_probability(0.1, breaking, sizes.to_numpy(float))
        differences.append(float(failed.mean() - expected.mean()))
        probabilities.append(float(expected.mean()))
    assert 0.05 < np.mean(probabilities) < 0.9
    half = float(stdtrit(REPLICATIONS - 1, 0.995)) * float(np.std(differences, ddof=1)) / np.sqrt(REPLICATIONS)
    assert abs(float(np.mean(differences))) <= half < 0.35 * np.mean(probabilities)


@pytest.mark.parametrize("monitoring", [0.0, 0.5, 1.0])
def test_unprevented_share(monitoring: float) -> None:
    """Failures of the infrastructure are counted; the next one is prepared when the last one is over, which takes an hour."""
    fragile = vary(
        DEVOPS,
        FINISHED
        | {
            "demand.backlog": 0,
            "practices.monitoring": monitoring,
            "production.infrastructure_mttf": 100.0,
            "production.prevented_share": 0.6,
            "production.total_share": 1.0,
            "production.partial_share": 0.0,
            "production.report_delay": 0.1,
            "production.diagnosis": 0.1,
            "production.repair_time": 0.1,
        },
    )
    failures = [float((log["kind"] == "service.failed").sum()) for log in logs(fragile)]
    assert_mean(failures, fragile.years * 8760 / 100 * unprevented_share(fragile), width=0.4)
