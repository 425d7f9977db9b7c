"""Flow KPIs: how much work is in progress, how much gets done, how long items are worked on, and how busy the roles are."""

from devopssim.kpis.flow.delay import cost_of_delay, on_time_share, open_values
from devopssim.kpis.flow.efficiency import flow_efficiency
from devopssim.kpis.flow.items import failure_demand, open_items, throughput, throughput_new_work, time_in_system, wip
from devopssim.kpis.flow.uptime import availability
from devopssim.kpis.flow.workload import busy_hours, people, utilisation, utilisation_by_role, work_at_start, work_of

__all__ = [
    "availability",
    "busy_hours",
    "cost_of_delay",
    "failure_demand",
    "flow_efficiency",
    "on_time_share",
    "open_items",
    "open_values",
    "people",
    "throughput",
    "throughput_new_work",
    "time_in_system",
    "utilisation",
    "utilisation_by_role",
    "wip",
    "work_at_start",
    "work_of",
]
