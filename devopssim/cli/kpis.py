"""`devopssim kpis LOG`, `devopssim kpis --git REPOSITORY`: the KPIs of an event log, or of a git history."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

HELP: Final = "compute the KPIs of an event log, or of a git history"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("log", type=Path, nargs="?", metavar="LOG", help="a .csv or .parquet file")
    parser.add_argument(
        "--git", type=Path, metavar="REPOSITORY", help="read the history of this git repository instead"
    )
    parser.add_argument("--tags", default="*", metavar="PATTERN", help="with --git: the tags that are deployments (v*)")
    parser.add_argument(
        "--warm-up", type=float, default=0.0, metavar="HOURS", help="leave the first HOURS of the log out (default 0)"
    )
    parser.add_argument("--json", action="store_true", help="print a list of records instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print the KPIs."""
    import json

    from devopssim import events, kpis
    from devopssim.cli import DONE

    log = events.since(_log(arguments), arguments.warm_up)
    print(json.dumps(kpis.records(log), indent=1) if arguments.json else kpis.as_text(kpis.table(log)))
    return DONE


def _log(arguments: argparse.Namespace) -> "pd.DataFrame":
    """Return the log that the arguments name."""
    from devopssim import events
    from devopssim.errors import InvalidInputError

    if (arguments.log is None) == (arguments.git is None):
        message = "give either the file of an event log or --git REPOSITORY."
        raise InvalidInputError(message)
    if arguments.log is not None:
        return events.read(arguments.log)
    from devopssim.sources import read_git

    log = read_git(arguments.git, tags=arguments.tags)
    sys.stderr.write(f"{arguments.git}: {log.attrs['source']['rules']}.\n")
    return log
