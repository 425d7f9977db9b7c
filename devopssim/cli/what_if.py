"""`devopssim what-if SCENARIO`: what changes if a practice is adopted or people are added, in a sentence."""

import argparse
from collections.abc import Mapping

from devopssim.cli.experiments import add_work, execution
from devopssim.cli.scenarios import add_variation


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "scenario", metavar="SCENARIO", help="a preset or a TOML file, for example of `devopssim calibrate --out`"
    )
    parser.add_argument(
        "--add",
        action="append",
        default=[],
        metavar="ROLE=PEOPLE",
        help="add people, for example developers=2; may be repeated",
    )
    add_variation(parser)
    parser.add_argument(
        "--cost-per-hour", type=float, metavar="MONEY", help="what an hour costs in which the service is down"
    )
    parser.add_argument(
        "--replications", type=int, default=30, metavar="N", help="random futures of each (default %(default)s)"
    )
    add_work(parser)
    parser.add_argument("--json", action="store_true", help="print the table and the sentence as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Compare and say it."""
    import json

    from devopssim.cli import DONE
    from devopssim.cli.experiments import as_json, cell, grid
    from devopssim.cli.scenarios import assignments, named, only_numbers
    from devopssim.scenario import vary
    from devopssim.twin import what_if

    scenario = named(arguments.scenario)
    if arguments.years is not None:
        scenario = vary(scenario, {"years": arguments.years})
    with execution(arguments) as place:
        found = what_if(
            scenario,
            adopt_practices=only_numbers(
                assignments(arguments.adopt, "--adopt", "testing=0.5"), "--adopt", "testing=0.5"
            ),
            add=_whole(assignments(arguments.add, "--add", "developers=2")),
            changes=assignments(arguments.set, "--set", "process.wip_limit=5"),
            cost_per_hour=arguments.cost_per_hour,
            replications=arguments.replications,
            seed=1 if arguments.seed is None else arguments.seed,
            execution=place,
        )
    if arguments.json:
        overloads = [{"scenario": name, "overload": str(each)} for name, each in found.overloads]
        whole = {"sentence": found.sentence(), "table": json.loads(as_json(found.table)), "overloads": overloads}
        print(json.dumps(whole, indent=1))
        return DONE
    rows = [["KPI", "unit", "now", "then", "difference (95 % interval)"]]
    rows += [
        [
            row["kpi"],
            row["unit"],
            f"{row['before']:,.4g}",
            f"{row['after']:,.4g}",
            cell(row["difference"], row["low"], row["high"]),
        ]
        for row in found.table.to_dict("records")
    ]
    warnings = [f"Warning: {name}: {each}" for name, each in found.overloads]
    print("\n\n".join([found.sentence(), grid(rows), *warnings]))
    return DONE


def _whole(given: Mapping[str, float | str]) -> dict[str, int]:
    """Return how many people are added, as whole numbers; raise InvalidInputError for other words."""
    from devopssim.cli.scenarios import only_numbers
    from devopssim.errors import InvalidInputError

    numbers = only_numbers(given, "--add", "developers=2")
    for name, many in numbers.items():
        if not many.is_integer():
            raise InvalidInputError(f"--add {name}={many:g} is no whole number of people.")
    return {name: int(many) for name, many in numbers.items()}
