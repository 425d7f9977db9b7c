"""`devopssim validate LOG`: does a file keep the contract of an event log?"""

import argparse
import sys
from pathlib import Path
from typing import Final

HELP: Final = "tell whether a file is an event log, and if not, which row breaks which rule"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("log", type=Path, metavar="LOG", help="a .csv or .parquet file")


def run(arguments: argparse.Namespace) -> int:
    """Validate the file: 0 if it is an event log, 1 if it breaks the contract."""
    from devopssim import events
    from devopssim.cli import ANSWER_IS_NO, DONE
    from devopssim.errors import BrokenContractError

    try:
        log = events.read(arguments.log)
    except BrokenContractError as error:
        sys.stderr.write(f"devopssim: {error}\n")
        return ANSWER_IS_NO
    sys.stdout.write(f"{arguments.log}: an event log of {len(log)} events over {log.attrs['horizon']:g} hours.\n")
    return DONE
