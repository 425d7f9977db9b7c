"""`devopssim factorial SCENARIO`: which of the practices does it?"""

from typing import TYPE_CHECKING

import click

from devopssim.cli.experiments import SeriesArguments, series_options, write_out

if TYPE_CHECKING:
    from devopssim.experiment import Factorial


@click.command()
@series_options(replications=5)
@click.option(
    "--practice",
    "practices",
    multiple=True,
    metavar="PRACTICE",
    help="A practice to vary (default: the seven C's); may be repeated.",
)
@click.option(
    "--halvings",
    type=int,
    default=0,
    metavar="N",
    help="Run half, a quarter, … of the combinations (default 0: all).",
)
def command(*, series: SeriesArguments, practices: tuple[str, ...], halvings: int) -> None:
    """Run the design, print effects and shares, write the folder."""
    from devopssim.experiment import factorial
    from devopssim.scenario import SEVEN_CS
    from devopssim.wording import experiment_note, json_records

    effects = series.carry_out(factorial, practices or SEVEN_CS, halvings=halvings)
    tables = {"effects": effects.effects, "values": effects.result.values}
    if not effects.design.words:
        tables = {"shapley": effects.shapley, **tables}
    if series.in_json:
        print(json_records(next(iter(tables.values()))))
    else:
        print(as_text(effects), experiment_note(effects.result), sep="\n\n")
    write_out(series.out, tables)


def as_text(found: "Factorial") -> str:
    """Return, for each KPI, what every practice adds, or its effect where only a fraction was run; then the interactions."""
    from devopssim.wording import plain_estimate, text_table

    blocks = []
    for (kpi, unit), effects in found.effects.groupby(["kpi", "unit"], sort=False):
        rows = [["effect", f"{kpi} ({unit})", "cannot be told from"]]
        largest = effects.sort_values("estimate", key=abs, ascending=False, kind="stable")
        shown = largest[["effect", "estimate", "low", "high", "aliases"]].itertuples(index=False, name=None)
        rows += [[name, plain_estimate(*numbers), aliases] for name, *numbers, aliases in shown]
        blocks.append(text_table(rows if found.design.words else [row[:2] for row in rows]))
        if not found.design.words:
            shares = found.shapley.query("kpi == @kpi").sort_values("share", ascending=False, kind="stable")
            shown = shares[["practice", "estimate", "low", "high", "share"]].itertuples(index=False, name=None)
            rows = [["practice", f"adds to {kpi} ({unit})", "share"]]
            rows += [[name, plain_estimate(*numbers), f"{share:.1%}"] for name, *numbers, share in shown]
            blocks.insert(-1, text_table(rows))
    return "\n\n".join(blocks)
