"""An organisation without variation: every effort and delay is a round number, so that a test can foretell each hour.

People work around the clock, so an hour of effort takes an hour. Nothing goes wrong unless a test says so, nobody leaves, and a
practice is used in all cases or in none. Every incident is a total outage that only a rollback or a fix ends.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from simpy.events import ProcessGenerator

from devopssim.events import Row
from devopssim.scenario import PRACTICES, SEVEN_CS, Scenario, vary
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.streams import Streams
from devopssim.simulation.work_items import Change, Checks, Defect, Vulnerability, WorkItem

WITHOUT_LUCK: Final[Mapping[str, float | str]] = {
    **{f"practices.{practice}": 0 for practice in PRACTICES},
    "years": 0.1,
    "team.hours_per_week": 168,
    "team.secondary_effort": 1.5,
    "team.practised_effort": 1.5,
    "team.turnover": 0,
    "team.interruptions_per_week": 0,
    "demand.requests_per_week": 0,
    "process.hand_over": 100,
    "process.approval": 50,
    "process.sign_off": 20,
    "process.acceptance_effort": 0.25,
    "process.window_weeks": 1,
    "process.switching": 0,
    "quality.defects_per_change": 0,
    "quality.review_effort": 0.5,
    "quality.review_effort_by_size": 0,
    "quality.review_wait": 0,
    "quality.second_round_share": 0,
    "quality.pairing": 0,
    "quality.review_finds": 0.5,
    "quality.manual_test_finds": 0.5,
    "quality.automated_test_finds": 0.5,
    "quality.acceptance_finds": 0.5,
    "quality.regression_effort": 8,
    "quality.regression_finds": 0.5,
    "quality.regression_rounds": 1,
    "quality.exploratory_share": 0,
    "quality.exit_criterion": 100,
    "quality.test_upkeep": 0.25,
    "quality.retest_share": 0.25,
    "quality.late_fix_factor": 3,
    "quality.bad_fix_share": 0,
    "quality.misfit_rework": 0.5,
    "quality.conflict_probability": 0,
    "quality.conflict_effort": 2,
    "pipeline.runners": 2,
    "pipeline.build_time": 0.25,
    "pipeline.automated_test_time": 0.75,
    "pipeline.time_cv": 0,
    "pipeline.flaky": 0,
    "pipeline.flaky_effort": 0.5,
    "pipeline.main_repair": 0,
    "pipeline.main_repair_sigma": 0,
    "pipeline.release_effort": 1.5,
    "pipeline.hotfix_effort": 1.25,
    "pipeline.mistakes_seen": 0,
    "pipeline.rollback_share": 1,
    "pipeline.deploy_time": 0.125,
    "pipeline.manual_mistakes": 0,
    "pipeline.automated_mistakes": 0,
    "pipeline.settling_effort": 0.5,
    "pipeline.rollback_time": 0.0625,
    "pipeline.rollback_horizon": 24,
    "production.total_share": 1,
    "production.partial_share": 0,
    "production.mitigable_share": 0,
    "production.report_delay": 5,
    "production.minor_report_delay": 15,
    "production.response_time": 0.25,
    "production.night_response_time": 0.25,
    "production.alert_delay": 0.5,
    "production.diagnosis": 3,
    "production.repair_time": 7,
    "production.observation": 40,
    "production.prevented_share": 0.5,
    "production.reaction_cv": 0,
    "security.vulnerabilities_per_change": 0,
    "security.review_effort": 2,
    "security.review_finds": 0.5,
    "security.scan_time": 0.5,
    "security.scan_covers": 0.8,
    "security.scan_finds": 0.5,
    "security.rules_per_year": 0,
    "security.false_findings": 0,
    "security.false_at_adoption": 0,
    "security.sign_off": 0,
    "security.scanned_delay": 0.5,
    "security.triage_effort": 0.5,
    "security.advisory_delay": 30,
    "security.training": 0,
    "security.training_effect": 0.5,
    "security.containment": 6,
}


def organisation(
    *practices: str, workflow: str = "agile", changes: Mapping[str, float | str] | None = None, **more: float | str
) -> Organisation:
    """Return an organisation at hour 0 that has adopted these practices; `process__approval=3` changes a parameter."""
    adopted = {f"practices.{practice}": 1 for practice in practices}
    changed = {name.replace("__", "."): value for name, value in more.items()}
    parameters = {**WITHOUT_LUCK, **adopted, **changed, **(changes or {})}
    return Organisation(vary(Scenario(workflow=workflow), parameters), Streams(1))


CHECKS: Final[Mapping[str, float]] = {
    **dict.fromkeys(Checks._fields, 0.5),
    **dict.fromkeys(("review_wait", "second_wait"), 0.0),
    "build": 0.25,
    "test": 0.75,
}


def change(
    name: str = "C1",
    *,
    effort: float = 1,
    item: str | None = "W1",
    defects: Iterable[Defect] = (),
    vulnerabilities: Iterable[Vulnerability] = (),
    draw: float = 0.5,
    **checks: float,
) -> Change:
    """Return a change whose draws lie in the middle; `review_wait=2` changes one of its checks."""
    return Change(
        id=name,
        item=item,
        effort=effort,
        lines=12.5 * effort,
        draws=dict.fromkeys(PRACTICES, draw),
        conflicts=0.5,
        installation=0.5,
        noise=0.0,
        checks=Checks(**{**CHECKS, **checks}),
        defects=list(defects),
        vulnerabilities=list(vulnerabilities),
    )


def item(*changes: Change, plan: float = 1, test: float = 2, misunderstood: bool = False) -> WorkItem:
    return WorkItem(
        id="W1",
        arrives=0.0,
        plan_effort=plan,
        test_effort=test,
        changes=list(changes),
        misunderstood=misunderstood,
        drifts_after=float("inf"),
        complaint_after=60.0,
        service_class="standard",
        value=1.0,
        due=float("inf"),
        draws=dict.fromkeys(SEVEN_CS, 0.5),
        number=0,
    )


def defect(
    name: str = "1", *, severe: bool = False, found_by: str = "", surfaces_after: float = 10, retest: float = 0.5
) -> Defect:
    """Return a defect that one check finds, or only its users: its draws lie below a half, or just not."""
    return Defect(
        id=name,
        severe=severe,
        review=0.4 if found_by == "review" else 0.5,
        test=0.4 if found_by == "test" else 0.5,
        acceptance=0.4 if found_by == "acceptance" else 0.5,
        regression=0.4 if found_by == "regression" else 0.99,
        prevention=0.5,
        canary=0.5,
        fix_effort=1.0,
        surfaces_after=surfaces_after,
        bad_fix=0.5,
        retest=retest,
    )


def vulnerability(*, search: float = 0.3, exploited_after: float = 1e6, severity: str = "medium") -> Vulnerability:
    return Vulnerability(
        id="V1",
        severity=severity,
        search=search,
        backlog_delay=70.0,
        fix_effort=2.0,
        exploited_after=exploited_after,
        embedded=0.5,
    )


def run(org: Organisation, *processes: ProcessGenerator, until: float | None = None) -> list[Row]:
    """Run processes from now until nothing is left to happen, or until an hour; return all that was recorded."""
    for process in processes:
        org.env.process(process)
    org.env.run(until)
    return org.log.rows


def times(rows: list[Row], kind: str) -> list[float]:
    """Return the hours of the events of a kind."""
    return [row[0] for row in rows if row[1] == kind]


def steps(rows: list[Row]) -> list[tuple[float, str, str]]:
    """Return when people or machines started and finished the work of a stage: (hours, stage, started or finished)."""
    return [(row[0], str(row[4]), row[1][6:]) for row in rows if row[1] in {"stage.started", "stage.finished"}]
