"""Event logs for other tools: CDEvents, process mining, OpenMetrics, a git history."""

from devopssim.exporters.cdevents import to_cdevents, write_cdevents
from devopssim.exporters.git import write_git
from devopssim.exporters.openmetrics import openmetrics
from devopssim.exporters.process_mining import process_table, write_process_table

__all__ = [
    "openmetrics",
    "process_table",
    "to_cdevents",
    "write_cdevents",
    "write_git",
    "write_process_table",
]
