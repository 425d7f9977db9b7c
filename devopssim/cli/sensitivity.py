"""`devopssim sensitivity SCENARIO`: which parameters matter?"""

import argparse
from typing import TYPE_CHECKING

from devopssim.cli.experiments import add_experiment, carry_out

if TYPE_CHECKING:
    import pandas as pd


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_experiment(parser, replications=5)
    parser.add_argument("--change", type=float, default=0.2, metavar="SHARE", help="by how much (default %(default)s)")
    parser.add_argument(
        "--parameter",
        action="append",
        metavar="NAME",
        help="a parameter to vary (default: all numbers); may be repeated",
    )


def run(arguments: argparse.Namespace) -> int:
    """Vary, print the tornado, write the folder."""
    from devopssim.cli import DONE
    from devopssim.cli.experiments import about, as_json, write_out
    from devopssim.experiment import sensitivity

    found = carry_out(arguments, sensitivity, change=arguments.change, names=arguments.parameter or ())
    if arguments.json:
        print(as_json(found.tornado))
    else:
        print(as_text(found.differences), about(found.result), sep="\n\n")
    write_out(
        arguments.out, {"tornado": found.tornado, "differences": found.differences, "values": found.result.values}
    )
    return DONE


def as_text(differences: "pd.DataFrame") -> str:
    """Return what each setting changes, as a table, the widest swing first."""
    from devopssim.cli.experiments import cell, grid

    rows = [["parameter", "set to", "KPI", "unit", "changes by"]]
    columns = ["parameter", "setting", "kpi", "unit", "difference", "low", "high"]
    for parameter, setting, kpi, unit, *numbers in differences[columns].itertuples(index=False, name=None):
        rows.append([parameter, f"{setting:g}", kpi, unit, cell(*numbers)])
    return grid(rows)
