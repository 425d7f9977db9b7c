"""`devopssim factorial SCENARIO`: which of the practices does it?"""

import argparse
from typing import TYPE_CHECKING

from devopssim.cli.experiments import add_experiment, carry_out

if TYPE_CHECKING:
    from devopssim.experiment import Factorial


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_experiment(parser, replications=5)
    parser.add_argument(
        "--practice",
        action="append",
        metavar="PRACTICE",
        help="a practice to vary (default: the seven C's); may be repeated",
    )
    parser.add_argument(
        "--halvings",
        type=int,
        default=0,
        metavar="N",
        help="run half, a quarter, … of the combinations (default 0: all)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the design, print effects and shares, write the folder."""
    from devopssim.cli import DONE
    from devopssim.cli.experiments import about, as_json, write_out
    from devopssim.experiment import factorial
    from devopssim.scenario import PRACTICES

    found = carry_out(arguments, factorial, tuple(arguments.practice or PRACTICES), halvings=arguments.halvings)
    tables = {"effects": found.effects, "values": found.result.values}
    if not found.design.words:
        tables = {"shapley": found.shapley, **tables}
    if arguments.json:
        print(as_json(next(iter(tables.values()))))
    else:
        print(as_text(found), about(found.result), sep="\n\n")
    write_out(arguments.out, tables)
    return DONE


def as_text(found: "Factorial") -> str:
    """Return, for each KPI, what every practice adds, or its effect where only a fraction was run; then the interactions."""
    from devopssim.cli.experiments import cell, grid

    blocks = []
    for (kpi, unit), effects in found.effects.groupby(["kpi", "unit"], sort=False):
        rows = [["effect", f"{kpi} ({unit})", "cannot be told from"]]
        largest = effects.sort_values("estimate", key=abs, ascending=False, kind="stable")
        shown = largest[["effect", "estimate", "low", "high", "aliases"]].itertuples(index=False, name=None)
        rows += [[name, cell(*numbers), aliases] for name, *numbers, aliases in shown]
        blocks.append(grid(rows if found.design.words else [row[:2] for row in rows]))
        if not found.design.words:
            shares = found.shapley.query("kpi == @kpi").sort_values("share", ascending=False, kind="stable")
            shown = shares[["practice", "estimate", "low", "high", "share"]].itertuples(index=False, name=None)
            rows = [["practice", f"adds to {kpi} ({unit})", "share"]]
            rows += [[name, cell(*numbers), f"{share:.1%}"] for name, *numbers, share in shown]
            blocks.insert(-1, grid(rows))
    return "\n\n".join(blocks)
