"""`devopssim what-if SCENARIO`: estimate what changes if a practice is adopted or people are added."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from devopssim.cli.options import (
    ExecutionOptions,
    Variation,
    execution_options,
    json_option,
    seed_option,
    variation_options,
)
from devopssim.cli.scenarios import assignments, named, only_numbers

if TYPE_CHECKING:
    from devopssim.twin import WhatIf


@click.command()
@click.argument(
    "scenario",
    metavar="SCENARIO",
    help="Preset or TOML file, for example a twin written by `devopssim calibrate --out`.",
)
@click.option(
    "--add",
    "added",
    multiple=True,
    metavar="ROLE=PEOPLE",
    help="Add people to a role, for example developers=2; may be repeated.",
)
@variation_options
@click.option(
    "--cost-per-hour",
    type=float,
    metavar="MONEY",
    help="Cost of an hour of downtime; adds the cost of downtime to the sentence.",
)
@click.option(
    "--replications",
    type=int,
    default=100,
    show_default=True,
    metavar="N",
    help="Replications with and without the intervention; of a twin, each is another draw from its posterior.",
)
@seed_option
@execution_options
@json_option
def command(
    *,
    scenario: str,
    added: tuple[str, ...],
    variation: Variation,
    cost_per_hour: float | None,
    replications: int,
    seed: int,
    options: ExecutionOptions,
    in_json: bool,
) -> None:
    """Compare the scenario with and without the intervention; print a sentence and a table."""
    from dataclasses import replace
    from pathlib import Path

    from devopssim.scenario import vary
    from devopssim.twin import load_twin, what_if

    subject = vary(named(scenario), variation.lasting())
    twin = load_twin(scenario) if Path(scenario).is_file() else None
    with options.execution() as execution:
        result = what_if(
            replace(twin, scenario=subject) if twin else subject,
            adopt_practices=variation.adopted(),
            add=_whole(assignments(added, "--add", "developers=2")),
            changes=variation.changes(),
            cost_per_hour=cost_per_hour,
            replications=replications,
            seed=seed,
            execution=execution,
        )
    print(_as_json(result) if in_json else _as_text(result))


def _as_json(result: "WhatIf") -> str:
    import json

    from devopssim.wording import json_records

    overloads = [{"scenario": name, "overload": str(overload)} for name, overload in result.overloads]
    document = {
        "sentence": result.sentence(),
        "remarks": result.remarks(),
        "verdict": result.twin.verdict if result.twin else None,
        "table": json.loads(json_records(result.table)),
        "depends_on": json.loads(json_records(result.depends_on)),
        "overloads": overloads,
    }
    return json.dumps(document, indent=1)


def _as_text(result: "WhatIf") -> str:
    from devopssim.wording import plain_estimate, significant, text_table

    rows = [["KPI", "unit", "before", "after", "difference (90 % of the runs)"]]
    rows += [
        [
            row["kpi"],
            row["unit"],
            significant(row["before"]),
            significant(row["after"]),
            plain_estimate(row["difference"], row["low"], row["high"]),
        ]
        for row in result.table.to_dict("records")
    ]
    warnings = [f"Warning: {name}: {overload}" for name, overload in result.overloads]
    note = "Means; after \N{MINUS SIGN} before = difference."
    return "\n\n".join([result.sentence(), *result.remarks(), text_table(rows), note, *warnings])


def _whole(given: Mapping[str, float | str]) -> dict[str, int]:
    """Return the number of people added per role; raise InvalidInputError for values that are not whole numbers."""
    from devopssim.errors import InvalidInputError

    numbers = only_numbers(given, "--add", "developers=2")
    for role, people in numbers.items():
        if not people.is_integer():
            raise InvalidInputError(
                f"--add {role}={people:g} must be a whole number of people, for example developers=2."
            )
    return {role: int(people) for role, people in numbers.items()}
