"""What the commands that do experiments share: a series on one scenario, and how tables are printed."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
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

    from devopssim.experiment import Result

Outcome = TypeVar("Outcome")


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
        @click.argument("scenario", metavar="SCENARIO")
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
