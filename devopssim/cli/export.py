"""`devopssim export LOG --to FORMAT`: an event log for other tools."""

import argparse
import sys
from pathlib import Path
from typing import Final

FORMATS: Final = {
    "cdevents": "CDEvents 0.5 in CloudEvents, one JSON object a line; `devopssim import --cdevents` restores the log",
    "process": "a table for process mining with the columns of XES, as .csv or .parquet",
    "openmetrics": "the KPIs as OpenMetrics text for a dashboard",
    "log": "the same log as .csv or .parquet",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("log", type=Path, metavar="LOG", help="a .csv or .parquet file")
    parser.add_argument(
        "--to", required=True, choices=FORMATS, help="; ".join(f"{name}: {text}" for name, text in FORMATS.items())
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    parser.add_argument(
        "--case", default="item", metavar="COLUMN", help="process: whose ids are the cases (default item)"
    )
    parser.add_argument("--environment", default="production", metavar="NAME", help="cdevents: what users meet")
    parser.add_argument("--service", default="service", metavar="NAME", help="cdevents: what is deployed")
    parser.add_argument(
        "--label", action="append", default=[], metavar="NAME=VALUE", help="openmetrics: put on every sample"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the file."""
    from devopssim import events, exporters
    from devopssim.cli import DONE

    log = events.read(arguments.log)
    if arguments.to == "cdevents":
        options = {"environment": arguments.environment, "service": arguments.service}
        said = f"{exporters.write_cdevents(log, arguments.out, **options)} CDEvents"
    elif arguments.to == "process":
        said = f"{exporters.write_process_table(log, arguments.out, arguments.case)} rows"
    elif arguments.to == "log":
        events.write(log, arguments.out)
        said = f"{len(log)} events"
    else:
        from devopssim.cli.scenarios import assignments
        from devopssim.exporters import openmetrics
        from devopssim.files import write_text

        labels = {name: str(value) for name, value in assignments(arguments.label, "--label", "team=shop").items()}
        write_text(arguments.out, openmetrics(log, labels=labels))
        said = "the KPIs as OpenMetrics"
    sys.stderr.write(f"{arguments.out}: {said}.\n")
    return DONE
