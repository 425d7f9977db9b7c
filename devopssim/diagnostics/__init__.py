"""How far a log of real events, and the KPIs of it, can be trusted.

report(log)       what is odd about it: gaps, impossible orders, repeated ids, what never ends, small numbers
intervals(log)    every KPI with a bootstrap interval and a plain word
"""

from devopssim.diagnostics.anomalies import Finding, report, window_sentence
from devopssim.diagnostics.bootstrap import intervals

__all__ = ["Finding", "intervals", "report", "window_sentence"]
