"""What the commands that do experiments share: who does the work, and how tables are printed."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from devopssim.cli.scenarios import add_variation, named, varied

if TYPE_CHECKING:
    import pandas as pd

    from devopssim.experiment import Execution, Result

Found = TypeVar("Found")


def add_work(parser: argparse.ArgumentParser) -> None:
    """Declare `--seed`, `--workers` and `--dask`."""
    parser.add_argument("--seed", type=int, help="what all luck grows from (default 1)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that share the work (default: one a core)")
    parser.add_argument("--dask", metavar="ADDRESS", help="let the cluster of this Dask scheduler do the work")


@contextmanager
def execution(arguments: argparse.Namespace, folder: Path | None = None) -> "Iterator[Execution]":
    """Yield where the work is done, with checkpoints in the folder if there is one; raise InvalidInputError where nobody can."""
    from devopssim.experiment import Execution, checkpoint_folder

    checkpoints = checkpoint_folder(folder) if folder else None
    if arguments.dask is None:
        yield Execution(workers=cores() if arguments.workers is None else arguments.workers, folder=checkpoints)
        return
    from devopssim.cli.dask_cluster import cluster

    with cluster(arguments.dask) as executor:
        yield Execution(executor=executor, folder=checkpoints)


def cores() -> int:
    """Return the number of cores that this process may use, and a pool can."""
    from devopssim.experiment import MOST_WORKERS

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_WORKERS)


def as_json(table: "pd.DataFrame") -> str:
    """Return the rows of a table as JSON; NaN, and what has no limit, is null."""
    import json

    import numpy as np

    known = table.replace([np.inf, -np.inf], np.nan)
    rows = known.astype(object).where(known.notna(), None).to_dict("records")
    return json.dumps(rows, indent=1, allow_nan=False)


def about(result: "Result") -> str:
    """Say in one line what the numbers of an experiment are."""
    years = sorted({scenario.years for scenario in result.scenarios.values()})
    lasting = " or ".join(f"{each:g}" for each in years)
    return (
        f"{result.replications} replications of {lasting} years, seed {result.seed}: "
        f"mean and {100 * result.confidence:g} % interval; - where there was nothing to count."
    )


def add_experiment(parser: argparse.ArgumentParser, *, replications: int) -> None:
    """Declare what every experiment on one scenario has."""
    parser.add_argument("scenario", metavar="SCENARIO", help="a preset or a TOML file")
    parser.add_argument(
        "--kpi", action="append", metavar="KPI", help="a KPI to look at (default: lead_time); may be repeated"
    )
    parser.add_argument(
        "--replications",
        type=int,
        default=replications,
        metavar="N",
        help="random futures of each (default %(default)s)",
    )
    parser.add_argument(
        "--warm-up", type=float, default=0.0, metavar="HOURS", help="leave the first hours out (default 0)"
    )
    add_variation(parser)
    add_work(parser)
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write the tables to this folder; after Ctrl-C, goes on there"
    )
    parser.add_argument("--json", action="store_true", help="print the table as JSON")


def carry_out(arguments: argparse.Namespace, experiment: "Callable[..., Found]", *words: Any, **more: Any) -> "Found":
    """Do an experiment on the scenario that the arguments name, where and how they say."""
    with execution(arguments, arguments.out) as place, _said_how_to_go_on(arguments.out):
        return experiment(
            varied(named(arguments.scenario), arguments),
            *words,
            kpis=tuple(arguments.kpi or ("lead_time",)),
            replications=arguments.replications,
            warm_up=arguments.warm_up,
            seed=1 if arguments.seed is None else arguments.seed,
            execution=place,
            **more,
        )


@contextmanager
def _said_how_to_go_on(folder: Path | None) -> "Iterator[None]":
    try:
        yield
    except KeyboardInterrupt:
        if folder is not None:
            sys.stderr.write(f"devopssim: what is finished is in {folder}; the same command goes on there.\n")
        raise


def write_out(folder: Path | None, tables: "Mapping[str, pd.DataFrame]") -> None:
    """Write tables as CSV, if a folder was named, and clear away the replications that they are made of."""
    if folder is None:
        return
    from devopssim.experiment import write_tables

    write_tables(tables, folder)
    sys.stderr.write(f"{folder}: {', '.join(f'{name}.csv' for name in tables)}.\n")


def cell(estimate: float, low: float, high: float) -> str:
    """Return a mean with its interval, to as many digits as the interval allows."""
    import math

    if math.isnan(estimate):
        return "-"
    if math.isnan(low) or math.isclose(low, high, abs_tol=1e-12):  # the last bits of a sum are no interval
        return f"{estimate:,.4g}"
    digits = min(6, max(0, math.ceil(1 - math.log10(high - low))))
    return f"{estimate:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def grid(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of words as text with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
