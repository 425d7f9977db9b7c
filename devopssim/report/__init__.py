"""Reports: self-contained HTML files, for screen and paper, of a comparison and of the quality of a log's data.

    result = devopssim.compare({"agile": AGILE, "devops": DEVOPS}, curves=("lead_time", "wip"))
    report.write(result, "report.html")
    report.write_data_quality(log, "quality.html")

The first holds the KPIs with their intervals, DORA's levels, curves, what differs and why, and the command that reproduces it.
Every figure comes with its text and its table; the file loads nothing from the network.
"""

from devopssim.report.data_quality import render_data_quality, write_data_quality
from devopssim.report.figures import svg_figure
from devopssim.report.page import render, write

__all__ = ["render", "render_data_quality", "svg_figure", "write", "write_data_quality"]
