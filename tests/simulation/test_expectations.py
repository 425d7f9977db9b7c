"""What the formulas promise is what the simulation does: its mean lies in a 99 % interval, which is narrow enough to tell."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import gamma, stdtrit

from devopssim.events import WorkingTime, details
from devopssim.scenario import AGILE, DEVOPS, PLAIN_FLOW, WATERFALL, Scenario, vary
from devopssim.simulation import simulate
from devopssim.simulation.expectations import (
    available_hours,
    backlog_factor,
    builds_per_item,
    changes_per_item,
    defects_of_change,
    deployment_failure_probability,
    diagnosis_factor,
    effort_per_hour,
    escape_share,
    escapes_of_rounds,
    planned_hours,
    reviewed_share,
    secondary_effort_factor,
    sprint_intake,
    unprevented_share,
)

REPLICATIONS = 6
ITEMS = 120
FINISHED = {
    # a backlog that is worked off, so that nothing is unfinished at the end
    "demand.requests_per_week": 0.0,
    "demand.backlog": ITEMS,
    "demand.misunderstood_share": 0.0,
    "demand.drift_per_month": 0.0,
    "demand.effort_cv": 0.5,
    "production.infrastructure_mttf": 1e6,
    "pipeline.manual_mistakes": 0.0,
    "pipeline.automated_mistakes": 0.0,
    "security.vulnerabilities_per_change": 0.0,
    "security.disclosures_per_year": 0.0,
    "practices.security": 0.0,
    "quality.conflict_probability": 0.0,
    "pipeline.flaky": 0.0,
    "quality.bad_fix_share": 0.0,
    "team.turnover": 0.0,
    "team.interruptions_per_week": 0.0,
    "process.switching": 0.0,
    "years": 2.0,
}
FLAWLESS = {
    "quality.defects_per_change": 0.0,
    "quality.regression_effort": 0.0,
    "security.review_effort": 0.0,
    "process.acceptance_effort": 0.0,
}

ASSISTED = {
    # everything but what grows or fades with time
    "practices.collaboration": 0.0,
    "practices.monitoring": 0.0,
    "assistance.share": 0.6,
    "assistance.change_size": 2.5,
    "assistance.work_per_change": 0.6,
    "assistance.review_effort": 1.3,
    "assistance.unreviewed": 0.3,
    "assistance.verification_effort": 0.5,
    "assistance.refactoring": 0.1,
    "assistance.learning_dip": 0.0,
}


def logs(scenario: Scenario) -> list[pd.DataFrame]:
    return [simulate(scenario, seed=11, replication=replication) for replication in range(REPLICATIONS)]


def assert_mean(values: list[float], expected: float, *, width: float = 0.15) -> None:
    """Hold that `expected` lies in the 99 % t-interval of the mean of `values`, which is at most `width` of it wide."""
    n = len(values)
    half = float(stdtrit(n - 1, 0.995)) * float(np.std(values, ddof=1)) / np.sqrt(n) + 1e-9 * abs(expected)
    assert abs(float(np.mean(values)) - expected) <= half, (float(np.mean(values)), expected, half)
    assert half <= width * expected, (half, expected)


def all_closed(log: pd.DataFrame) -> bool:
    return int((log["kind"] == "ticket.closed").sum()) == ITEMS


@pytest.mark.parametrize(("code_effort", "effort_cv", "change_effort"), [(24, 0.5, 8), (24, 1.0, 4), (5, 0.8, 8)])
def test_changes_per_item(code_effort: float, effort_cv: float, change_effort: float) -> None:
    sizes = {
        "demand.code_effort": code_effort,
        "demand.effort_cv": effort_cv,
        "demand.change_effort": change_effort,
        "years": 3.0,
    }
    counts = []
    for log in logs(vary(DEVOPS, FINISHED | FLAWLESS | sizes)):
        assert all_closed(log)
        counts.append(int((log["kind"] == "change.created").sum()) / ITEMS)
    assert_mean(counts, changes_per_item(code_effort, effort_cv, change_effort), width=0.2)


def hours_by_role(log: pd.DataFrame) -> "pd.Series[float]":
    """Return the working hours of each role on stages until the horizon."""
    work = log[log["kind"].isin(["stage.started", "stage.finished"]) & log["role"].notna()]
    working_time = WorkingTime.of(log.attrs)
    assert working_time is not None
    left = working_time.until(np.array([float(log.attrs["horizon"])]))[0] - working_time.until(work["time"].to_numpy())
    signed = pd.Series(np.where(work["kind"] == "stage.started", left, -left), index=work.index)
    return signed.groupby(work["role"].astype(str)).sum()


@pytest.mark.parametrize(
    "scenario",
    [
        vary(WATERFALL, {"process.project_weeks": 2}),
        vary(AGILE, {"practices.testing": 0.5}),
        vary(DEVOPS, {"practices.collaboration": 0.0, "practices.monitoring": 0.0, "team.hours_per_week": 30}),
        vary(DEVOPS, ASSISTED),
    ],
    ids=["waterfall", "agile", "devops", "assisted"],
)
def test_planned_hours(scenario: Scenario) -> None:
    calm = vary(scenario, FINISHED | FLAWLESS)
    runs = logs(calm)
    assert all(map(all_closed, runs))
    per_item = planned_hours(vary(calm, {"demand.requests_per_week": 1}))
    efforts = [hours_by_role(log) / ITEMS for log in runs]
    for role in ("analyst", "developer", "tester"):
        values = [float(effort.get(role, 0.0)) for effort in efforts]
        assert_mean(values, per_item[role], width=0.25)


@pytest.mark.parametrize("practice_tasks", [1.0, 40.0])
def test_secondary_effort_factor(practice_tasks: float) -> None:
    """Of one person, the log shows how many tasks of another role came before: its hours, divided by the factors, are the effort."""
    alone = {
        "team.analysts": 0,
        "team.testers": 0,
        "team.operators": 0,
        "team.security": 0,
        "team.developers": 1,
        "team.practice_tasks": practice_tasks,
        "demand.backlog": ITEMS,
        "quality.review_effort": 0.0,
        "quality.test_upkeep": 0.0,
        "years": 3.0,
    }
    shared = vary(DEVOPS, FINISHED | FLAWLESS | alone)
    efforts, ratios = [], []
    for log in logs(shared):
        assert all_closed(log)
        planned = log[log["stage"] == "plan"]
        started, ended = (planned[planned["kind"] == f"stage.{step}"] for step in ("started", "finished"))
        assert len(started) == len(ended) == ITEMS
        working_time = WorkingTime.of(log.attrs)
        assert working_time is not None
        hours = working_time.until(ended["time"].to_numpy()) - working_time.until(started["time"].to_numpy())
        efforts.append(float((hours / secondary_effort_factor(shared, np.arange(ITEMS))).mean()))
        ratios.append(float(hours.mean()) / efforts[-1])
    assert_mean(efforts, shared.demand.plan_effort)
    assert shared.team.practised_effort < np.mean(ratios) < shared.team.secondary_effort


def test_turnover_costs_productivity_and_places() -> None:
    """In plain flow with more work than people, the effort that is done is what the people can give."""
    busy = {
        "demand.requests_per_week": 0.0,
        "demand.backlog": 6000,
        "demand.plan_effort": 0.0,
        "demand.test_effort": 0.0,
        "demand.effort_cv": 0.0,
        "team.developers": 8,
        "team.hours_per_week": 40.0,
        "team.turnover": 1.0,
        "team.communication": 0.0,
        "team.interruptions_per_week": 4.0,
        "years": 5.0,
    }
    full = vary(PLAIN_FLOW, busy)
    assert effort_per_hour(full) < 0.93
    weeks = full.years * 8760 / 168
    done = []
    for log in logs(full):
        done.append(float((log["kind"] == "ticket.done").sum()) * full.demand.code_effort / weeks)
        worked = float(hours_by_role(log)["developer"]) / weeks
        present = 1 / (1 + full.team.turnover * full.team.vacancy * 168 / 8760)
        assert worked == pytest.approx(8 * 40 * present, rel=0.05)
    assert_mean(done, available_hours(full)["developer"])


@pytest.mark.parametrize("sprint_weeks", [1.0, 4.0])
def test_sprint_intake(sprint_weeks: float) -> None:
    """More is asked for than sprints take in; they stay below the bound by the room into which the next item does not fit."""
    calm = FINISHED | FLAWLESS | {"quality.review_effort": 0.0, "demand.backlog": 1500}
    full = vary(AGILE, calm | {"process.sprint_weeks": sprint_weeks, "process.focus": 0.5, "years": 0.8})
    coded = [float(hours_by_role(log)["developer"]) / (full.years * 8760 / 168) for log in logs(full)]
    assert 0.6 * sprint_intake(full) < np.mean(coded) <= sprint_intake(full)


SEVERE = {
    "quality.severe_share": 1.0,
    "quality.defects_per_change": 1.0,
    "quality.regression_rounds": 2,
    "quality.exit_criterion": 10000,
}


@pytest.mark.parametrize(
    "scenario",
    [
        vary(WATERFALL, {"process.project_weeks": 2}),
        vary(AGILE, {"practices.testing": 0.5, "practices.monitoring": 0.5}),
        DEVOPS,
    ],
    ids=lambda scenario: scenario.name,
)
@pytest.mark.parametrize("bad_fix_share", [0.0, 0.4])
def test_escape_share(scenario: Scenario, bad_fix_share: float) -> None:
    """Defects that fixes bring escape too; they are compared with those that coding brings."""
    severe = vary(scenario, FINISHED | SEVERE | {"quality.bad_fix_share": bad_fix_share})
    shares = []
    for log in logs(severe):
        assert all_closed(log)
        defects = log[log["kind"] == "defect.injected"]
        injected = int((~details(defects, "defect").str.endswith("b")).sum())
        assert injected > 200
        failures = log[log["kind"] == "service.failed"]
        shares.append(int((details(failures, "cause") == "defect").sum()) / injected)
    assert_mean(shares, escape_share(severe), width=0.4)


@pytest.mark.parametrize("finds", [0.3, 0.8])
def test_escapes_of_rounds_without_bad_fixes_are_what_all_rounds_miss(finds: float) -> None:
    for rounds in (1, 3, 6):
        missed = (1 - finds) ** rounds
        assert escapes_of_rounds(finds, rounds, 0.0) == pytest.approx(missed)
        assert escapes_of_rounds(finds, rounds, 0.3) > missed


@pytest.mark.parametrize(("change_effort", "exponent"), [(8.0, 0.5), (24.0, 0.5), (8.0, 1.0)])
def test_defects_of_change(change_effort: float, exponent: float) -> None:
    drawn = vary(
        DEVOPS,
        FINISHED | {"demand.change_effort": change_effort, "quality.defect_size_exponent": exponent, "years": 3.0},
    )
    means = []
    for log in logs(drawn):
        assert all_closed(log)
        planned = log["change"].str.fullmatch(r"C\d+").eq(True)
        defects = int((planned & (log["kind"] == "defect.injected")).sum())
        means.append(defects / int((planned & (log["kind"] == "change.created")).sum()))
    assert_mean(means, defects_of_change(drawn))


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


@pytest.mark.parametrize(
    "parameters",
    [
        {"quality.unreviewed_share": 0.3, "quality.pairing": 0.0},
        {"quality.unreviewed_share": 0.2, "quality.pairing": 0.5, "practices.collaboration": 0.6},
    ],
)
def test_reviewed_share(parameters: dict[str, float]) -> None:
    partly = vary(DEVOPS, FINISHED | FLAWLESS | parameters)
    shares = []
    for log in logs(partly):
        assert all_closed(log)
        reading = log[(log["kind"] == "stage.finished") & (details(log, "task") == "review")]
        planned = log.loc[log["kind"] == "change.merged", "change"]
        shares.append(reading["change"].nunique() / planned.nunique())
    assert_mean(shares, reviewed_share(partly))


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


@pytest.mark.parametrize("integration", [0.3, 0.8])
def test_builds_per_item(integration: float) -> None:
    mixed = vary(DEVOPS, FINISHED | FLAWLESS | {"practices.integration": integration, "demand.change_effort": 6.0})
    ratios = []
    for log in logs(mixed):
        assert all_closed(log)
        sizes = log[log["kind"] == "change.created"].groupby("item").size().to_numpy(float)
        assert sizes.max() > 3
        ratios.append(float((log["kind"] == "build.started").sum() / builds_per_item(integration, sizes).sum()))
    assert_mean(ratios, 1.0)
