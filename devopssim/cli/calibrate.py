"""`devopssim calibrate LOG`: fit a scenario to a log and check that it reproduces the log's KPIs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from devopssim.cli.exit_status import CHECK_FAILED, SUCCESS
from devopssim.cli.options import FILE, ExecutionOptions, execution_options, json_option, seed_option, window_options
from devopssim.cli.scenarios import assignments, named

if TYPE_CHECKING:
    import pandas as pd

    from devopssim.twin import Calibration, Check


@click.command()
@click.argument("log_file", type=FILE, metavar="LOG", help="Event log, a .csv or .parquet file.")
@click.option(
    "--base",
    metavar="SCENARIO",
    help="Scenario that supplies the workflow, the practices and every parameter that the log does not "
    "determine (default: the preset of the workflow that the log shows).",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Fix a parameter that you know, for example team.developers=5; may be repeated.",
)
@click.option(
    "--replications",
    type=int,
    default=20,
    show_default=True,
    metavar="N",
    help="Replications that check the twin (0: skip the check).",
)
@seed_option
@execution_options
@window_options
@click.option("--out", type=FILE, metavar="FILE", help="Write the scenario to this .toml file.")
@json_option
def command(
    *,
    log_file: Path,
    base: str | None,
    settings: tuple[str, ...],
    replications: int,
    seed: int,
    options: ExecutionOptions,
    since: str | None,
    until: str | None,
    out: Path | None,
    in_json: bool,
) -> int:
    """Fit, check and print; return 0 if the twin reproduces the KPIs that it was fitted to and nothing contradicts it, 1 if not."""
    from devopssim import events
    from devopssim.errors import InvalidInputError
    from devopssim.files import write_text
    from devopssim.twin import HOLDS, UNCHECKED, calibrate, check

    if replications < 0 or replications == 1:
        raise InvalidInputError(
            f"--replications {replications} is not allowed; use 0 to skip the check, or at least 2 (default 20)."
        )
    log = events.between(events.read(log_file), since, until)
    stated = assignments(settings, "--set", "team.developers=5")
    with options.execution() as execution:
        calibration = calibrate(
            log,
            base=named(base) if base else None,
            stated=stated,
            name=log_file.stem,
            seed=seed,
        )
        checked = check(calibration, log, replications, seed=seed, execution=execution) if replications else None
    verdict, differing = (checked.verdict, checked.differing) if checked else (UNCHECKED, ())
    if out is not None:
        write_text(out, calibration.as_toml(verdict, differing))
        sys.stderr.write(f"{out}: twin written; next, for example: `devopssim what-if {out} --adopt testing=1`.\n")
    for line in assumptions_of(log):
        sys.stderr.write(f"Assumption of the log: {line}.\n")
    print(as_json(calibration, checked) if in_json else as_text(calibration, checked))
    return SUCCESS if calibration.twin(verdict).verdict in {UNCHECKED, HOLDS} else CHECK_FAILED


def assumptions_of(log: "pd.DataFrame") -> list[str]:
    """Return the assumptions that the log's source rests on, so that the twin rests on them, too."""
    source = log.attrs.get("source") or {}
    return list(dict.fromkeys((source.get("assumptions") or {}).values()))


def as_json(calibration: "Calibration", checked: "Check | None") -> str:
    """Return the fitted parameters, the defaulted ones, what contradicts the model, and the check."""
    import json

    from devopssim.twin import UNCHECKED
    from devopssim.wording import json_records

    document = {
        "base": calibration.base,
        "fitted": json.loads(json_records(calibration.table)),
        "defaulted": calibration.defaulted,
        "structures": calibration.twin().structures,
        "contradictions": calibration.contradictions,
        "overloads": [str(overload) for overload in calibration.overloads],
        "verdict": calibration.twin(checked.verdict if checked else UNCHECKED).verdict,
        "check": json.loads(json_records(checked.table)) if checked else [],
    }
    return json.dumps(document, indent=1)


def _defaults(calibration: "Calibration") -> str:
    return (
        f"{len(calibration.defaulted)} parameters keep the values of {calibration.base!r}, because the log does not "
        "determine them (--json lists them)."
    )


def _structures(calibration: "Calibration") -> list[str]:
    """Return the workflows and cadences that the log may come from, if it leaves that open."""
    possible = calibration.twin().open_structure
    return [f"{possible}; state what you know with --set workflow=… or --base."] if possible else []


def as_text(calibration: "Calibration", checked: "Check | None") -> str:
    """Return the fitted parameters, the check as a table, and its result in a sentence."""
    from devopssim.wording import plain_estimate, text_table

    rows = [["parameter", "fitted (95 % interval)", "default", "n", "fit", "from"]]
    for row in calibration.table.to_dict("records"):
        value = (
            row["value"]
            if isinstance(row["value"], str)
            else plain_estimate(float(row["value"]), row["low"], row["high"])
        )
        rows.append([row["parameter"], value, str(row["default"]), str(row["n"]), row["fit"], row["how"]])
    parts = [
        text_table(rows),
        _defaults(calibration),
        *_structures(calibration),
        *(f"Contradiction: {contradiction}." for contradiction in calibration.contradictions),
        *(f"Warning: {overload}" for overload in calibration.overloads),
    ]
    if checked is not None:
        rows = [["KPI", "unit", "log", "n", "twin (95 % prediction interval)", "fitted", "result"]]
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
        verdict = "The twin reproduces all" if checked.holds else "The twin does NOT reproduce all"
        parts += [
            text_table(rows),
            f"{verdict} KPIs that it was fitted to or that money depends on ({checked.replications} replications, each another draw).",
        ]
        refusal = calibration.twin(checked.verdict).refusal
        parts += [f"It gives no answer in money, because {refusal}."] if refusal else []
    return "\n\n".join(parts)
