"""`devopssim calibrate LOG`: learn a scenario from a log, and check that it behaves like the log."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from devopssim.cli.exit_status import ANSWER_IS_NO, DONE
from devopssim.cli.options import FILE, Workplace, json_option, seed_option, workplace_options
from devopssim.cli.scenarios import assignments, named

if TYPE_CHECKING:
    from devopssim.twin import Calibration, Check


@click.command()
@click.argument("log_file", type=FILE, metavar="LOG", help="A .csv or .parquet file.")
@click.option(
    "--base",
    metavar="SCENARIO",
    help="Workflow, practices and what cannot be learnt (default: what the log looks like).",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="What you know better than the log, for example team.developers=5; may be repeated.",
)
@click.option(
    "--replications",
    type=int,
    default=20,
    show_default=True,
    metavar="N",
    help="Futures that check the twin (0: no check).",
)
@seed_option
@workplace_options
@click.option("--out", type=FILE, metavar="FILE", help="Write the scenario to this .toml file.")
@json_option
def command(
    *,
    log_file: Path,
    base: str | None,
    settings: tuple[str, ...],
    replications: int,
    seed: int,
    workplace: Workplace,
    out: Path | None,
    in_json: bool,
) -> int:
    """Learn, check, print: 0 if the twin has the KPIs that it was fitted to, 1 if not."""
    from devopssim import events
    from devopssim.errors import InvalidInputError
    from devopssim.files import write_text
    from devopssim.twin import calibrate, check

    if replications < 0 or replications == 1:
        raise InvalidInputError(f"--replications {replications} must be 0, or 2 or more; 20 is usual.")
    log = events.read(log_file)
    stated = assignments(settings, "--set", "team.developers=5")
    with workplace.opened() as execution:
        calibration = calibrate(
            log,
            base=named(base) if base else None,
            stated=stated,
            name=log_file.stem,
            seed=seed,
            workers=execution.workers,
        )
        checked = check(calibration, log, replications, seed=seed, execution=execution) if replications else None
    if out is not None:
        write_text(out, calibration.as_toml())
        sys.stderr.write(f"{out}: the twin; ask it with `devopssim what-if {out} --adopt testing=1`.\n")
    print(as_json(calibration, checked) if in_json else as_text(calibration, checked))
    return DONE if checked is None or checked.holds else ANSWER_IS_NO


def as_json(found: "Calibration", checked: "Check | None") -> str:
    """Return what was learnt, what was left, and the check."""
    import json

    from devopssim.wording import json_records

    whole = {
        "base": found.base,
        "learnt": json.loads(json_records(found.table)),
        "left": found.defaulted,
        "overloads": [str(each) for each in found.overloads],
        "check": json.loads(json_records(checked.table)) if checked else [],
    }
    return json.dumps(whole, indent=1)


def as_text(found: "Calibration", checked: "Check | None") -> str:
    """Return two tables and a verdict."""
    from devopssim.wording import plain_estimate, text_table

    rows = [["parameter", "learnt (95 % interval)", "default", "n", "fit", "from"]]
    for row in found.table.to_dict("records"):
        value = (
            row["value"]
            if isinstance(row["value"], str)
            else plain_estimate(float(row["value"]), row["low"], row["high"])
        )
        rows.append([row["parameter"], value, str(row["default"]), str(row["n"]), row["fit"], row["how"]])
    parts = [
        text_table(rows),
        f"{len(found.defaulted)} parameters could not be learnt and are as in {found.base!r}: {', '.join(found.defaulted)}.",
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
                    plain_estimate(row["twin"], row["low"], row["high"]),
                    fitted,
                    row["verdict"],
                ]
            )
        verdict = "The twin has" if checked.holds else "The twin does NOT have all of"
        parts += [
            text_table(rows),
            f"{verdict} the KPIs that it was fitted to ({checked.replications} simulated futures).",
        ]
    return "\n\n".join(parts)
