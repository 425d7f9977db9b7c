"""`devopssim validate LOG`: does a file keep the contract of an event log, and how far can it be trusted?"""

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("log", type=Path, metavar="LOG", help="a .csv or .parquet file")
    parser.add_argument("--json", action="store_true", help="print what is odd as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Validate the file: 0 if it is an event log, 1 if it breaks the contract."""
    import json
    from dataclasses import asdict

    from devopssim import events
    from devopssim.cli import ANSWER_IS_NO, DONE
    from devopssim.diagnostics import report
    from devopssim.errors import BrokenContractError

    try:
        log = events.read(arguments.log)
    except BrokenContractError as error:
        sys.stderr.write(f"devopssim: {error}\n")
        return ANSWER_IS_NO
    found = report(log)
    if arguments.json:
        about = {"events": len(log), "hours": log.attrs["horizon"], "findings": [asdict(each) for each in found]}
        sys.stdout.write(json.dumps(about, indent=1) + "\n")
        return DONE
    sys.stdout.write(f"{arguments.log}: an event log of {len(log)} events over {log.attrs['horizon']:g} hours.\n")
    sys.stdout.writelines(f"- {each.sort}: {each.sentence}\n" for each in found)
    return DONE
