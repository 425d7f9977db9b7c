"""`devopssim calibrate LOG`: learn a scenario from a log, and check that it behaves like the log."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from devopssim.cli.experiments import add_work, execution

if TYPE_CHECKING:
    from devopssim.twin import Calibration, Check


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("log", type=Path, metavar="LOG", help="a .csv or .parquet file")
    parser.add_argument(
        "--base",
        metavar="SCENARIO",
        help="workflow, practices and what cannot be learnt (default: what the log looks like)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what you know better than the log, for example team.developers=5; may be repeated",
    )
    parser.add_argument(
        "--replications",
        type=int,
        default=20,
        metavar="N",
        help="futures that check the twin (default %(default)s; 0: no check)",
    )
    add_work(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the scenario to this .toml file")
    parser.add_argument("--json", action="store_true", help="print what was learnt and the check as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Learn, check, print: 0 if the twin has the KPIs that it was fitted to, 1 if not."""
    from devopssim import events
    from devopssim.cli import ANSWER_IS_NO, DONE
    from devopssim.cli.scenarios import assignments, named
    from devopssim.errors import InvalidInputError
    from devopssim.files import write_text
    from devopssim.twin import calibrate, check

    if arguments.replications < 0 or arguments.replications == 1:
        raise InvalidInputError(f"--replications {arguments.replications} must be 0, or 2 or more; 20 is usual.")
    log = events.read(arguments.log)
    base = named(arguments.base) if arguments.base else None
    stated = assignments(arguments.set, "--set", "team.developers=5")
    seed = 1 if arguments.seed is None else arguments.seed
    with execution(arguments) as place:
        found = calibrate(log, base=base, stated=stated, name=arguments.log.stem, seed=seed, workers=place.workers)
        checked = (
            check(found, log, arguments.replications, seed=seed, execution=place) if arguments.replications else None
        )
    if arguments.out is not None:
        write_text(arguments.out, found.as_toml())
        sys.stderr.write(
            f"{arguments.out}: the twin; ask it with `devopssim what-if {arguments.out} --adopt testing=1`.\n"
        )
    print(as_json(found, checked) if arguments.json else as_text(found, checked))
    return DONE if checked is None or checked.holds else ANSWER_IS_NO


def as_json(found: "Calibration", checked: "Check | None") -> str:
    """Return what was learnt, what was left, and the check."""
    import json

    from devopssim.cli.experiments import as_json as records

    whole = {
        "base": found.base,
        "learnt": json.loads(records(found.table)),
        "left": found.left,
        "overloads": [str(each) for each in found.overloads],
        "check": json.loads(records(checked.table)) if checked else [],
    }
    return json.dumps(whole, indent=1)


def as_text(found: "Calibration", checked: "Check | None") -> str:
    """Return two tables and a verdict."""
    from devopssim.cli.experiments import cell, grid

    rows = [["parameter", "learnt (95 % interval)", "default", "n", "fit", "from"]]
    for row in found.table.to_dict("records"):
        value = row["value"] if isinstance(row["value"], str) else cell(float(row["value"]), row["low"], row["high"])
        rows.append([row["parameter"], value, str(row["default"]), str(row["n"]), row["fit"], row["how"]])
    parts = [
        grid(rows),
        f"{len(found.left)} parameters could not be learnt and are as in {found.base!r}: {', '.join(found.left)}.",
        *(f"Warning: {each}" for each in found.overloads),
    ]
    if checked is not None:
        rows = [["KPI", "unit", "log", "n", "twin (where 95 of 100 runs lie)", "fitted to", "verdict"]]
        for row in checked.table.to_dict("records"):
            shown = "-" if row["n"] == 0 else f"{row['log']:,.4g}"
            fitted = "yes" if row["fitted"] else "no"
            rows.append(
                [
                    row["kpi"],
                    row["unit"],
                    shown,
                    str(row["n"]),
                    cell(row["twin"], row["low"], row["high"]),
                    fitted,
                    row["verdict"],
                ]
            )
        verdict = "The twin has" if checked.holds else "The twin does NOT have all of"
        parts += [grid(rows), f"{verdict} the KPIs that it was fitted to ({checked.replications} simulated futures)."]
    return "\n\n".join(parts)
