"""`devopssim export LOG --to FORMAT`: convert an event log for other tools."""

import sys
from pathlib import Path
from typing import Final

import click

from devopssim.cli.options import FILE

FORMATS: Final = {
    "cdevents": "CDEvents 0.5 in CloudEvents, one JSON object per line; `devopssim import --cdevents` restores the log",
    "process": "table for process mining with the columns of XES, as .csv or .parquet",
    "openmetrics": "the KPIs as OpenMetrics text for a dashboard",
    "log": "the same event log as .csv or .parquet",
}


@click.command()
@click.argument("log_file", type=FILE, metavar="LOG", help="Event log, a .csv or .parquet file.")
@click.option(
    "--to",
    "form",
    required=True,
    type=click.Choice(list(FORMATS)),
    help=f"Output format. {'; '.join(f'{name}: {text}' for name, text in FORMATS.items())}.",
)
@click.option("--out", type=FILE, required=True, metavar="FILE", help="File to write.")
@click.option(
    "--case", default="item", metavar="COLUMN", help="process: column whose ids are the cases (default item)."
)
@click.option(
    "--environment",
    default="production",
    metavar="NAME",
    help="cdevents: name of the environment (default production).",
)
@click.option(
    "--service", default="service", metavar="NAME", help="cdevents: name of the deployed service (default service)."
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="NAME=VALUE",
    help="openmetrics: label of every sample; may be repeated.",
)
def command(
    *, log_file: Path, form: str, out: Path, case: str, environment: str, service: str, labels: tuple[str, ...]
) -> None:
    """Write the log in the format of another tool."""
    from devopssim import events, exporters

    log = events.read(log_file)
    if form == "cdevents":
        written = f"{exporters.write_cdevents(log, out, environment=environment, service=service)} CDEvents"
    elif form == "process":
        written = f"{exporters.write_process_table(log, out, case)} rows"
    elif form == "log":
        events.write(log, out)
        written = f"{len(log)} events"
    else:
        from devopssim.cli.scenarios import assignments
        from devopssim.files import write_text

        named = {name: str(value) for name, value in assignments(labels, "--label", "team=shop").items()}
        write_text(out, exporters.openmetrics(log, labels=named))
        written = "the KPIs as OpenMetrics"
    sys.stderr.write(f"{out}: {written} written.\n")
