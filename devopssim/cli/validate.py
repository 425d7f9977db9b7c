"""`devopssim validate LOG`: check a file against the event log contract and report anomalies in its data."""

import sys
from pathlib import Path

import click

from devopssim.cli.exit_status import CHECK_FAILED, SUCCESS
from devopssim.cli.options import FILE, json_option, window_options


@click.command()
@click.argument("log_file", type=FILE, metavar="LOG", help="Event log, a .csv or .parquet file.")
@click.option(
    "--html", type=FILE, metavar="FILE", help="Also write a page on the quality of the data that a team lead can read."
)
@window_options
@json_option
def command(*, log_file: Path, html: Path | None, since: str | None, until: str | None, in_json: bool) -> int:
    """Validate the file; return 0 if it is an event log, 1 if it breaks the contract."""
    import json
    from dataclasses import asdict

    from devopssim import events
    from devopssim.diagnostics import report, window_sentence
    from devopssim.errors import BrokenContractError

    try:
        log = events.between(events.read(log_file), since, until)
    except BrokenContractError as error:
        sys.stderr.write(f"devopssim: {error}\n")
        return CHECK_FAILED
    if html is not None:
        from devopssim.report import write_data_quality

        write_data_quality(log, html, name=log_file.stem)
        sys.stderr.write(f"{html}: page written; open it in a browser.\n")
    anomalies = report(log)
    if in_json:
        anomaly_records = [asdict(anomaly) for anomaly in anomalies]
        print(json.dumps({"events": len(log), "hours": log.attrs["horizon"], "anomalies": anomaly_records}, indent=1))
    else:
        print(f"{log_file}: valid event log, {len(log)} events over {log.attrs['horizon']:g} hours.")
        if window := window_sentence(log):
            print(f"Window: {window}")
        for anomaly in anomalies:
            print(f"- {anomaly.sort}: {anomaly.sentence}")
    return SUCCESS
