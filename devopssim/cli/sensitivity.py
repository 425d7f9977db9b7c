"""`devopssim sensitivity SCENARIO`: vary every parameter, one at a time, and rank them by their effect."""

from typing import TYPE_CHECKING

import click

from devopssim.cli.experiments import SeriesArguments, series_options, write_out

if TYPE_CHECKING:
    import pandas as pd


@click.command()
@series_options(replications=5)
@click.option(
    "--change",
    type=float,
    default=0.2,
    show_default=True,
    metavar="SHARE",
    help="Relative change of each parameter, up and down.",
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME",
    help="Parameter to vary (default: all numeric ones); may be repeated.",
)
def command(*, series: SeriesArguments, change: float, parameters: tuple[str, ...]) -> None:
    """Vary the parameters, print the tornado table and write the folder."""
    from devopssim.experiment import sensitivity
    from devopssim.wording import chance_sentence, experiment_note, json_records

    swings = series.run(sensitivity, change=change, names=parameters)
    if series.in_json:
        print(json_records(swings.tornado))
    else:
        notes = [experiment_note(swings.result), *chance_sentence(swings.multiplicity)]
        print(as_text(swings.differences), "\n".join(notes), sep="\n\n")
    tables = {"tornado": swings.tornado, "differences": swings.differences, "values": swings.result.values}
    write_out(series.out, tables)


def as_text(differences: "pd.DataFrame") -> str:
    """Return the effect of each setting as a table, the widest swing first."""
    from devopssim.wording import plain_estimate, text_table

    rows = [["parameter", "set to", "KPI", "unit", "difference"]]
    columns = ["parameter", "setting", "kpi", "unit", "difference", "low", "high"]
    for parameter, setting, kpi, unit, *numbers in differences[columns].itertuples(index=False, name=None):
        rows.append([parameter, f"{setting:g}", kpi, unit, plain_estimate(*numbers)])
    return text_table(rows)
