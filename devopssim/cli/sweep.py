"""`devopssim sweep SCENARIO NAME=V1,V2,…`: how KPIs answer to one or two parameters."""

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
    help="A parameter and its values, for example team.developers=4,6,8; or two.",
)
def command(*, series: SeriesArguments, ranges: tuple[str, ...]) -> None:
    """Sweep, print the table, write the folder."""
    from devopssim.experiment import sweep
    from devopssim.wording import experiment_note, json_records

    swept = series.carry_out(sweep, _ranges(ranges))
    if series.in_json:
        print(json_records(swept.estimates))
    else:
        print(as_text(swept.estimates), experiment_note(swept.result), sep="\n\n")
    write_out(series.out, {"estimates": swept.estimates, "values": swept.values})


def _ranges(words: Sequence[str]) -> dict[str, list[float | str]]:
    from devopssim.cli.scenarios import number_or_text
    from devopssim.errors import InvalidInputError

    found: dict[str, list[float | str]] = {}
    for word in words:
        name, _, values = word.partition("=")
        if not name or not values or name in found:
            message = f"{word!r} gives no values to a parameter, or gives them again; write it once as {EXAMPLE}."
            raise InvalidInputError(message)
        found[name] = [number_or_text(value.strip()) for value in values.split(",")]
    return found


def as_text(estimates: "pd.DataFrame") -> str:
    """Return the estimates as a table: a point a row, a KPI a column."""
    from devopssim.wording import plain_estimate, text_table

    parameters = list(estimates.columns[: estimates.columns.get_loc("kpi")])
    units = estimates.drop_duplicates("kpi").set_index("kpi")["unit"]
    rows = [[*parameters, *(f"{kpi} ({unit})" for kpi, unit in units.items())]]
    for point, group in estimates.groupby(parameters, sort=False):
        cells = [plain_estimate(*row) for row in group[["estimate", "low", "high"]].itertuples(index=False, name=None)]
        rows.append([*(f"{value:g}" if isinstance(value, float) else str(value) for value in point), *cells])
    return text_table(rows)
