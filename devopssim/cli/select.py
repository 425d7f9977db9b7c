"""`devopssim select SCENARIO ...`: the best of several scenarios, or of all sets of practices, with a stated probability."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from devopssim.cli.compare import scenarios_of
from devopssim.cli.exit_status import CHECK_FAILED, SUCCESS
from devopssim.cli.experiments import explained_resumption, write_out
from devopssim.cli.options import (
    FILE,
    ExecutionOptions,
    Variation,
    execution_options,
    json_option,
    seed_option,
    variation_options,
)
from devopssim.cli.scenarios import assignments, only_numbers

if TYPE_CHECKING:
    from devopssim.experiment import Candidates, Selection

ROWS: Final = 12
"""Scenarios that the text shows; `--json` and `--out` give all."""
COST_EXAMPLE: Final = "testing=3"


@click.command()
@click.argument("names", metavar="SCENARIO...", nargs=-1, required=True, help="Presets or TOML files.")
@click.option("--kpi", default="lead_time", show_default=True, metavar="KPI", help="KPI that decides.")
@click.option(
    "--indifference",
    type=float,
    required=True,
    metavar="DIFFERENCE",
    help="Smallest difference that matters, in the KPI's unit: hours for durations, 0 to 1 for shares.",
)
@click.option(
    "--better", type=click.Choice(("lower", "higher")), help="Which way the KPI is better (default: its own)."
)
@click.option(
    "--confidence",
    type=float,
    default=0.95,
    show_default=True,
    metavar="SHARE",
    help="Probability of correct selection.",
)
@click.option("--sets", is_flag=True, help="Choose among all sets of practices of one SCENARIO.")
@click.option(
    "--practice",
    "practices",
    multiple=True,
    metavar="PRACTICE",
    help="Practice of the sets, or assistance (default: the seven C's); may be repeated.",
)
@click.option(
    "--cost",
    "costs",
    multiple=True,
    metavar="PRACTICE=COST",
    help=f"Cost of adopting a practice, for example {COST_EXAMPLE} (default: 1); may be repeated.",
)
@click.option("--max-cost", type=float, metavar="COST", help="Leave out the sets that cost more.")
@click.option(
    "--replications",
    type=int,
    default=1000,
    show_default=True,
    metavar="N",
    help="Most replications of a scenario.",
)
@click.option("--warm-up", type=float, default=0.0, metavar="HOURS", help="Exclude the first HOURS (default 0).")
@variation_options
@seed_option
@execution_options
@click.option(
    "--out",
    type=FILE,
    metavar="DIR",
    help="Write the tables to this folder; after Ctrl-C, the same command resumes from it.",
)
@json_option
def command(
    *,
    names: tuple[str, ...],
    kpi: str,
    indifference: float,
    better: str | None,
    confidence: float,
    sets: bool,
    practices: tuple[str, ...],
    costs: tuple[str, ...],
    max_cost: float | None,
    replications: int,
    warm_up: float,
    variation: Variation,
    seed: int,
    options: ExecutionOptions,
    out: Path | None,
    in_json: bool,
) -> int:
    """Select, print the table and write the folder; exit status 1 if the replications decide nothing."""
    from devopssim.experiment import select
    from devopssim.wording import json_records

    if not sets and (practices or costs or max_cost is not None):
        message = "--practice, --cost and --max-cost describe sets of practices; add --sets"
        raise click.UsageError(message, click.get_current_context())
    given = _sets(names, variation, practices, costs, max_cost) if sets else scenarios_of(names, variation)
    with options.execution(out) as execution, explained_resumption(out):
        selection = select(
            given,
            kpi,
            indifference=indifference,
            better=better,  # type: ignore[arg-type] # Click checked it
            confidence=confidence,
            replications=replications,
            warm_up=warm_up,
            seed=seed,
            execution=execution,
        )
    print(json_records(selection.table) if in_json else as_text(selection))
    write_out(out, selection.tables)
    return SUCCESS if selection.decided else CHECK_FAILED


def _sets(
    names: tuple[str, ...],
    variation: Variation,
    practices: tuple[str, ...],
    costs: tuple[str, ...],
    max_cost: float | None,
) -> "Candidates":
    from devopssim.experiment import practice_sets
    from devopssim.scenario import SEVEN_CS

    if len(names) > 1:
        raise click.UsageError("--sets takes one SCENARIO", click.get_current_context())
    (scenario,) = scenarios_of(names, variation).values()
    prices = only_numbers(assignments(costs, "--cost", COST_EXAMPLE), "--cost", COST_EXAMPLE)
    candidates = practice_sets(scenario, practices or SEVEN_CS, costs=prices)
    return candidates if max_cost is None else candidates.within(max_cost)


def as_text(selection: "Selection") -> str:
    """Return the best scenarios as a table, and what the selection states."""
    from devopssim.wording import selection_sentence, significant, text_table

    unit = selection.table["unit"].iloc[0]
    rows = [["scenario", "cost", f"{selection.kpi} ({unit})", "difference", "replications", "status"]]
    columns = ["scenario", "cost", "estimate", "difference", "replications", "status", "eliminated_by"]
    for name, cost, estimate, difference, n, status, by in selection.table[columns].head(ROWS).itertuples(index=False):
        reason = f"{status} by {by}" if by else status
        rows.append([name, significant(cost), significant(estimate), significant(difference), str(n), reason])
    if not selection.costs:
        rows = [[cell for column, cell in enumerate(row) if column != 1] for row in rows]
    hidden = len(selection.table) - ROWS
    more = [f"… and {hidden} more; --json or --out gives all."] if hidden > 0 else []
    return "\n".join([text_table(rows), *more, "", selection_sentence(selection)])
