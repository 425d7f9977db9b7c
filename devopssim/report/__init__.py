"""The report of a comparison: one self-contained HTML file, for screen and paper.

    result = devopssim.compare({"agile": AGILE, "devops": DEVOPS}, curves=("lead_time", "wip"))
    report.write(result, "report.html")

It holds the KPIs with their intervals, DORA's levels, curves, what differs and why, and the command that reproduces it.
Every figure comes with its text and its table; the file loads nothing from the network.
"""

from devopssim.report.figures import svg_figure
from devopssim.report.page import render, write

__all__ = ["render", "svg_figure", "write"]
