"""How far a log of real events, and the KPIs of it, can be trusted.

report(log)            what is odd about it: gaps, impossible orders, repeated ids, what never ends, small numbers
intervals(log)         every KPI with a bootstrap interval and a plain word
observation(log)       which parts of delivery its sources can tell
window_sentence(log)   the window of observation, and what is open at its edges
"""

from devopssim.diagnostics.anomalies import Finding, report, window_sentence
from devopssim.diagnostics.bootstrap import intervals
from devopssim.diagnostics.observed_parts import observation

__all__ = ["Finding", "intervals", "observation", "report", "window_sentence"]
