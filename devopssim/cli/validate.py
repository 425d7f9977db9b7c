"""`devopssim validate LOG`: does a file keep the contract of an event log, and how far can it be trusted?"""

import sys
from pathlib import Path

import click

from devopssim.cli.exit_status import ANSWER_IS_NO, DONE
from devopssim.cli.options import FILE, json_option


@click.command()
@click.argument("log_file", type=FILE, metavar="LOG", help="A .csv or .parquet file.")
@json_option
def command(*, log_file: Path, in_json: bool) -> int:
    """Validate the file: 0 if it is an event log, 1 if it breaks the contract."""
    import json
    from dataclasses import asdict

    from devopssim import events
    from devopssim.diagnostics import report
    from devopssim.errors import BrokenContractError

    try:
        log = events.read(log_file)
    except BrokenContractError as error:
        sys.stderr.write(f"devopssim: {error}\n")
        return ANSWER_IS_NO
    anomalies = report(log)
    if in_json:
        about = {"events": len(log), "hours": log.attrs["horizon"], "findings": [asdict(it) for it in anomalies]}
        print(json.dumps(about, indent=1))
    else:
        print(f"{log_file}: an event log of {len(log)} events over {log.attrs['horizon']:g} hours.")
        for anomaly in anomalies:
            print(f"- {anomaly.sort}: {anomaly.sentence}")
    return DONE
