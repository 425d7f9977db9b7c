"""The nine delivery KPIs, those that complete DORA's five, and their parts.

Durations are Series of hours, one value per id, of what has finished; `attrs["unfinished"]` counts what has not. They are
counted over what began in the log: an end whose start lies before a cut is excluded. Rates are NaN where the denominator is 0.
`detail` is read only where a docstring names a key.
"""

from devopssim.kpis.delivery.deployments import (
    deployment_count,
    deployment_frequency,
    deployment_frequency_new_work,
    deployment_rework_rate,
)
from devopssim.kpis.delivery.failures import (
    change_failure_rate,
    change_failure_rate_planned,
    change_failure_rate_repair,
    failed_deployments,
)
from devopssim.kpis.delivery.incidents import failed_deployment_recovery_time, mtbf, mttd, mttf, mttr, time_to_resolve
from devopssim.kpis.delivery.lead_times import LEAD_TIME, cycle_time, lead_time, lead_time_for_changes

__all__ = [
    "LEAD_TIME",
    "change_failure_rate",
    "change_failure_rate_planned",
    "change_failure_rate_repair",
    "cycle_time",
    "deployment_count",
    "deployment_frequency",
    "deployment_frequency_new_work",
    "deployment_rework_rate",
    "failed_deployment_recovery_time",
    "failed_deployments",
    "lead_time",
    "lead_time_for_changes",
    "mtbf",
    "mttd",
    "mttf",
    "mttr",
    "time_to_resolve",
]
