"""`devopssim compare [SCENARIO ...]`: KPIs of several scenarios with confidence intervals from many replications."""

import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from devopssim.cli.exit_status import INTERRUPTED, SUCCESS
from devopssim.cli.options import FILE, ExecutionOptions, Variation, execution_options, json_option, variation_options
from devopssim.cli.scenarios import named

if TYPE_CHECKING:
    import pandas as pd

    from devopssim.experiment import Result
    from devopssim.scenario import Scenario

DEFAULT_SCENARIOS: Final = ("waterfall", "agile", "devops")
CURVES: Final = ("lead_time", "cycle_time", "deployment_frequency", "change_failure_rate", "mttr", "wip", "throughput")
MANY_UNFINISHED: Final = 0.1
"""Durations with a larger share of unfinished entities are marked, because their mean misses the longest ones."""

LEAST_GAIN: Final = 1.1
"""Variance reduction from which a mean with control variates is printed; all are in the table of --out."""


@click.command()
@click.argument(
    "names",
    metavar="[SCENARIO]...",
    nargs=-1,
    help=f"Presets or TOML files (default: {' '.join(DEFAULT_SCENARIOS)}).",
)
@click.option("--replications", type=int, metavar="N", help="Replications of each scenario (default 30).")
@click.option(
    "--warm-up",
    type=float,
    metavar="HOURS",
    help="Exclude the first HOURS of each replication from the KPIs (default 0).",
)
@variation_options
@click.option("--seed", type=int, help="Random seed (default 1).")
@execution_options
@click.option(
    "--control-variates",
    "with_controls",
    is_flag=True,
    help="Add the means with control variates from the drawn demand, and by how much these reduce the variance.",
)
@click.option("--out", type=FILE, metavar="DIR", help="Write tables, scenarios and a report to this folder.")
@click.option("--resume", type=FILE, metavar="DIR", help="Resume the experiment that --out DIR started.")
@json_option
def command(
    *,
    names: tuple[str, ...],
    replications: int | None,
    warm_up: float | None,
    variation: Variation,
    seed: int | None,
    options: ExecutionOptions,
    with_controls: bool,
    out: Path | None,
    resume: Path | None,
    in_json: bool,
) -> int:
    """Compare the scenarios, print the KPIs and write the folder."""
    from devopssim.experiment import (
        EXPERIMENT_FILE,
        Experiment,
        compare,
        control_variates,
        load_experiment,
        save_experiment,
    )
    from devopssim.wording import comparison_records, json_records

    if resume is None:
        experiment = Experiment(
            scenarios=scenarios_of(names or DEFAULT_SCENARIOS, variation),
            replications=30 if replications is None else replications,
            seed=1 if seed is None else seed,
            warm_up=warm_up or 0.0,
            curves=CURVES if out else (),
        )
    elif names or out or variation.given or any(given is not None for given in (replications, seed, warm_up)):
        from devopssim.errors import InvalidInputError

        message = (
            "--resume uses the settings of the stored experiment; combine it only with --workers, --dask or --json."
        )
        raise InvalidInputError(message)
    else:
        experiment = load_experiment(resume)
    folder = out or resume
    try:
        with options.execution(folder) as execution:
            if out is not None:
                save_experiment(experiment, out)
            result = compare(experiment, execution=execution)
    except KeyboardInterrupt:
        if folder is None or not (folder / EXPERIMENT_FILE).exists():
            raise
        sys.stderr.write(f"devopssim: interrupted; resume with `devopssim compare --resume {folder}`.\n")
        return INTERRUPTED
    controlled = control_variates(result) if with_controls else None
    records = comparison_records(result, controlled)
    print(json_records(records) if in_json else as_text(result))
    if controlled is not None and not in_json:
        print("", controlled_text(controlled), sep="\n")
    if folder is not None:
        _write(result, folder, {} if controlled is None else {"control_variates": controlled})
    return SUCCESS


def scenarios_of(names: Sequence[str], variation: Variation) -> "dict[str, Scenario]":
    """Return the scenarios of these names with the changes applied, by their own names."""
    from devopssim.errors import InvalidInputError

    scenarios: dict[str, Scenario] = {}
    for name in names:
        scenario = variation.of(named(name))
        if scenario.name in scenarios:
            message = f"two scenarios have the name {scenario.name!r}; give each scenario a unique `name`."
            raise InvalidInputError(message)
        scenarios[scenario.name] = scenario
    return scenarios


def as_text(result: "Result") -> str:
    """Return the estimates as a table: one row per KPI, one column per scenario, each cell a mean with its interval."""
    from devopssim.wording import chance_sentence, experiment_note, plain_estimate, reasons_note, text_table

    many = set(
        result.unfinished.query(f"share > {MANY_UNFINISHED}")[["scenario", "kpi"]].itertuples(index=False, name=None)
    )
    rows = [["KPI", "unit", *result.scenarios]]
    for (kpi, unit), group in result.estimates.groupby(["kpi", "unit"], sort=False):
        by_scenario = group.set_index("scenario")
        estimates, reasons = by_scenario[["estimate", "low", "high"]], by_scenario["reason"]
        cells = [
            plain_estimate(*estimates.loc[name])
            + _mark(reasons[name], estimates["estimate"][name])
            + " *" * ((name, kpi) in many)
            for name in result.scenarios
        ]
        rows.append([str(kpi), str(unit), *cells])
    notes = [experiment_note(result), *reasons_note(result), *chance_sentence(result.multiplicity)]
    if many:
        notes.append(
            f"* more than {MANY_UNFINISHED:.0%} were unfinished at the end of the run and are excluded; the true value is larger."
        )
    return "\n".join([text_table(rows), "", *notes])


def _mark(reason: str, estimate: float) -> str:
    """Return the mark of a mean without an interval; a dash for no data needs none."""
    return "" if math.isnan(estimate) or not reason else " ~"


def controlled_text(controlled: "pd.DataFrame") -> str:
    """Return the means that control variates make at least a tenth sharper, the sharpest first."""
    from devopssim.wording import plain_estimate, text_table

    rows = [["with control variates", "KPI", "unit", "mean or difference", "variance reduction"]]
    gained = controlled[controlled["variance_reduction"].between(LEAST_GAIN, float("inf"), inclusive="left")]
    columns = ["scenario", "baseline", "kpi", "unit", "estimate", "low", "high", "variance_reduction"]
    gained = gained.sort_values("variance_reduction", ascending=False, kind="stable")[columns]
    for name, baseline, kpi, unit, *numbers, gain in gained.itertuples(index=False, name=None):
        rows.append([f"{name} - {baseline}" if baseline else name, kpi, unit, plain_estimate(*numbers), f"{gain:.1f}"])
    return (
        text_table(rows, right=[4])
        if len(rows) > 1
        else "No mean becomes sharper with control variates; they need 10 replications."
    )


def _write(result: "Result", folder: Path, further: "Mapping[str, pd.DataFrame]") -> None:
    from devopssim import report
    from devopssim.experiment import write_tables

    report.write(result, folder / "report.html")
    write_tables({**result.tables, **further}, folder)
    sys.stderr.write(f"{folder}: tables, scenarios and report.html written.\n")
