"""`devopssim compare [SCENARIO ...]`: KPIs of several scenarios with intervals, from many random futures."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from devopssim.cli.experiments import add_work, execution
from devopssim.cli.scenarios import add_variation, named, varied

if TYPE_CHECKING:
    from devopssim.experiment import Experiment, Result
    from devopssim.scenario import Scenario

USUAL: Final = ("waterfall", "agile", "devops")
CURVES: Final = ("lead_time", "cycle_time", "deployment_frequency", "change_failure_rate", "mttr", "wip", "throughput")
MANY_UNFINISHED: Final = 0.1
"""From which share on a duration is marked: what has not ended with the run is in none."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "scenarios", metavar="SCENARIO", nargs="*", help=f"presets or TOML files (default: {' '.join(USUAL)})"
    )
    parser.add_argument("--replications", type=int, metavar="N", help="random futures of each (default 30)")
    parser.add_argument("--warm-up", type=float, metavar="HOURS", help="leave the first hours out (default 0)")
    add_variation(parser)
    add_work(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="write tables, scenarios and a report to this folder")
    parser.add_argument("--resume", type=Path, metavar="DIR", help="go on with the experiment that --out DIR began")
    parser.add_argument("--json", action="store_true", help="print the estimates as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Compare, print the KPIs, write the folder."""
    from devopssim.cli import DONE, INTERRUPTED
    from devopssim.cli.experiments import as_json
    from devopssim.experiment import EXPERIMENT_FILE, compare, save_experiment

    experiment, folder = _experiment(arguments), arguments.out or arguments.resume
    try:
        with execution(arguments, folder) as place:
            if arguments.out is not None:
                save_experiment(experiment, folder)
            result = compare(experiment, execution=place)
    except KeyboardInterrupt:
        if folder is None or not (folder / EXPERIMENT_FILE).exists():
            raise
        sys.stderr.write(f"devopssim: interrupted; go on with `devopssim compare --resume {folder}`.\n")
        return INTERRUPTED
    print(as_json(result.estimates) if arguments.json else as_text(result))
    if folder is not None:
        _write(result, folder)
    return DONE


def _experiment(arguments: argparse.Namespace) -> "Experiment":
    from devopssim.experiment import Experiment, load_experiment

    given = arguments.scenarios or arguments.set or arguments.adopt or arguments.out
    asked = (arguments.years, arguments.replications, arguments.seed, arguments.warm_up)
    if arguments.resume is not None:
        if given or any(each is not None for each in asked):
            from devopssim.errors import InvalidInputError

            raise InvalidInputError(
                "--resume goes on with what was planned; give only --workers, --dask or --json with it."
            )
        return load_experiment(arguments.resume)
    return Experiment(
        scenarios=_scenarios(arguments),
        replications=30 if arguments.replications is None else arguments.replications,
        seed=1 if arguments.seed is None else arguments.seed,
        warm_up=arguments.warm_up or 0.0,
        curves=CURVES if arguments.out else (),
    )


def _scenarios(arguments: argparse.Namespace) -> "dict[str, Scenario]":
    from devopssim.errors import InvalidInputError

    found = {}
    for word in arguments.scenarios or USUAL:
        scenario = varied(named(word), arguments)
        if scenario.name in found:
            message = f"two of the scenarios are called {scenario.name!r}; give each a `name` of its own."
            raise InvalidInputError(message)
        found[scenario.name] = scenario
    return found


def as_text(result: "Result") -> str:
    """Return the estimates as a table: a KPI a row, a scenario a column, each cell a mean with its interval."""
    from devopssim.cli.experiments import about, cell, grid

    many = set(
        result.unfinished.query(f"share > {MANY_UNFINISHED}")[["scenario", "kpi"]].itertuples(index=False, name=None)
    )
    rows = [["KPI", "unit", *result.scenarios]]
    for (kpi, unit), group in result.estimates.groupby(["kpi", "unit"], sort=False):
        found = group.set_index("scenario")[["estimate", "low", "high"]]
        cells = [cell(*found.loc[name]) + " *" * ((name, kpi) in many) for name in result.scenarios]
        rows.append([str(kpi), str(unit), *cells])
    notes = [about(result)]
    if many:
        notes.append(
            f"* more than {MANY_UNFINISHED:.0%} had not ended when the runs did; these are missing, so it is larger."
        )
    return "\n".join([grid(rows), "", *notes])


def _write(result: "Result", folder: Path) -> None:
    from devopssim import report
    from devopssim.experiment import write_tables

    report.write(result, folder / "report.html")
    write_tables(result.tables, folder)
    sys.stderr.write(f"{folder}: tables, scenarios and report.html.\n")
