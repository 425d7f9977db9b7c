"""`devopssim sweep SCENARIO NAME=V1,V2,…`: how KPIs answer to one or two parameters."""

import argparse
from typing import TYPE_CHECKING, Final

from devopssim.cli.experiments import add_experiment, carry_out

if TYPE_CHECKING:
    import pandas as pd

EXAMPLE: Final = "team.developers=4,6,8"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_experiment(parser, replications=10)
    parser.add_argument(
        "settings",
        metavar="NAME=V1,V2,...",
        nargs="+",
        help=f"a parameter and its values, for example {EXAMPLE}; or two",
    )


def run(arguments: argparse.Namespace) -> int:
    """Sweep, print the table, write the folder."""
    from devopssim.cli import DONE
    from devopssim.cli.experiments import about, as_json, write_out
    from devopssim.experiment import sweep

    found = carry_out(arguments, sweep, _settings(arguments.settings))
    if arguments.json:
        print(as_json(found.estimates))
    else:
        print(as_text(found.estimates), about(found.result), sep="\n\n")
    write_out(arguments.out, {"estimates": found.estimates, "values": found.values})
    return DONE


def _settings(words: list[str]) -> dict[str, list[float | str]]:
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
    from devopssim.cli.experiments import cell, grid

    parameters = list(estimates.columns[: estimates.columns.get_loc("kpi")])
    units = estimates.drop_duplicates("kpi").set_index("kpi")["unit"]
    rows = [[*parameters, *(f"{kpi} ({unit})" for kpi, unit in units.items())]]
    for point, group in estimates.groupby(parameters, sort=False):
        cells = [cell(*row) for row in group[["estimate", "low", "high"]].itertuples(index=False, name=None)]
        rows.append([*(f"{value:g}" if isinstance(value, float) else str(value) for value in point), *cells])
    return grid(rows)
