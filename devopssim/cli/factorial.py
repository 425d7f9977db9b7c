"""`devopssim factorial SCENARIO`: main effects, interactions and Shapley shares of the practices."""

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
    help="Practice to vary, or assistance (default: the seven C's); may be repeated.",
)
@click.option(
    "--halvings",
    type=int,
    default=0,
    metavar="N",
    help="Run a fraction of the combinations: 1 for a half, 2 for a quarter, … (default 0: all).",
)
def command(*, series: SeriesArguments, practices: tuple[str, ...], halvings: int) -> None:
    """Run the design, print effects and shares, and write the folder."""
    from devopssim.experiment import factorial
    from devopssim.scenario import SEVEN_CS
    from devopssim.wording import chance_sentence, experiment_note, json_records

    effects = series.run(factorial, practices or SEVEN_CS, halvings=halvings)
    tables = {"effects": effects.effects, "values": effects.result.values}
    if not effects.design.words:
        tables = {"shapley": effects.shapley, **tables}
    if series.in_json:
        print(json_records(next(iter(tables.values()))))
    else:
        notes = [experiment_note(effects.result), *chance_sentence(effects.multiplicity, of="effects")]
        print(as_text(effects), "\n".join(notes), sep="\n\n")
    write_out(series.out, tables)


def as_text(factorial: "Factorial") -> str:
    """Return, for each KPI, the contribution of each practice (full designs only), then main effects and interactions."""
    from devopssim.wording import plain_estimate, text_table

    blocks = []
    for (kpi, unit), effects in factorial.effects.groupby(["kpi", "unit"], sort=False):
        rows = [["effect", f"{kpi} ({unit})", "aliased with"]]
        largest = effects.sort_values("estimate", key=abs, ascending=False, kind="stable")
        shown = largest[["effect", "estimate", "low", "high", "aliases"]].itertuples(index=False, name=None)
        rows += [[name, plain_estimate(*numbers), aliases] for name, *numbers, aliases in shown]
        blocks.append(text_table(rows if factorial.design.words else [row[:2] for row in rows]))
        if not factorial.design.words:
            shares = factorial.shapley.query("kpi == @kpi").sort_values("share", ascending=False, kind="stable")
            shown = shares[["practice", "estimate", "low", "high", "share"]].itertuples(index=False, name=None)
            rows = [["practice", f"contribution to {kpi} ({unit})", "share"]]
            rows += [[name, plain_estimate(*numbers), f"{share:.1%}"] for name, *numbers, share in shown]
            blocks.insert(-1, text_table(rows))
    return "\n\n".join(blocks)
