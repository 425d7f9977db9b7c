"""All KPIs by name: the meaning, the events read, the debatable choice and the source of each."""

from collections.abc import Mapping
from typing import Final

from devopssim.kpis import delivery, flow, security, supply_chain
from devopssim.kpis.declaration import Kpi, kpi_of

IN_ORDER: Final = (
    delivery.lead_time,
    delivery.cycle_time,
    delivery.lead_time_for_changes,
    delivery.change_failure_rate,
    delivery.change_failure_rate_planned,
    delivery.change_failure_rate_repair,
    delivery.deployment_frequency,
    delivery.deployment_frequency_new_work,
    delivery.mttf,
    delivery.mttd,
    delivery.mttr,
    delivery.time_to_resolve,
    delivery.mtbf,
    delivery.deployment_rework_rate,
    delivery.failed_deployment_recovery_time,
    flow.wip,
    flow.throughput,
    flow.throughput_new_work,
    flow.failure_demand,
    flow.flow_efficiency,
    flow.availability,
    flow.cost_of_delay,
    flow.on_time_share,
    flow.utilisation,
    security.vulnerabilities_open,
    security.vulnerabilities_hidden,
    security.security_test_coverage,
    security.patch_deployment_time,
    security.automated_scan_share,
    security.false_positive_rate,
    security.fixed_in_sprint_share,
    security.security_incidents_per_deployment,
    security.review_and_fix_time,
    security.security_downtime,
    security.security_automation_rate,
    supply_chain.attestation_coverage,
    supply_chain.gate_refusal_share,
)
"""The functions of all KPIs, in the order of tables and pages: delivery first, then flow, security and the supply chain."""

KPIS: Final[Mapping[str, Kpi]] = {kpi.name: kpi for kpi in map(kpi_of, IN_ORDER)}
"""Every KPI by its name."""

# doctest collects functions that are defined in a module; a declared KPI is made in `declaration`, so it is listed here
__test__: Final = {name: kpi.function.__doc__ or "" for name, kpi in KPIS.items()}
