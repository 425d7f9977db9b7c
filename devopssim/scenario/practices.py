"""Practices: the seven C's and security inside. How far each is adopted, what it changes in the model, and its evidence.

A practice changes mechanisms, never a KPI. Adopted at a (0 to 1), it handles the share a of the changes or occasions the
new way. The parameters that give each mechanism its size are named; `devopssim parameters` shows their evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from devopssim.scenario.declaration import Part, parameter


def _adoption(meaning: str) -> Any:
    """Declare how far a practice is adopted."""
    return parameter(0, meaning, high=1, grade="assumed", source="a choice: presets and experiments set it")


@dataclass(frozen=True, kw_only=True)
class Practices(Part):
    """Adoption of each practice: the share of changes or occasions that it handles the new way, from 0 (none) to 1 (all).

    A practice at 0 is the same as its absence. A value outside 0 to 1 raises InvalidInputError.

    Examples
    --------
    >>> Practices(testing=0.5)
    Practices(integration=0.0, delivery=0.0, deployment=0.0, testing=0.5, monitoring=0.0, ...)
    """

    integration: float = _adoption("continuous integration: a change is merged when it is committed")
    delivery: float = _adoption("continuous delivery: packaging, installing and taking back are automated")
    deployment: float = _adoption("continuous deployment: a change goes out when its tests are green")
    testing: float = _adoption("continuous testing: automated tests on each merge")
    monitoring: float = _adoption("continuous monitoring: alerts report failures and prevent some")
    feedback: float = _adoption("continuous feedback: what is built is shown and measured while it is small")
    collaboration: float = _adoption("continuous collaboration: one team, shared on-call, no hand-overs")
    security: float = _adoption("DevSecOps: share of changes that are scanned and repaired inside the pipeline")


@dataclass(frozen=True, kw_only=True)
class Practice:
    """Description of one practice: what happens without and with it, what sets the size of the effect, and the evidence.

    Examples
    --------
    >>> PRACTICES["integration"].motto
    'merge when committed'
    >>> PRACTICES["integration"].parameters[0]
    'quality.conflict_probability'
    """

    title: str
    """Heading."""
    name: str
    """Name inside a sentence."""
    motto: str
    """What it does to work, in a few words."""
    without: str
    """What happens to work without it."""
    adopted: str
    """What happens to work with it."""
    mechanism: str
    """What the model computes differently, as one line of Markdown, and the function that does it."""
    events: tuple[str, ...]
    """Kinds of events whose times or numbers it changes directly."""
    debatable: str
    """Choice in the mechanism that others would make differently."""
    parameters: tuple[str, ...]
    """Dotted names of the parameters that set the size of its effect."""
    evidence: str
    """What studies report of its effect."""
    sources: tuple[str, ...]
    """Studies and books behind mechanism and evidence."""


PRACTICES: Final[Mapping[str, Practice]] = {
    "integration": Practice(
        title="Continuous integration",
        name="continuous integration",
        motto="merge when committed",
        without="Changes stay apart until the end of their batch and are merged then. Each may conflict with every change "
        "that came to main in the meantime, so conflicts grow with the pairs: integration hell.",
        adopted="Each change is merged, built and checked as soon as it is committed and reviewed. It meets only what was "
        "merged while it was written. The machines build and test once for each change, so their load grows.",
        mechanism="a change conflicts `Poisson(conflict_probability x changes that came to main while it was "
        "apart)` times, each `conflict_effort` hours after the build on main failed; adopted, it is apart while it is "
        "written, else until its batch ends; main is red until what broke it is taken back, and other changes wait "
        "(`development.merge`, `development.build`)",
        events=(
            "change.merged",
            "build.started",
            "stage.queued",
        ),
        debatable="conflicts are counted in pairs of changes, whatever these touch; a change that nobody reviews at "
        "once waits apart all the same",
        parameters=(
            "quality.conflict_probability",
            "quality.conflict_effort",
            "pipeline.build_time",
            "pipeline.time_cv",
            "pipeline.main_repair",
            "pipeline.runners",
        ),
        evidence="Continuous integration sped up the delivery of merged pull requests in only 51.3 % of 87 projects: more is "
        "submitted, and queues grow. In the model it acts by earlier detection and smaller integration, not by decree.",
        sources=("Bernardo et al., MSR 2018", "Humble & Farley, Continuous Delivery, 2010"),
    ),
    "delivery": Practice(
        title="Continuous delivery",
        name="continuous delivery",
        motto="always ready to release",
        without="Operators package and install each release by hand: effort, mistakes, and no quick way back.",
        adopted="A machine installs in minutes, the same way each time, makes fewer mistakes, and takes a deployment back "
        "as quickly. Broken infrastructure is rebuilt from its description.",
        mechanism="an installation takes `release_effort` of an operator and goes wrong with `manual_mistakes`; "
        "adopted, `deploy_time` of a machine and `automated_mistakes`; only what a machine installed, not longer "
        "than `rollback_horizon` ago, can be taken back (`release.deploy`, `production.roll_back`)",
        events=(
            "service.deployed",
            "service.failed",
            "service.rolledback",
            "incident.resolved",
        ),
        debatable="how a batch is installed is decided once for all its changes; a deployment that was taken back "
        "for its installation counts as deployed, and the second attempt is not played",
        parameters=(
            "pipeline.release_effort",
            "pipeline.deploy_time",
            "pipeline.manual_mistakes",
            "pipeline.automated_mistakes",
            "pipeline.rollback_time",
            "pipeline.rollback_horizon",
        ),
        evidence="In 2018, elite performers did 5 % of their deployment work by hand, low performers 30 %; in 2019, 69 % of "
        "elite and 17 % of low performers deployed to production automatically.",
        sources=("DORA, Accelerate State of DevOps 2018 and 2019", "Oppenheimer et al., USITS 2003"),
    ),
    "deployment": Practice(
        title="Continuous deployment",
        name="continuous deployment",
        motto="green goes out",
        without="What is ready waits for the next release of the workflow, for an approval, and for a release window.",
        adopted="Each change goes out as soon as its tests are green. Without automated tests, what is ready waits for a "
        "regression by hand and shares it with whatever else has come by then: a batch forms all the same.",
        mechanism="what is ready waits for the workflow's release, its regression, `approval` and a window; "
        "adopted, it goes out at once (`release.ready`)",
        events=(
            "service.deployed",
            "ticket.closed",
        ),
        debatable="a green test is the only gate: no change waits for reasons of marketing or law",
        parameters=("process.approval", "process.window_weeks", "quality.regression_effort"),
        evidence="External approval was found to go with worse lead time and deployment frequency, and not with fewer failures.",
        sources=("DORA, Accelerate State of DevOps 2019", "Forsgren, Humble & Kim, Accelerate, 2018"),
    ),
    "testing": Practice(
        title="Continuous testing",
        name="continuous testing",
        motto="machines test each merge",
        without="Testers test each item by hand, and the old again for each release. They find a smaller share of the "
        "defects, and find it late, when a repair costs more.",
        adopted="Automated tests run on a machine for each merge, find a larger share at once, and cost upkeep with each change.",
        mechanism="a defect is found if its draw lies below `manual_test_finds`, after the batch and at "
        "`late_fix_factor` times the repair; adopted, below `automated_test_finds`, at the merge and at the plain "
        "effort, for `test_upkeep` hours a change (`development.run_tests`, `development.test_by_hand`)",
        events=(
            "testsuiterun.finished",
            "defect.found",
            "defect.fixed",
            "stage.queued",
        ),
        debatable="tests are as good in the first week as in the last: building them up costs nothing but their "
        "upkeep, and none is flaky",
        parameters=(
            "quality.manual_test_finds",
            "quality.automated_test_finds",
            "quality.regression_effort",
            "quality.test_upkeep",
            "quality.late_fix_factor",
        ),
        evidence="One test stage finds 35 to 50 % of defects. How much later repairs cost more is disputed: often 100 times "
        "in all, or no consistent growth in 171 projects; the factor is a parameter.",
        sources=("Jones 2013", "Boehm & Basili, IEEE Computer 2001", "Menzies et al. 2016"),
    ),
    "monitoring": Practice(
        title="Continuous monitoring",
        name="continuous monitoring",
        motto="alerts, not complaints",
        without="Users report failures, hours or days later.",
        adopted="An alert reports a failure in minutes; early signs let people prevent some.",
        mechanism="a failure is detected after a time around `report_delay`; adopted, around `alert_delay`, and "
        "`prevented_share` of the failures never happen (`production.detect`, `production.surface`, "
        "`production.infrastructure`)",
        events=(
            "incident.detected",
            "incident.reported",
            "service.failed",
        ),
        debatable="alerts are never false, and people never tire of them",
        parameters=("production.report_delay", "production.alert_delay", "production.prevented_share"),
        evidence="Monitoring is integrated with 57 % of elite and 13 % of low performers. A mean time to recover over a few "
        "incidents is mostly noise: read the median, the 85th percentile and n.",
        sources=("DORA, Accelerate State of DevOps 2019", "The VOID report, 2022"),
    ),
    "feedback": Practice(
        title="Continuous feedback",
        name="continuous feedback",
        motto="show it while small",
        without="What was misunderstood, or has changed since, is learnt at acceptance, or from complaints weeks after "
        "release, and becomes rework or a new request.",
        adopted="The first change of an item is shown to those who asked for it, while little is built; with monitoring, "
        "its use is measured after release.",
        mechanism="a requirements misfit is found at acceptance, at the sprint's review or through complaints; adopted, "
        "after the first change, when `misfit_rework` is a share of little, and, with monitoring, `observation` "
        "after release (`development.demo`, `release._use`)",
        events=(
            "misfit.found",
            "ticket.created",
        ),
        debatable="users spend no time on demos",
        parameters=(
            "demand.misunderstood_share",
            "demand.drift_per_month",
            "quality.misfit_rework",
            "quality.complaint_delay",
            "production.observation",
        ),
        evidence="Requirements grow by about 2 % a month; successful projects can exceed 5 % a month.",
        sources=("Jones 2008", "Kulk & Verhoef 2008"),
    ),
    "collaboration": Practice(
        title="Continuous collaboration",
        name="continuous collaboration",
        motto="one team, no hand-overs",
        without="Work waits each time it passes from one function to another, and a failure waits for the other team.",
        adopted="One team, shared on-call: anyone who is free and has the skill may do the work, nothing is handed over. Work of "
        "another role takes longer, and less so with practice. Two people write a share of the changes together.",
        mechanism="work passes to another function after `hand_over` hours and waits for a person of that role; "
        "adopted, at once, for anyone who is free and has the skill, at `secondary_effort` times the effort, less with practice "
        "(`people.work`, `organisation.hand_over`); a share of the changes is written in pairs and reviewed meanwhile (`reviews.is_paired`)",
        events=(
            "stage.queued",
            "stage.started",
            "incident.resolved",
        ),
        debatable="with the default skills people of each role can do the work of every other; meetings, the usual price of one "
        "team, are left out",
        parameters=(
            "process.hand_over",
            "team.secondary_effort",
            "team.practised_effort",
            "team.practice_tasks",
            "quality.pairing",
        ),
        evidence="A generative culture and few hand-overs go with better delivery; by how much is assumed here.",
        sources=("Forsgren, Humble & Kim, Accelerate, 2018",),
    ),
    "security": Practice(
        title="Security inside (DevSecOps)",
        name="security inside",
        motto="scan each merge",
        without="A separate team reviews by hand what was deployed, queues, sees a part of it, and sends findings back late. "
        "Vulnerabilities of dependencies wait for the next review.",
        adopted="Each merge is scanned; developers, trained for it, judge the findings, of which some are false alarms, and "
        "repair the rest before deployment. Daily scans report disclosed vulnerabilities, and those that they learn to see "
        "in deployed code; these are patched sooner than without.",
        mechanism="a vulnerability in a change is found before deployment if its draw lies below `scan_covers x "
        "scan_finds`, and costs triage and a repair by trained developers; else by a review after deployment, if "
        "below `review_finds`, and is repaired when the plan has room; what scans find in production waits "
        "`scanned_delay` times as long (`scanning.scan`, `security.review`, `security.rescan`)",
        events=(
            "scan.finished",
            "finding.reported",
            "finding.dismissed",
            "finding.fixed",
            "patch.deployed",
        ),
        debatable="a vulnerability stays as dangerous as it was; attackers never learn; the security team reviews what "
        "was deployed, not the design",
        parameters=(
            "security.review_finds",
            "security.scan_covers",
            "security.scan_finds",
            "security.false_findings",
            "security.false_at_adoption",
            "security.triage_effort",
            "security.training",
            "security.training_effect",
            "security.backlog_delay",
            "security.scanned_delay",
        ),
        evidence="Flaws live 3.5 times as long with one to three scans a year as with seven to twelve; the median time to fix "
        "is 59 days, 19 with daily scans; 35 to 91 % of static findings are not actionable.",
        sources=("Veracode, State of Software Security 9, 10 and 12",),
    ),
}
"""Each practice by the name of its parameter in `Practices`."""
SEVEN_CS: Final = tuple(name for name in PRACTICES if name != "security")
"""The seven C's of DevOps: all practices but security."""
