"""How far a log of real events, and the KPIs of it, can be trusted.

report(log)            what is odd about it: gaps, impossible orders, repeated ids, what never ends, small numbers
intervals(log)         every KPI with its confidence interval, or the reason why it has none
mean_interval(values)  the interval of a mean; likewise median_interval, share_interval and event_interval
observation(log)       which parts of delivery its sources can tell
window_sentence(log)   the window of observation, and what is open at its edges
"""

from devopssim.diagnostics.anomalies import Finding, report, window_sentence
from devopssim.diagnostics.confidence import KpiInterval, interval_of, intervals
from devopssim.diagnostics.estimators import event_interval, mean_interval, median_interval, share_interval
from devopssim.diagnostics.observed_parts import observation

__all__ = [
    "Finding",
    "KpiInterval",
    "event_interval",
    "interval_of",
    "intervals",
    "mean_interval",
    "median_interval",
    "observation",
    "report",
    "share_interval",
    "window_sentence",
]
