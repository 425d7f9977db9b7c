"""Tables as aligned text, Markdown and JSON: for terminals, documentation and programs."""

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
"""Columns of a KPI table that are counts."""


def text_table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Return rows of text with aligned columns.

    Parameters
    ----------
    rows : sequence of sequence of str
        Cells, head first; all rows have the same length.
    right : sequence of int
        Indices of the columns that are aligned to the right.

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
    """Return rows of text as a Markdown table; the first row is the head.

    Examples
    --------
    >>> print(markdown_table([["KPI", "n"], ["mttr", "3"]]))
    | KPI | n |
    | --- | --- |
    | mttr | 3 |

    """
    head, *body = rows
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *body])


def json_records(table: pd.DataFrame) -> str:
    """Return the rows of a table as JSON objects; NaN and infinity become null.

    Parameters
    ----------
    table : DataFrame
        Its columns become the keys; its index is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> json.loads(json_records(pd.DataFrame({"kpi": ["mttr"], "value": [float("nan")]})))
    [{'kpi': 'mttr', 'value': None}]

    """
    finite = table.replace([np.inf, -np.inf], np.nan)
    rows = finite.astype(object).where(finite.notna(), None).to_dict("records")
    return json.dumps(rows, indent=1, allow_nan=False)


def kpi_table(kpis: pd.DataFrame) -> str:
    """Return the KPI table of one log as aligned text, with a dash for NaN.

    Parameters
    ----------
    kpis : DataFrame
        What `kpis.table(log)` returns: index the KPI, first column the unit.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"unit": ["h"], "value": [12.345], "n": [3]}, index=pd.Index(["mttr"], name="kpi"))
    >>> print(kpi_table(table))
    kpi   unit  value  n
    mttr  h     12.35  3
    """
    head = ["kpi", *kpis.columns]
    rows = [
        [str(name), unit, *(_kpi_cell(number, column) for number, column in zip(numbers, head[2:], strict=True))]
        for name, unit, *numbers in kpis.itertuples(name=None)
    ]
    return text_table([head, *rows], right=[column for column in range(2, len(head)) if head[column] != "counts"])


def experiment_note(result: "Result") -> str:
    """Return one line on how the numbers of an experiment were made: replications, run length, seed, interval.

    Parameters
    ----------
    result : Result
        Result of a comparison.

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> experiment_note(compare({"devops": vary(DEVOPS, {"years": 0.1})}, 2, kpis=["wip"], progress=False))
    '2 replications of 0.1 years, seed 1: mean and 95 % interval; - where there is no data.'
    """
    years = sorted({scenario.years for scenario in result.scenarios.values()})
    lengths = " or ".join(f"{length:g}" for length in years)
    return (
        f"{result.replications} replications of {lengths} years, seed {result.seed}: "
        f"mean and {100 * result.confidence:g} % interval; - where there is no data."
    )


def _kpi_cell(number: float | str, column: str) -> str:
    """Return counts as whole numbers, other values to four digits and texts as they are."""
    if isinstance(number, str):
        return number
    return f"{number:.0f}" if column in COUNTS and np.isfinite(number) else significant(number)
