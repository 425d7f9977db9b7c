"""Figures of an event log or of the result of an experiment.

Each function draws one idea on the axes it is given (`ax=None`: on a new figure) and returns the axes. Functions that need
several panels return a new figure; their summary says so. `describe` returns the text and the table behind every figure.

    with plots.style("dark"):
        ax = plots.cumulative_flow(log)
    plots.describe(ax)

Figures of one log show one replication or one team's history; figures of a `Result` show means with confidence intervals.
"""

from devopssim.plots.axes import LOG_CURVES_FROM
from devopssim.plots.curves import curves_of, kpi_curve, kpi_curves
from devopssim.plots.descriptions import alt_text, describe
from devopssim.plots.diagrams import devops_loop, seven_cs, workflow
from devopssim.plots.dora import dora_levels
from devopssim.plots.durations import cycle_time_scatter, lead_time_distribution
from devopssim.plots.flow import ageing_work, cumulative_flow, work_in_progress
from devopssim.plots.golden_signals import golden_signals
from devopssim.plots.item_timeline import item_path
from devopssim.plots.production import deployments, incident_anatomy
from devopssim.plots.scenario_comparison import USUAL_KPIS, comparison, comparisons, differences
from devopssim.plots.security import detection_funnel, time_to_fix, vulnerabilities
from devopssim.plots.sweeps import effects, shapley, sweep_curve, sweep_map, tornado
from devopssim.plots.theme import INKS, colour_of, style, use
from devopssim.plots.warm_up import welch
from devopssim.wording import Description

__all__ = [
    "INKS",
    "LOG_CURVES_FROM",
    "USUAL_KPIS",
    "Description",
    "ageing_work",
    "alt_text",
    "colour_of",
    "comparison",
    "comparisons",
    "cumulative_flow",
    "curves_of",
    "cycle_time_scatter",
    "deployments",
    "describe",
    "detection_funnel",
    "devops_loop",
    "differences",
    "dora_levels",
    "effects",
    "golden_signals",
    "incident_anatomy",
    "item_path",
    "kpi_curve",
    "kpi_curves",
    "lead_time_distribution",
    "seven_cs",
    "shapley",
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
