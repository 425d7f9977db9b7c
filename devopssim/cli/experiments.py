"""What the commands that do experiments share: a series on one scenario, and how tables are printed."""

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
    Variation,
    Workplace,
    json_option,
    seed_option,
    variation_options,
    workplace_options,
)
from devopssim.cli.scenarios import named

if TYPE_CHECKING:
    import pandas as pd


Outcome = TypeVar("Outcome")


@dataclass(frozen=True, kw_only=True)
class SeriesArguments:
    """What every series of experiments on one scenario is given on the command line."""

    scenario: str
    variation: Variation
    kpis: tuple[str, ...]
    replications: int
    warm_up: float
    seed: int
    workplace: Workplace
    out: Path | None
    in_json: bool

    def carry_out(self, experiment: "Callable[..., Outcome]", *words: Any, **more: Any) -> "Outcome":
        """Do an experiment on the scenario, where and how the arguments say."""
        with self.workplace.opened(self.out) as execution, _explained_resumption(self.out):
            return experiment(
                self.variation.of(named(self.scenario)),
                *words,
                kpis=self.kpis or ("lead_time",),
                replications=self.replications,
                warm_up=self.warm_up,
                seed=self.seed,
                execution=execution,
                **more,
            )


def series_options(*, replications: int) -> "Callable[[Callable[..., int | None]], Callable[..., int | None]]":
    """Add the arguments of every series of experiments; the command receives them as `series`."""

    def decorate(command: "Callable[..., int | None]") -> "Callable[..., int | None]":
        @click.argument("scenario", metavar="SCENARIO", help="A preset or a TOML file.")
        @click.option(
            "--kpi",
            "kpis",
            multiple=True,
            metavar="KPI",
            help="A KPI to look at (default: lead_time); may be repeated.",
        )
        @click.option(
            "--replications",
            type=int,
            default=replications,
            show_default=True,
            metavar="N",
            help="Random futures of each.",
        )
        @click.option(
            "--warm-up", type=float, default=0.0, metavar="HOURS", help="Leave the first hours out (default 0)."
        )
        @variation_options
        @seed_option
        @workplace_options
        @click.option(
            "--out", type=FILE, metavar="DIR", help="Write the tables to this folder; after Ctrl-C, goes on there."
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
            workplace: Workplace,
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
                workplace=workplace,
                out=out,
                in_json=in_json,
            )
            return command(series=series, **others)

        return with_series

    return decorate


@contextmanager
def _explained_resumption(folder: Path | None) -> "Iterator[None]":
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
