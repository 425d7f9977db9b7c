"""All KPIs in one table: what each means, what it reads, what can be argued about, where it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from devopssim.kpis import delivery, flow, security
from devopssim.kpis.run import Log, Run, run_of
from devopssim.kpis.spans import Pair, Spans, spans

Family = Literal["delivery", "security", "flow"]
DORA: Final = "DORA, State of DevOps; dora.dev/guides/dora-metrics-four-keys"
DORA_2024: Final = "DORA, Accelerate State of DevOps 2024"
COURSE: Final = "the course's chapter on DevOps"
COURSE_SECURITY: Final = "the course's chapter on DevSecOps"
LITTLE: Final = "Little 1961, A proof for the queuing formula L = λW"


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """A named number computed from one log; `function(log)` gives it."""

    name: str
    title: str
    unit: str
    """`h`, `per week`, `share` (0 to 1), `items`, `vulnerabilities`, `per deployment` or `h per year`."""
    family: Family
    shape: Literal["duration", "rate"]
    """A duration has a value for each id and is summarised; a rate is one number."""
    function: Callable[[Log], Any]
    """Returns a Series of hours for a duration, a float for a rate."""
    better: Literal["lower", "higher"] | None
    """Which way is better, all else equal; None where both can be."""
    definition: str
    formula: str
    """The definition in events, as one line of Markdown: an event stands for the hour at which it happened, or for how many
    there are.
    """
    events: tuple[str, ...]
    """The kinds of rows that it reads."""
    detail: tuple[str, ...] = ()
    """The keys of `detail` that it reads."""
    debatable: str
    """The choice in the definition that others make differently."""
    source: str
    summary: Literal["median", "mean"] | None = None
    """What stands for a duration where one number is wanted: the mean where the name says *mean time*, else the median."""
    spans: Callable[[Run], Spans] | None = None
    """The durations with their starts and ends, which a curve needs."""
    count: Callable[[Log], int]
    """How many things it was counted over: of a duration those that have ended."""


def _duration(**fields: Any) -> Kpi:
    between: Pair | Callable[[Run], Spans] = fields.pop("between")
    found = (lambda run: spans(run, between)) if isinstance(between, Pair) else between
    fields["count"] = lambda log: len(found(run_of(log)).lengths)
    return Kpi(unit="h", shape="duration", spans=found, **{"summary": "median", "better": "lower", **fields})


def _rate(**fields: Any) -> Kpi:
    return Kpi(shape="rate", **fields)


_INCIDENT: Final = ("service.failed", "incident.resolved")
_MEAN_OF_FEW: Final = "a mean of few incidents is mostly noise: read the median, the 85th percentile and n beside it"

_ALL: Final = (
    _duration(
        name="lead_time",
        title="Lead time",
        family="delivery",
        function=delivery.lead_time,
        between=delivery.LEAD_TIME,
        definition="from the request of a work item until its last change is available to users",
        formula="`ticket.closed` - `ticket.created`, for each item",
        events=("ticket.created", "ticket.closed"),
        debatable="waiting before anybody has looked at the request counts: the user waits then, too",
        source=COURSE,
    ),
    _duration(
        name="cycle_time",
        title="Cycle time",
        family="delivery",
        function=delivery.cycle_time,
        between=delivery.CYCLE_TIME,
        definition="from the start of an item's development until it is developed, reviewed and tested, not yet deployed",
        formula="`ticket.done` - `ticket.started`, for each item",
        events=("ticket.started", "ticket.done"),
        debatable="done is before deployment; others stop the clock in production",
        source=COURSE,
    ),
    _duration(
        name="lead_time_for_changes",
        title="Lead time for changes",
        family="delivery",
        function=delivery.lead_time_for_changes,
        between=delivery.LEAD_TIME_FOR_CHANGES,
        definition="from a change's commit to the first deployment that carried it",
        formula="first `service.deployed` - `change.created`, for each change",
        events=("change.created", "service.deployed", "change.abandoned"),
        debatable="from the commit, not from the merge; a deployment that later failed still ends it",
        source=DORA,
    ),
    _rate(
        name="change_failure_rate",
        title="Change failure rate",
        unit="share",
        family="delivery",
        better="lower",
        function=delivery.change_failure_rate,
        count=delivery.deployments_seen,
        definition="deployments that a failure or a rollback names ÷ deployments",
        formula="deployments that a `service.failed` or a `service.rolledback` names ÷ deployments",
        events=("service.deployed", "service.failed", "service.rolledback"),
        debatable="counted in deployments, not in changes or incidents, so that it lies between 0 and 1 and big batches fail more",
        source=DORA,
    ),
    _rate(
        name="deployment_frequency",
        title="Deployment frequency",
        unit="per week",
        family="delivery",
        better="higher",
        function=delivery.deployment_frequency,
        count=delivery.deployments_seen,
        definition="distinct deployments ÷ weeks of observation",
        formula="deployments ÷ weeks of observation",
        events=("service.deployed",),
        debatable="deployments that only repair count as well; DORA asks for the median day instead of a mean",
        source=DORA,
    ),
    _duration(
        name="mttf",
        title="Mean time to failure",
        family="delivery",
        better="higher",
        summary="mean",
        function=delivery.mttf,
        between=delivery.up_times,
        definition="from the service running again to the next failure",
        formula="mean of (start of the next outage - end of this one)",
        events=_INCIDENT,
        debatable="the last up-time is censored and the first has no beginning: both are left out, so a short log understates it",
        source=COURSE,
    ),
    _duration(
        name="mttd",
        title="Mean time to detect",
        family="delivery",
        summary="mean",
        function=delivery.mttd,
        between=delivery.DETECTION,
        definition="from a failure until the team knows of it",
        formula="mean of (`incident.detected` - `service.failed`)",
        events=("service.failed", "incident.detected"),
        debatable=_MEAN_OF_FEW,
        source=COURSE,
    ),
    _duration(
        name="mttr",
        title="Mean time to recovery",
        family="delivery",
        summary="mean",
        function=delivery.mttr,
        between=delivery.RECOVERY,
        definition="from a failure until the service is restored",
        formula="mean of (`incident.resolved` - `service.failed`)",
        events=_INCIDENT,
        debatable=f"the clock starts at the failure, not at its detection; {_MEAN_OF_FEW}",
        source=COURSE,
    ),
    _duration(
        name="mtbf",
        title="Mean time between failures",
        family="delivery",
        better="higher",
        summary="mean",
        function=delivery.mtbf,
        between=delivery.cycles,
        definition="from a failure to the next; MTTF plus the length of the outages, over the same pairs",
        formula="mean of (start of the next outage - start of this one)",
        events=_INCIDENT,
        debatable="a failure during an outage is the same outage, not a new one",
        source=COURSE,
    ),
    _rate(
        name="deployment_rework_rate",
        title="Deployment rework rate",
        unit="share",
        family="delivery",
        better="lower",
        function=delivery.deployment_rework_rate,
        count=delivery.deployments_seen,
        definition="deployments that repair what users met in production ÷ deployments",
        formula="deployments of a change that says `repair=…` ÷ deployments",
        events=("service.deployed",),
        detail=("repair",),
        debatable="DORA asks for unplanned deployments; here one is unplanned if it says what it repairs",
        source=DORA_2024,
    ),
    _duration(
        name="failed_deployment_recovery_time",
        title="Failed deployment recovery time",
        family="delivery",
        function=delivery.failed_deployment_recovery_time,
        between=delivery.caused_by_deployment,
        definition="from a failure that a deployment caused until the service is restored",
        formula="`incident.resolved` - `service.failed`, for each incident whose failure names a deployment",
        events=_INCIDENT,
        debatable="the clock starts at the failure, which may be long after the deployment",
        source=DORA_2024,
    ),
    _rate(
        name="wip",
        title="Work in progress",
        unit="items",
        family="flow",
        better="lower",
        function=flow.wip,
        count=flow.items_seen,
        definition="average over time of the number of items requested and not yet available to users",
        formula="∫ (items created - items closed) dt ÷ hours of observation",
        events=("ticket.created", "ticket.closed"),
        debatable="items that wait to be begun count: the system is everything from the request on",
        source=LITTLE,
    ),
    _rate(
        name="throughput",
        title="Throughput",
        unit="per week",
        family="flow",
        better="higher",
        function=flow.throughput,
        count=flow.items_closed,
        definition="items that became available to users ÷ weeks of observation",
        formula="`ticket.closed` ÷ weeks of observation",
        events=("ticket.closed",),
        debatable="items are counted, whatever their size",
        source=LITTLE,
    ),
    _rate(
        name="flow_efficiency",
        title="Flow efficiency",
        unit="share",
        family="flow",
        better="higher",
        function=flow.flow_efficiency,
        count=flow.items_finished,
        definition="hours in which somebody worked on a finished item ÷ its lead time, summed over items",
        formula="Σ hours with a stage of the item under way ÷ Σ lead time, over finished items",
        events=("ticket.created", "ticket.closed", "stage.started", "stage.finished"),
        debatable="nights and weekends are part of the time on the clock, and work counts as under way through them",
        source="Modig & Åhlström 2012, This is Lean",
    ),
    _rate(
        name="availability",
        title="Availability",
        unit="share",
        family="flow",
        better="higher",
        function=flow.availability,
        count=flow.outages_seen,
        definition="time in which no incident was open ÷ time of observation",
        formula="1 - hours of outages ÷ hours of observation",
        events=_INCIDENT,
        debatable="an incident that only degrades the service counts like one that stops it",
        source="ISO/IEC 25010, availability",
    ),
    _rate(
        name="utilisation",
        title="Utilisation",
        unit="share",
        family="flow",
        better=None,
        function=flow.utilisation,
        count=flow.people_known,
        definition="hours on the clock in which people work on stages ÷ (people times the time of observation)",
        formula="Σ (`stage.finished` - `stage.started`) of people's work ÷ (people times hours of observation)",
        events=("stage.started", "stage.finished"),
        debatable="higher is not better: queues grow without bound as it nears 1",
        source="Hopp & Spearman, Factory Physics",
    ),
    _rate(
        name="vulnerabilities_open",
        title="Number of vulnerabilities",
        unit="vulnerabilities",
        family="security",
        better="lower",
        function=security.vulnerabilities_open,
        count=security.findings_reported,
        definition="average over time of the number of reported findings that are not yet fixed, patched or dismissed",
        formula="∫ (findings reported - findings fixed, patched or dismissed) dt ÷ hours of observation",
        events=("finding.reported", "finding.fixed", "patch.deployed", "finding.dismissed"),
        debatable="only what was reported counts: whoever does not look has none",
        source=COURSE_SECURITY,
    ),
    _rate(
        name="security_test_coverage",
        title="Security test coverage",
        unit="share",
        family="security",
        better="higher",
        function=security.security_test_coverage,
        count=security.changes_deployed,
        definition="share of each deployed change that a security test had covered before its first deployment, averaged",
        formula="Σ largest `covered` of the scans before a change's first deployment ÷ deployed changes",
        events=("scan.finished", "service.deployed"),
        detail=("covered",),
        debatable="a test after the deployment does not count; nor does one that names neither change nor deployment",
        source=COURSE_SECURITY,
    ),
    _duration(
        name="patch_deployment_time",
        title="Patch deployment time",
        family="security",
        function=security.patch_deployment_time,
        between=security.PATCH,
        definition="from the report of a finding until its repair is in production",
        formula="`patch.deployed` - `finding.reported`, for each finding",
        events=("finding.reported", "patch.deployed", "finding.dismissed", "finding.fixed"),
        debatable="the clock starts at the report, not at the repair or the disclosure",
        source=COURSE_SECURITY,
    ),
    _rate(
        name="automated_scan_share",
        title="Share of automated security scans",
        unit="share",
        family="security",
        better="higher",
        function=security.automated_scan_share,
        count=security.scans_seen,
        definition="scans that a machine ran ÷ scans that say who ran them",
        formula="`scan.finished` that say `automated=yes` ÷ those that say yes or no",
        events=("scan.finished",),
        detail=("automated",),
        debatable="scans are counted, whatever they cover: one more small scan raises it",
        source=COURSE_SECURITY,
    ),
    _rate(
        name="false_positive_rate",
        title="False positive rate",
        unit="share",
        family="security",
        better="lower",
        function=security.false_positive_rate,
        count=security.findings_judged,
        definition="findings that were dismissed ÷ findings that were dismissed, fixed or patched",
        formula="findings dismissed ÷ findings dismissed, fixed or patched",
        events=("finding.reported", "finding.dismissed", "finding.fixed", "patch.deployed"),
        debatable="it is 1 - precision of the scans, as teams use the word, not the false positive rate of statistics",
        source=COURSE_SECURITY,
    ),
    _rate(
        name="fixed_in_sprint_share",
        title="Share of security issues fixed in the sprint",
        unit="share",
        family="security",
        better="higher",
        function=security.fixed_in_sprint_share,
        count=security.issues_seen,
        definition="findings fixed in the sprint in which they were reported ÷ findings reported and not dismissed",
        formula="findings fixed in the sprint of their report ÷ (findings reported - findings dismissed)",
        events=("finding.reported", "finding.fixed", "finding.dismissed"),
        detail=("sprint",),
        debatable="what is found on a sprint's last day has one day; without sprints, windows of 14 days stand for them",
        source=COURSE_SECURITY,
    ),
    _rate(
        name="security_incidents_per_deployment",
        title="Security incidents per deployment",
        unit="per deployment",
        family="security",
        better="lower",
        function=security.security_incidents_per_deployment,
        count=delivery.deployments_seen,
        definition="incidents caused by a vulnerability ÷ deployments",
        formula="`service.failed` that say `cause=vulnerability` ÷ deployments",
        events=("service.failed", "service.deployed"),
        detail=("cause",),
        debatable="it falls by deploying more often, with as many incidents as before",
        source=COURSE_SECURITY,
    ),
    _duration(
        name="review_and_fix_time",
        title="Review and fix time",
        family="security",
        function=security.review_and_fix_time,
        between=security.FIX,
        definition="from the report of a finding until it is fixed in the code",
        formula="`finding.fixed` - `finding.reported`, for each finding",
        events=("finding.reported", "finding.fixed", "finding.dismissed"),
        debatable="findings of scanners count like those of reviewers",
        source=COURSE_SECURITY,
    ),
    _rate(
        name="security_downtime",
        title="Security-related downtime",
        unit="h per year",
        family="security",
        better="lower",
        function=security.security_downtime,
        count=security.security_incidents_seen,
        definition="hours in which an incident caused by a vulnerability is open ÷ years of observation",
        formula="hours of the outages that security incidents make ÷ years of observation",
        events=_INCIDENT,
        detail=("cause", "downtime"),
        debatable="taking the service down to contain an attack counts as well as the attack",
        source=COURSE_SECURITY,
    ),
    _rate(
        name="security_automation_rate",
        title="Security automation rate",
        unit="share",
        family="security",
        better="higher",
        function=security.security_automation_rate,
        count=security.tasks_seen,
        definition="security tasks that a machine did ÷ security tasks that say who did them",
        formula="security tasks that say `automated=yes` ÷ security tasks that say yes or no",
        events=("stage.finished",),
        detail=("task", "automated"),
        debatable="tasks are counted, not their hours",
        source=COURSE_SECURITY,
    ),
)

KPIS: Final[Mapping[str, Kpi]] = {kpi.name: kpi for kpi in _ALL}
"""Every KPI by its name, delivery first, then flow, then security."""
