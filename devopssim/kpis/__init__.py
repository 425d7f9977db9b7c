"""KPIs: pure functions of one event log, from a simulation, the live lab or a team's history alike.

    kpis.table(log)                     every KPI, one row each
    kpis.lead_time(log)                 one KPI: a Series of hours, or a number
    kpis.kpi_curve(log, "wip")          one KPI over time
    kpis.classify(table, year=2024)     DORA's levels
    kpis.KPIS["lead_time"].definition   its meaning, the events that it reads, its debatable choice

A log that was cut (`events.since`) is observed from its warm-up to its horizon. Durations that began before the cut are
excluded; entities in progress at the cut count where a KPI averages over time.
"""

from devopssim.kpis.assistance import by_assistance
from devopssim.kpis.catalogue import KPIS
from devopssim.kpis.curves import kpi_curve, since
from devopssim.kpis.declaration import IntervalRule, Kpi, Method, Rate
from devopssim.kpis.delivery import (
    change_failure_rate,
    change_failure_rate_planned,
    change_failure_rate_repair,
    cycle_time,
    deployment_frequency,
    deployment_frequency_new_work,
    deployment_rework_rate,
    failed_deployment_recovery_time,
    failed_deployments,
    lead_time,
    lead_time_for_changes,
    mtbf,
    mttd,
    mttf,
    mttr,
    time_to_resolve,
)
from devopssim.kpis.downtime import outages, outages_of, restored, user_hours_lost
from devopssim.kpis.durations import Durations, EventPair
from devopssim.kpis.flow import (
    availability,
    busy_hours,
    cost_of_delay,
    failure_demand,
    flow_efficiency,
    on_time_share,
    throughput,
    throughput_new_work,
    time_in_system,
    utilisation,
    utilisation_by_role,
    wip,
)
from devopssim.kpis.levels import (
    DORA_CLUSTERS,
    DORA_METRICS,
    FIVE_METRICS,
    REPORTS_WITHOUT_LEVELS,
    Band,
    Cluster,
    ReportWithoutLevels,
    classify,
    clusters,
    dora_kpis,
)
from devopssim.kpis.run import Floats, Log, Run, Truths, run_of
from devopssim.kpis.security import (
    FIX,
    PATCH,
    automated_scan_share,
    false_positive_rate,
    fixed_in_sprint_share,
    open_vulnerabilities,
    patch_deployment_time,
    review_and_fix_time,
    security_automation_rate,
    security_downtime,
    security_incidents_per_deployment,
    security_test_coverage,
    vulnerabilities_hidden,
    vulnerabilities_open,
)
from devopssim.kpis.summary import chosen, counted, records, table, values
from devopssim.kpis.supply_chain import attestation_coverage, gate_refusal_share

__all__ = [
    "DORA_CLUSTERS",
    "DORA_METRICS",
    "FIVE_METRICS",
    "FIX",
    "KPIS",
    "PATCH",
    "REPORTS_WITHOUT_LEVELS",
    "Band",
    "Cluster",
    "Durations",
    "EventPair",
    "Floats",
    "IntervalRule",
    "Kpi",
    "Log",
    "Method",
    "Rate",
    "ReportWithoutLevels",
    "Run",
    "Truths",
    "attestation_coverage",
    "automated_scan_share",
    "availability",
    "busy_hours",
    "by_assistance",
    "change_failure_rate",
    "change_failure_rate_planned",
    "change_failure_rate_repair",
    "chosen",
    "classify",
    "clusters",
    "cost_of_delay",
    "counted",
    "cycle_time",
    "deployment_frequency",
    "deployment_frequency_new_work",
    "deployment_rework_rate",
    "dora_kpis",
    "failed_deployment_recovery_time",
    "failed_deployments",
    "failure_demand",
    "false_positive_rate",
    "fixed_in_sprint_share",
    "flow_efficiency",
    "gate_refusal_share",
    "kpi_curve",
    "lead_time",
    "lead_time_for_changes",
    "mtbf",
    "mttd",
    "mttf",
    "mttr",
    "on_time_share",
    "open_vulnerabilities",
    "outages",
    "outages_of",
    "patch_deployment_time",
    "records",
    "restored",
    "review_and_fix_time",
    "run_of",
    "security_automation_rate",
    "security_downtime",
    "security_incidents_per_deployment",
    "security_test_coverage",
    "since",
    "table",
    "throughput",
    "throughput_new_work",
    "time_in_system",
    "time_to_resolve",
    "user_hours_lost",
    "utilisation",
    "utilisation_by_role",
    "values",
    "vulnerabilities_hidden",
    "vulnerabilities_open",
    "wip",
]
