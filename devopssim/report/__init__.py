"""The report of a comparison: one HTML file that needs nothing else, on a screen or on paper.

    result = devopssim.compare({"agile": AGILE, "devops": DEVOPS}, curves=("lead_time", "wip"))
    report.write(result, "report.html")

It holds the KPIs with their intervals, DORA's levels, curves, what differs and why, and what is needed to do it all again.
Every figure has its text and its table; nothing is loaded from elsewhere.
"""

from devopssim.report.figures import svg_figure
from devopssim.report.page import render, write

__all__ = ["render", "svg_figure", "write"]
