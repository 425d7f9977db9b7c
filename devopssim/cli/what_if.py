"""`devopssim what-if SCENARIO`: what changes if a practice is adopted or people are added, in a sentence."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from devopssim.cli.options import Variation, Workplace, json_option, seed_option, variation_options, workplace_options
from devopssim.cli.scenarios import assignments, named, only_numbers

if TYPE_CHECKING:
    from devopssim.twin import WhatIf


@click.command()
@click.argument(
    "scenario", metavar="SCENARIO", help="A preset or a TOML file, for example of `devopssim calibrate --out`."
)
@click.option(
    "--add",
    "added",
    multiple=True,
    metavar="ROLE=PEOPLE",
    help="Add people, for example developers=2; may be repeated.",
)
@variation_options
@click.option("--cost-per-hour", type=float, metavar="MONEY", help="What an hour costs in which the service is down.")
@click.option("--replications", type=int, default=30, show_default=True, metavar="N", help="Random futures of each.")
@seed_option
@workplace_options
@json_option
def command(
    *,
    scenario: str,
    added: tuple[str, ...],
    variation: Variation,
    cost_per_hour: float | None,
    replications: int,
    seed: int,
    workplace: Workplace,
    in_json: bool,
) -> None:
    """Compare the scenario with and without the intervention, in a sentence and a table."""
    from devopssim.scenario import vary
    from devopssim.twin import what_if

    with workplace.opened() as execution:
        answer = what_if(
            vary(named(scenario), variation.lasting()),
            adopt_practices=variation.adopted(),
            add=_whole(assignments(added, "--add", "developers=2")),
            changes=variation.changes(),
            cost_per_hour=cost_per_hour,
            replications=replications,
            seed=seed,
            execution=execution,
        )
    print(_as_json(answer) if in_json else _as_text(answer))


def _as_json(answer: "WhatIf") -> str:
    import json

    from devopssim.wording import json_records

    overloads = [{"scenario": name, "overload": str(overload)} for name, overload in answer.overloads]
    whole = {"sentence": answer.sentence(), "table": json.loads(json_records(answer.table)), "overloads": overloads}
    return json.dumps(whole, indent=1)


def _as_text(answer: "WhatIf") -> str:
    from devopssim.wording import plain_estimate, significant, text_table

    rows = [["KPI", "unit", "now", "then", "difference (95 % interval)"]]
    rows += [
        [
            row["kpi"],
            row["unit"],
            significant(row["before"]),
            significant(row["after"]),
            plain_estimate(row["difference"], row["low"], row["high"]),
        ]
        for row in answer.table.to_dict("records")
    ]
    warnings = [f"Warning: {name}: {overload}" for name, overload in answer.overloads]
    return "\n\n".join([answer.sentence(), text_table(rows), *warnings])


def _whole(given: Mapping[str, float | str]) -> dict[str, int]:
    """Return how many people are added, as whole numbers; raise InvalidInputError for other words."""
    from devopssim.errors import InvalidInputError

    numbers = only_numbers(given, "--add", "developers=2")
    for name, many in numbers.items():
        if not many.is_integer():
            raise InvalidInputError(f"--add {name}={many:g} is no whole number of people.")
    return {name: int(many) for name, many in numbers.items()}
