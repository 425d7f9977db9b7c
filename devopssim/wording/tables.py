"""Tables as text, as Markdown and as JSON, for a terminal, a page of the documentation, and programs."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from tabulate import tabulate

from devopssim.wording.numbers import significant

if TYPE_CHECKING:
    from devopssim.experiment import Result

COUNTS: Final = ("n", "unfinished")
"""The columns of a table of KPIs that count things."""


def text_table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Return rows of text with aligned columns; those with the numbers `right` are aligned to the right.

    Examples
    --------
    >>> print(text_table([["KPI", "n"], ["lead_time", "12"], ["mttr", "3"]], right=[1]))
    KPI         n
    lead_time  12
    mttr        3

    """
    align = ["right" if column in right else "left" for column in range(len(rows[0]))]
    return tabulate(rows, tablefmt="plain", disable_numparse=True, colalign=align)


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of text as a Markdown table whose first row is the head."""
    head, *body = rows
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *body])


def json_records(table: pd.DataFrame) -> str:
    """Return the rows of a table as JSON; NaN and infinity are null."""
    finite = table.replace([np.inf, -np.inf], np.nan)
    rows = finite.astype(object).where(finite.notna(), None).to_dict("records")
    return json.dumps(rows, indent=1, allow_nan=False)


def kpi_table(kpis: pd.DataFrame) -> str:
    """Return a table of KPIs, as `kpis.table` gives it, as aligned text; a dash where there is no number."""
    head = ["kpi", *kpis.columns]
    rows = [
        [str(name), unit, *(_kpi_cell(number, column) for number, column in zip(numbers, head[2:], strict=True))]
        for name, unit, *numbers in kpis.itertuples(name=None)
    ]
    return text_table([head, *rows], right=range(2, len(head)))


def experiment_note(result: "Result") -> str:
    """Return in one line what the numbers of an experiment are."""
    years = sorted({scenario.years for scenario in result.scenarios.values()})
    lengths = " or ".join(f"{length:g}" for length in years)
    return (
        f"{result.replications} replications of {lengths} years, seed {result.seed}: "
        f"mean and {100 * result.confidence:g} % interval; - where there was nothing to count."
    )


def _kpi_cell(number: float, column: str) -> str:
    return f"{number:.0f}" if column in COUNTS and np.isfinite(number) else significant(number)
