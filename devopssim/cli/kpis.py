"""`devopssim kpis LOG`, `devopssim kpis --git REPOSITORY`: compute the KPIs of an event log or of a git history."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from devopssim.cli.import_ import git_options, notes_of
from devopssim.cli.options import FILE, json_option, only_one_of, window_options

if TYPE_CHECKING:
    import pandas as pd


OPTION_OF: Final = {"paths": "path", "hotfixes": "hotfix", "exclude_authors": "exclude-author"}
"""Options whose parameter has another name."""


@click.command()
@click.argument("log_file", type=FILE, required=False, metavar="[LOG]", help="Event log, a .csv or .parquet file.")
@click.option("--git", type=FILE, metavar="REPOSITORY", help="Read the history of this git repository instead.")
@git_options
@window_options
@click.option(
    "--warm-up",
    type=float,
    default=0.0,
    metavar="HOURS",
    help="Exclude the first HOURS of the log from the KPIs (default 0).",
)
@click.option(
    "--by",
    type=click.Choice(["assisted"]),
    help="Print the KPIs of changes that are marked as written with AI assistance beside those of the others.",
)
@click.option("--intervals", is_flag=True, help="Add 95 % confidence intervals, and the reason where one is missing.")
@json_option
def command(
    *,
    log_file: Path | None,
    git: Path | None,
    since: str | None,
    until: str | None,
    warm_up: float,
    by: str | None,
    intervals: bool,
    in_json: bool,
    **rules: Any,
) -> None:
    """Print the KPIs of a log or of a git history."""
    import json

    from devopssim import events, kpis
    from devopssim.errors import InvalidInputError
    from devopssim.importers import read_git
    from devopssim.wording import kpi_table

    if log_file is not None and git is None:
        given = [f"--{OPTION_OF.get(name, name.replace('_', '-'))}" for name, value in rules.items() if value]
        if given:
            message = (
                f"{' and '.join(given)}: these options apply to a git history only; pass --git REPOSITORY or omit them."
            )
            raise InvalidInputError(message)
        log = events.read(log_file)
    elif git is not None and log_file is None:
        log = read_git(git, **{name: value for name, value in rules.items() if value})
    else:
        raise InvalidInputError(
            "expected exactly one source; pass either LOG, the file of an event log, or --git REPOSITORY."
        )
    log = events.between(log, since, until)
    if git is not None or since or until:
        for line in notes_of(log):
            sys.stderr.write(f"{line}\n")
    only_one_of({"--by": by is not None, "--intervals": intervals})
    if by:
        _print_halves(log, warm_up, in_json=in_json)
        return
    log = events.since(log, warm_up)
    if intervals:
        _print_with_intervals(log, in_json=in_json)
    else:
        print(json.dumps(kpis.records(log), indent=1) if in_json else kpi_table(kpis.table(log)))


def _print_halves(log: "pd.DataFrame", warm_up: float, *, in_json: bool) -> None:
    """Print the KPIs with and without assistance side by side; KPIs that neither half observes are left out of the text."""
    import json

    from devopssim import events, kpis
    from devopssim.wording import significant, text_table

    halves = {name: events.since(half, warm_up) for name, half in kpis.by_assistance(log).items()}
    if in_json:
        print(json.dumps({name: kpis.records(half) for name, half in halves.items()}, indent=1))
        return
    tables = {name: kpis.table(half)[["value", "n"]].to_dict("index") for name, half in halves.items()}
    rows = [["KPI", "unit", *(cell for name in tables for cell in (name, "n"))]]
    for kpi in kpis.KPIS.values():
        shown = [table[kpi.name] for table in tables.values()]
        if any(row["n"] for row in shown):
            cells = (cell for row in shown for cell in (significant(row["value"]), str(row["n"])))
            rows.append([kpi.name, kpi.unit, *cells])
    changes = [int((half["kind"] == "change.created").sum()) for half in halves.values()]
    shared = next(iter(halves.values())).attrs["shared_deployments"]
    print(text_table(rows, right=[2, 3, 4, 5]))
    print(f"\n{changes[0]} of {sum(changes)} changes are assisted; {shared} deployments carry both and count in both.")


def _print_with_intervals(log: "pd.DataFrame", *, in_json: bool) -> None:
    """Print the KPIs with their intervals; below them the reasons of those that have none."""
    from math import isnan

    from devopssim.diagnostics import intervals
    from devopssim.wording import json_records, plain_estimate, text_table

    measured = intervals(log).reset_index()
    if in_json:
        columns = ["kpi", "unit", "value", "low", "high", "precision", "n", "counts", "unfinished", "word", "reason"]
        print(json_records(measured[columns]))
        return
    rows = [["KPI", "unit", "value (95 % interval)", "n", "", "unfinished", ""]]
    reasons = []
    for row in measured.to_dict("records"):
        unfinished = "-" if isnan(row["unfinished"]) else str(round(row["unfinished"]))
        word = "" if row["word"] == "enough" else row["word"]
        value = plain_estimate(row["value"], row["low"], row["high"])
        rows.append([row["kpi"], row["unit"], value, str(row["n"]), row["counts"], unfinished, word])
        if row["word"] == "no interval":
            reasons.append([row["kpi"], row["reason"]])
    print(text_table(rows))
    if reasons:
        print(f"\nNo interval:\n{text_table(reasons)}")
