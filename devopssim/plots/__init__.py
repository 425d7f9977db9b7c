"""Figures: an event log, or the result of an experiment, in; axes out.

Each function draws one idea on the axes that it is given (`ax=None`: on a new figure) and returns them; those that need
several panels make a figure of their own, return it, and say so. `describe` gives every figure's text and table.

    with plots.style("dark"):
        ax = plots.cumulative_flow(log)
    plots.describe(ax)
"""

from devopssim.plots.curves import kpi_curve, kpi_curves
from devopssim.plots.description import Description, alt_text, describe
from devopssim.plots.diagrams import devops_loop, seven_cs, workflow
from devopssim.plots.dora import dora_levels
from devopssim.plots.flow import (
    ageing_work,
    cumulative_flow,
    cycle_time_scatter,
    lead_time_distribution,
    share_within,
    work_in_progress,
)
from devopssim.plots.path import item_path
from devopssim.plots.production import deployments, incident_anatomy
from devopssim.plots.sweeps import effects, shapley, sweep_curve, sweep_map, tornado
from devopssim.plots.theme import style, use
from devopssim.plots.transient import welch
from devopssim.plots.ways import comparison, comparisons, differences
from devopssim.plots.weaknesses import detection_funnel, time_to_fix, vulnerabilities

__all__ = [
    "Description",
    "ageing_work",
    "alt_text",
    "comparison",
    "comparisons",
    "cumulative_flow",
    "cycle_time_scatter",
    "deployments",
    "describe",
    "detection_funnel",
    "devops_loop",
    "differences",
    "dora_levels",
    "effects",
    "incident_anatomy",
    "item_path",
    "kpi_curve",
    "kpi_curves",
    "lead_time_distribution",
    "seven_cs",
    "shapley",
    "share_within",
    "style",
    "sweep_curve",
    "sweep_map",
    "time_to_fix",
    "tornado",
    "use",
    "vulnerabilities",
    "welch",
    "work_in_progress",
    "workflow",
]
