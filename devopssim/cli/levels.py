"""`devopssim levels`: check the presets against the performance levels that DORA publishes."""

from math import isfinite
from typing import TYPE_CHECKING

import click

from devopssim.cli.exit_status import CHECK_FAILED, SUCCESS
from devopssim.cli.options import (
    ExecutionOptions,
    Variation,
    execution_options,
    json_option,
    only_one_of,
    seed_option,
    variation_options,
)

if TYPE_CHECKING:
    from devopssim.experiment import DoraBenchmark


@click.command()
@click.option(
    "--replications", type=int, default=30, show_default=True, metavar="N", help="Replications of each preset."
)
@variation_options
@seed_option
@execution_options
@json_option
@click.option("--markdown", is_flag=True, help="Print the tables of docs/calibration.md.")
def command(
    *, replications: int, variation: Variation, seed: int, options: ExecutionOptions, in_json: bool, markdown: bool
) -> int:
    """Print the table; return 0 if every preset lies within its published range, 1 if not."""
    from devopssim.experiment import BENCHMARK_PRESETS, compare_with_dora
    from devopssim.wording import json_records

    only_one_of({"--json": in_json, "--markdown": markdown})
    presets = tuple(variation.of(preset) for preset in BENCHMARK_PRESETS)
    with options.execution() as execution:
        benchmark = compare_with_dora(presets, replications, seed=seed, execution=execution)
    if in_json:
        print(json_records(benchmark.table))
    else:
        print(as_markdown(benchmark) if markdown else as_text(benchmark))
    return SUCCESS if benchmark.holds else CHECK_FAILED


def as_text(benchmark: "DoraBenchmark") -> str:
    """Return the table as aligned text, and the result in a sentence."""
    from devopssim.wording import experiment_note, text_table

    verdict = "All presets lie" if benchmark.holds else "NOT all presets lie"
    return "\n\n".join(
        [
            text_table(_bands(benchmark)),
            text_table(_levels(benchmark)),
            f"{_newest_note()}\n\n{text_table(_newest(benchmark))}",
            f"{verdict} within the published ranges. {experiment_note(benchmark.result)}",
        ]
    )


def as_markdown(benchmark: "DoraBenchmark") -> str:
    """Return the tables for the documentation: published ranges, the levels in every report, and the tuned defaults."""
    from devopssim.scenario import evidence_cards
    from devopssim.wording import markdown_table

    tuned = [
        ["`{name}`".format(**card), f"{card['default']:g} {card['unit']}".strip(), card["meaning"], card["source"]]
        for card in evidence_cards()
        if card["tuned"]
    ]
    return "\n\n".join(
        [
            markdown_table(_bands(benchmark)),
            "The level of each preset by report and metric:",
            markdown_table(_levels(benchmark)),
            _newest_note(),
            markdown_table(_newest(benchmark)),
            "Defaults that were tuned so that the presets lie within these ranges:",
            markdown_table([["parameter", "default", "meaning", "tuned against"], *tuned]),
        ]
    )


def _bands(benchmark: "DoraBenchmark") -> list[list[str]]:
    from devopssim.kpis import KPIS
    from devopssim.wording import short_amount

    rows = [["preset", "KPI", "model", "95 % interval", "published range", "source", "distance"]]
    for _, row in benchmark.table.iterrows():
        unit, like = row["unit"], row["estimate"]
        model, low, high = (short_amount(row[name], unit, like) for name in ("estimate", "low", "high"))
        field = f"{short_amount(row['from'], unit)} to {short_amount(row['to'], unit)}"
        distance = short_amount(row["distance"], unit) + ("" if row["inside"] else " (outside)")
        title = KPIS[row["kpi"]].title
        rows.append([row["scenario"], title, model, f"{low} to {high}", field, row["said_by"], distance])
    rates = benchmark.between.set_index("scenario")
    model, low, high = (short_amount(rates[name]["agile"], "share") for name in ("estimate", "low", "high"))
    source = "their order; DORA's medium is 0 to 15 % in 2018 and 2019, 16 to 30 % in 2021"
    order = ["between devops and waterfall", source, "0" if benchmark.ordered else "not between"]
    return [*rows, ["agile", KPIS["change_failure_rate_planned"].title, model, f"{low} to {high}", *order]]


def _levels(benchmark: "DoraBenchmark") -> list[list[str]]:
    rows = [
        [str(cell).replace("_", " ") for cell in row] for row in benchmark.levels.itertuples(index=False, name=None)
    ]
    return [list(benchmark.levels.columns), *rows]


def _newest(benchmark: "DoraBenchmark") -> list[list[str]]:
    from devopssim.kpis import KPIS
    from devopssim.wording import short_amount

    rows = [["scenario", "metric", "model", "95 % interval", "published"]]
    for _, row in benchmark.newest_metrics.iterrows():
        numbers = [row[name] for name in ("estimate", "low", "high")]
        model, low, high = (short_amount(number, row["unit"], row["estimate"]) for number in numbers)
        shown = [model if isfinite(numbers[0]) else "-", f"{low} to {high}" if isfinite(sum(numbers)) else "-"]
        rows.append([row["scenario"], KPIS[row["kpi"]].title, *shown, row["published"]])
    return rows


def _newest_note() -> str:
    from devopssim.kpis import REPORTS_WITHOUT_LEVELS

    return REPORTS_WITHOUT_LEVELS[max(REPORTS_WITHOUT_LEVELS)].note
