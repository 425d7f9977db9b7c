"""`devopssim validate LOG`: check a file against the event log contract and report anomalies in its data."""

import sys
from pathlib import Path

import click

from devopssim.cli.exit_status import CHECK_FAILED, SUCCESS
from devopssim.cli.options import FILE, json_option


@click.command()
@click.argument("log_file", type=FILE, metavar="LOG", help="Event log, a .csv or .parquet file.")
@json_option
def command(*, log_file: Path, in_json: bool) -> int:
    """Validate the file; return 0 if it is an event log, 1 if it breaks the contract."""
    import json
    from dataclasses import asdict

    from devopssim import events
    from devopssim.diagnostics import report
    from devopssim.errors import BrokenContractError

    try:
        log = events.read(log_file)
    except BrokenContractError as error:
        sys.stderr.write(f"devopssim: {error}\n")
        return CHECK_FAILED
    anomalies = report(log)
    if in_json:
        anomaly_records = [asdict(anomaly) for anomaly in anomalies]
        print(json.dumps({"events": len(log), "hours": log.attrs["horizon"], "anomalies": anomaly_records}, indent=1))
    else:
        print(f"{log_file}: valid event log, {len(log)} events over {log.attrs['horizon']:g} hours.")
        for anomaly in anomalies:
            print(f"- {anomaly.sort}: {anomaly.sentence}")
    return SUCCESS
