"""`devopssim simulate SCENARIO`: one random future of a scenario, as an event log."""

import argparse
import sys
from pathlib import Path

from devopssim.cli.scenarios import add_variation, named, varied


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("scenario", metavar="SCENARIO", help="waterfall, agile, devops, another preset, or a TOML file")
    parser.add_argument("--seed", type=int, default=1, help="what all luck grows from (default 1)")
    parser.add_argument("--replication", type=int, default=0, help="which random future of the seed (default 0)")
    add_variation(parser)
    parser.add_argument("--out", type=Path, metavar="LOG", help="write the event log to this .csv or .parquet file")
    parser.add_argument("--json", action="store_true", help="print the KPIs as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Simulate, write the log, print the KPIs."""
    import json

    from devopssim import events, kpis
    from devopssim.cli import DONE
    from devopssim.simulation import simulate

    scenario = varied(named(arguments.scenario), arguments)
    log = simulate(scenario, seed=arguments.seed, replication=arguments.replication)
    if arguments.out is not None:
        events.write(log, arguments.out)
        sys.stderr.write(f"{arguments.out}: {len(log)} events over {log.attrs['horizon']:g} hours.\n")
    if arguments.json:
        print(json.dumps(kpis.records(log), indent=1))
    else:
        print(kpis.as_text(kpis.table(log)))
    return DONE
