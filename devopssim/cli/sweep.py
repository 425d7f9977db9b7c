"""`devopssim sweep SCENARIO NAME=V1,V2,…`: estimate the KPIs over a range of one or two parameters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from devopssim.cli.experiments import SeriesArguments, series_options, write_out

if TYPE_CHECKING:
    import pandas as pd

EXAMPLE: Final = "team.developers=4,6,8"


@click.command()
@series_options(replications=10)
@click.argument(
    "ranges",
    metavar="NAME=V1,V2,...",
    nargs=-1,
    required=True,
    help="Parameter and its values, for example team.developers=4,6,8; at most two parameters.",
)
def command(*, series: SeriesArguments, ranges: tuple[str, ...]) -> None:
    """Run the sweep, print the table and write the folder."""
    from devopssim.experiment import sweep
    from devopssim.wording import experiment_note, json_records

    swept = series.run(sweep, _ranges(ranges))
    if series.in_json:
        print(json_records(swept.estimates))
    else:
        print(as_text(swept.estimates), experiment_note(swept.result), sep="\n\n")
    write_out(series.out, {"estimates": swept.estimates, "values": swept.values})


def _ranges(arguments: Sequence[str]) -> dict[str, list[float | str]]:
    from devopssim.cli.scenarios import number_or_text
    from devopssim.errors import InvalidInputError

    ranges: dict[str, list[float | str]] = {}
    for argument in arguments:
        name, _, values = argument.partition("=")
        if not name or not values or name in ranges:
            message = f"{argument!r}: expected NAME=V1,V2,... once per parameter, for example {EXAMPLE}."
            raise InvalidInputError(message)
        ranges[name] = [number_or_text(value.strip()) for value in values.split(",")]
    return ranges


def as_text(estimates: "pd.DataFrame") -> str:
    """Return the estimates as a table: one row per point, one column per KPI."""
    from devopssim.wording import plain_estimate, text_table

    parameters = list(estimates.columns[: estimates.columns.get_loc("kpi")])
    units = estimates.drop_duplicates("kpi").set_index("kpi")["unit"]
    rows = [[*parameters, *(f"{kpi} ({unit})" for kpi, unit in units.items())]]
    for point, group in estimates.groupby(parameters, sort=False):
        cells = [plain_estimate(*row) for row in group[["estimate", "low", "high"]].itertuples(index=False, name=None)]
        rows.append([*(f"{value:g}" if isinstance(value, float) else str(value) for value in point), *cells])
    return text_table(rows)
