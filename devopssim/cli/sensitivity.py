"""`devopssim sensitivity SCENARIO`: which parameters matter?"""

from typing import TYPE_CHECKING

import click

from devopssim.cli.experiments import SeriesArguments, series_options, write_out

if TYPE_CHECKING:
    import pandas as pd


@click.command()
@series_options(replications=5)
@click.option("--change", type=float, default=0.2, show_default=True, metavar="SHARE", help="By how much.")
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME",
    help="A parameter to vary (default: all numbers); may be repeated.",
)
def command(*, series: SeriesArguments, change: float, parameters: tuple[str, ...]) -> None:
    """Vary, print the tornado, write the folder."""
    from devopssim.experiment import sensitivity
    from devopssim.wording import experiment_note, json_records

    swings = series.carry_out(sensitivity, change=change, names=parameters)
    if series.in_json:
        print(json_records(swings.tornado))
    else:
        print(as_text(swings.differences), experiment_note(swings.result), sep="\n\n")
    tables = {"tornado": swings.tornado, "differences": swings.differences, "values": swings.result.values}
    write_out(series.out, tables)


def as_text(differences: "pd.DataFrame") -> str:
    """Return what each setting changes, as a table, the widest swing first."""
    from devopssim.wording import plain_estimate, text_table

    rows = [["parameter", "set to", "KPI", "unit", "changes by"]]
    columns = ["parameter", "setting", "kpi", "unit", "difference", "low", "high"]
    for parameter, setting, kpi, unit, *numbers in differences[columns].itertuples(index=False, name=None):
        rows.append([parameter, f"{setting:g}", kpi, unit, plain_estimate(*numbers)])
    return text_table(rows)
