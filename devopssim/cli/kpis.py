"""`devopssim kpis LOG`, `devopssim kpis --git REPOSITORY`: the KPIs of an event log, or of a git history."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("log", type=Path, nargs="?", metavar="LOG", help="a .csv or .parquet file")
    parser.add_argument(
        "--git", type=Path, metavar="REPOSITORY", help="read the history of this git repository instead"
    )
    parser.add_argument("--tags", metavar="PATTERN", help="with --git: the tags that are deployments (v*)")
    parser.add_argument(
        "--warm-up", type=float, default=0.0, metavar="HOURS", help="leave the first HOURS of the log out (default 0)"
    )
    parser.add_argument("--branch", metavar="NAME", help="with --git: the main line (default: HEAD)")
    parser.add_argument("--intervals", action="store_true", help="add bootstrap intervals, and a word on small numbers")
    parser.add_argument("--json", action="store_true", help="print a list of records instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print the KPIs."""
    import json

    from devopssim import events, kpis
    from devopssim.cli import DONE

    log = events.since(_log(arguments), arguments.warm_up)
    if arguments.intervals:
        return _with_intervals(log, as_json=arguments.json)
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
        if arguments.tags is not None or arguments.branch is not None:
            message = "--tags and --branch say how a git history is read; give --git REPOSITORY, or leave them out."
            raise InvalidInputError(message)
        return events.read(arguments.log)
    from devopssim.importers import read_git

    log = read_git(arguments.git, tags=arguments.tags or "*", branch=arguments.branch)
    sys.stderr.write(f"{arguments.git}: {log.attrs['source']['rules']}.\n")
    return log


def _with_intervals(log: "pd.DataFrame", *, as_json: bool) -> int:
    from math import isnan

    from devopssim.cli import DONE
    from devopssim.cli.experiments import as_json as records
    from devopssim.cli.experiments import cell, grid
    from devopssim.diagnostics import intervals

    found = intervals(log).reset_index()
    if as_json:
        print(records(found[["kpi", "unit", "value", "low", "high", "n", "unfinished", "word"]]))
        return DONE
    rows = [["KPI", "unit", "value (95 % interval)", "n", "unfinished", ""]]
    for row in found.to_dict("records"):
        unfinished = "-" if isnan(row["unfinished"]) else str(round(row["unfinished"]))
        word = "" if row["word"] == "enough" else row["word"]
        value = cell(row["value"], row["low"], row["high"])
        rows.append([row["kpi"], row["unit"], value, str(row["n"]), unfinished, word])
    print(grid(rows))
    return DONE
