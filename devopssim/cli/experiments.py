"""Arguments and output that the commands for experiments on one scenario share."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from devopssim.cli.options import (
    FILE,
    ExecutionOptions,
    Variation,
    execution_options,
    json_option,
    seed_option,
    variation_options,
)
from devopssim.cli.scenarios import named

if TYPE_CHECKING:
    import pandas as pd


Outcome = TypeVar("Outcome")


@dataclass(frozen=True, kw_only=True)
class SeriesArguments:
    """The arguments of a series of experiments on one scenario."""

    scenario: str
    variation: Variation
    kpis: tuple[str, ...]
    replications: int
    warm_up: float
    seed: int
    options: ExecutionOptions
    out: Path | None
    in_json: bool

    def run(self, experiment: "Callable[..., Outcome]", *positional: Any, **keywords: Any) -> "Outcome":
        """Run an experiment on the scenario with these arguments and further ones of the experiment."""
        with self.options.execution(self.out) as execution, explained_resumption(self.out):
            return experiment(
                self.variation.of(named(self.scenario)),
                *positional,
                kpis=self.kpis or ("lead_time",),
                replications=self.replications,
                warm_up=self.warm_up,
                seed=self.seed,
                execution=execution,
                **keywords,
            )


def series_options(*, replications: int) -> "Callable[[Callable[..., int | None]], Callable[..., int | None]]":
    """Add the arguments of every series of experiments; the command receives them as `series`."""

    def decorate(command: "Callable[..., int | None]") -> "Callable[..., int | None]":
        @click.argument("scenario", metavar="SCENARIO", help="Preset or TOML file.")
        @click.option(
            "--kpi",
            "kpis",
            multiple=True,
            metavar="KPI",
            help="KPI to estimate (default: lead_time); may be repeated.",
        )
        @click.option(
            "--replications",
            type=int,
            default=replications,
            show_default=True,
            metavar="N",
            help="Replications of each scenario.",
        )
        @click.option(
            "--warm-up",
            type=float,
            default=0.0,
            metavar="HOURS",
            help="Exclude the first HOURS of each replication from the KPIs (default 0).",
        )
        @variation_options
        @seed_option
        @execution_options
        @click.option(
            "--out",
            type=FILE,
            metavar="DIR",
            help="Write the tables to this folder; after Ctrl-C, the same command resumes from it.",
        )
        @json_option
        @wraps(command)
        def with_series(
            *,
            scenario: str,
            variation: Variation,
            kpis: tuple[str, ...],
            replications: int,
            warm_up: float,
            seed: int,
            options: ExecutionOptions,
            out: Path | None,
            in_json: bool,
            **others: Any,
        ) -> int | None:
            series = SeriesArguments(
                scenario=scenario,
                variation=variation,
                kpis=kpis,
                replications=replications,
                warm_up=warm_up,
                seed=seed,
                options=options,
                out=out,
                in_json=in_json,
            )
            return command(series=series, **others)

        return with_series

    return decorate


@contextmanager
def explained_resumption(folder: Path | None) -> "Iterator[None]":
    """Name the folder of the finished replications when Ctrl-C ends the block."""
    try:
        yield
    except KeyboardInterrupt:
        if folder is not None:
            sys.stderr.write(f"devopssim: finished replications are kept in {folder}; repeat the command to resume.\n")
        raise


def write_out(folder: Path | None, tables: "Mapping[str, pd.DataFrame]") -> None:
    """Write the tables as CSV if a folder is given, and remove the replications' checkpoints."""
    if folder is None:
        return
    from devopssim.experiment import write_tables

    write_tables(tables, folder)
    sys.stderr.write(f"{folder}: {', '.join(f'{name}.csv' for name in tables)} written.\n")
