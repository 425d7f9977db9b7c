"""`devopssim simulate SCENARIO`: simulate one replication of a scenario and write its event log."""

import sys
from pathlib import Path

import click

from devopssim.cli.options import FILE, Variation, engine_option, json_option, seed_option, variation_options
from devopssim.cli.scenarios import named


@click.command()
@click.argument("scenario", metavar="SCENARIO", help="Preset (waterfall, agile, devops, …) or TOML file.")
@seed_option
@engine_option
@click.option("--replication", type=int, default=0, show_default=True, help="Index of the replication.")
@variation_options
@click.option("--out", type=FILE, metavar="LOG", help="Write the event log to this .csv or .parquet file.")
@json_option
def command(
    *,
    scenario: str,
    seed: int,
    engine: str | None,
    replication: int,
    variation: Variation,
    out: Path | None,
    in_json: bool,
) -> None:
    """Simulate, write the log and print the KPIs."""
    import json

    from devopssim import events, kpis
    from devopssim.simulation import simulate
    from devopssim.wording import kpi_table

    log = simulate(variation.of(named(scenario)), seed=seed, replication=replication, engine=engine)
    if out is not None:
        events.write(log, out)
        sys.stderr.write(f"{out}: {len(log)} events over {log.attrs['horizon']:g} hours written.\n")
    print(json.dumps(kpis.records(log), indent=1) if in_json else kpi_table(kpis.table(log)))
