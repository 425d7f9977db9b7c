"""`devopssim levels`: do the presets land where the field's data lies?"""

from typing import TYPE_CHECKING

import click

from devopssim.cli.exit_status import ANSWER_IS_NO, DONE
from devopssim.cli.options import (
    Variation,
    Workplace,
    json_option,
    only_one_of,
    seed_option,
    variation_options,
    workplace_options,
)

if TYPE_CHECKING:
    from devopssim.experiment import DoraBenchmark


@click.command()
@click.option("--replications", type=int, default=30, show_default=True, metavar="N", help="Random futures of each.")
@variation_options
@seed_option
@workplace_options
@json_option
@click.option("--markdown", is_flag=True, help="Print the tables of docs/calibration.md.")
def command(
    *, replications: int, variation: Variation, seed: int, workplace: Workplace, in_json: bool, markdown: bool
) -> int:
    """Print the table: 0 if every preset lies where it has to, 1 if not."""
    from devopssim.experiment import BENCHMARK_PRESETS, compare_with_dora
    from devopssim.wording import json_records

    only_one_of({"--json": in_json, "--markdown": markdown})
    presets = tuple(variation.of(preset) for preset in BENCHMARK_PRESETS)
    with workplace.opened() as execution:
        benchmark = compare_with_dora(presets, replications, seed=seed, execution=execution)
    if in_json:
        print(json_records(benchmark.table))
    else:
        print(as_markdown(benchmark) if markdown else as_text(benchmark))
    return DONE if benchmark.holds else ANSWER_IS_NO


def as_text(found: "DoraBenchmark") -> str:
    """Return the table as aligned text, and the verdict."""
    from devopssim.wording import experiment_note, text_table

    verdict = "Every preset lies where it has to." if found.holds else "NOT every preset lies where it has to."
    return "\n\n".join(
        [text_table(_bands(found)), text_table(_levels(found)), f"{verdict} {experiment_note(found.result)}"]
    )


def as_markdown(found: "DoraBenchmark") -> str:
    """Return the tables for the documentation: beside the bands, the level in every report, and what was tuned."""
    from devopssim.scenario import evidence_cards
    from devopssim.wording import markdown_table

    tuned = [
        ["`{name}`".format(**card), f"{card['default']:g} {card['unit']}".strip(), card["meaning"], card["source"]]
        for card in evidence_cards()
        if card["tuned"]
    ]
    return "\n\n".join(
        [
            markdown_table(_bands(found)),
            "The level of each preset in every report, metric by metric:",
            markdown_table(_levels(found)),
            "Defaults that were tuned so that the presets land there:",
            markdown_table([["parameter", "default", "meaning", "what it was held against"], *tuned]),
        ]
    )


def _bands(found: "DoraBenchmark") -> list[list[str]]:
    from devopssim.kpis import KPIS
    from devopssim.wording import short_amount

    rows = [["preset", "KPI", "model", "95 % interval", "the field", "who says so", "distance"]]
    for _, row in found.table.iterrows():
        unit, like = row["unit"], row["estimate"]
        model, low, high = (short_amount(row[name], unit, like) for name in ("estimate", "low", "high"))
        field = f"{short_amount(row['from'], unit)} to {short_amount(row['to'], unit)}"
        distance = short_amount(row["distance"], unit) + ("" if row["inside"] else " (outside)")
        title = KPIS[row["kpi"]].title
        rows.append([row["scenario"], title, model, f"{low} to {high}", field, row["said_by"], distance])
    rates = found.between.set_index("scenario")
    model, low, high = (short_amount(rates[name]["agile"], "share") for name in ("estimate", "low", "high"))
    said_by = "their order; DORA's medium is 0 to 15 % in 2018 and 2019, 16 to 30 % in 2021"
    order = ["between devops and waterfall", said_by, "0" if found.ordered else "not between"]
    return [*rows, ["agile", KPIS["change_failure_rate"].title, model, f"{low} to {high}", *order]]


def _levels(found: "DoraBenchmark") -> list[list[str]]:
    rows = [[str(cell).replace("_", " ") for cell in row] for row in found.levels.itertuples(index=False, name=None)]
    return [list(found.levels.columns), *rows]
