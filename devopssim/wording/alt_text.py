"""What a figure shows, in words and as a table, for those who cannot see it or want the numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from devopssim.kpis import Kpi
from devopssim.wording.numbers import amount, duration, with_interval

if TYPE_CHECKING:
    from devopssim.experiment import Result

MOST_ROWS_SHOWN: Final = 60
MOST_NAMED: Final = 5
"""How many of the largest effects a text names; the table has them all."""


@dataclass(frozen=True, kw_only=True)
class Description:
    """The text equivalent of a figure: one to three sentences, and the table behind it."""

    text: str
    table: pd.DataFrame

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        """Show both in a notebook."""
        table = self.table.head(MOST_ROWS_SHOWN).to_html(border=0, float_format="{:.4g}".format)
        return f"<p>{escape(self.text)}</p>{table}"


def estimates_text(result: "Result", kpi: Kpi) -> str:
    """Return a KPI of each scenario with its interval."""
    table = result.estimates[result.estimates["kpi"] == kpi.name].set_index("scenario").loc[list(result.scenarios)]
    values = "; ".join(
        f"{row.Index} {with_interval(row.estimate, row.low, row.high, kpi.unit)}" for row in rows_of(table)
    )
    numbers = f"Mean of {result.replications} replications and {100 * result.confidence:g} % interval"
    return f"{kpi.title}. {numbers}: {values}."


def differences_text(result: "Result", kpi: Kpi) -> str:
    """Return the paired differences of a KPI with their intervals."""
    table = result.differences[result.differences["kpi"] == kpi.name]
    values = "; ".join(
        f"{row.scenario} against {row.baseline} {_difference(row.difference, row.low, row.high, kpi)}"
        for row in rows_of(table)
    )
    return f"{kpi.title}, paired differences with {100 * result.confidence:g} % intervals: {values}."


def curves_text(kpi: Kpi, curves: Mapping[str, pd.DataFrame], window: str = "", *, unit_name: str) -> str:
    """Return the first, last, least and greatest value of a KPI's curves (columns time, in hours, and mean) by name."""
    parts = []
    for name, table in curves.items():
        observed = table.dropna(subset=["mean"])
        first, last = observed.iloc[0], observed.iloc[-1]
        parts.append(
            f"{name + ': ' if name else ''}{amount(first['mean'], kpi.unit)} at first (after {duration(first['time'])}), "
            f"{amount(last['mean'], kpi.unit)} at the end, between {amount(observed['mean'].min(), kpi.unit)} "
            f"and {amount(observed['mean'].max(), kpi.unit)}"
        )
    over = f", each point over the last {duration(pd.Timedelta(window).total_seconds() / 3600)}" if window else ""
    return f"{kpi.title} over time in {unit_name}{over}. {'. '.join(parts)}."


def sweep_text(table: pd.DataFrame, parameter: str, kpi: Kpi) -> str:
    """Return a KPI at each value of one parameter, from the estimates of a sweep."""
    values = ", ".join(
        f"{amount(float(row['estimate']), kpi.unit)} at {setting_text(row[parameter])}"
        for row in table.to_dict("records")
    )
    return f"{kpi.title} over {parameter}: {values}."


def sweep_map_text(table: pd.DataFrame, parameters: tuple[str, str], kpi: Kpi) -> str:
    """Return where a KPI is least and where it is most, from the estimates of a sweep over two parameters."""
    ranked = table.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    ends = " and ".join(
        f"{word} {amount(float(row['estimate']), kpi.unit)} at "
        f"{', '.join(f'{name} {setting_text(row[name])}' for name in parameters)}"
        for word, row in (("least", ranked.iloc[0]), ("most", ranked.iloc[-1]))
    )
    return f"{kpi.title} over {parameters[0]} and {parameters[1]}: {ends}."


def effects_text(table: pd.DataFrame, kpi: Kpi) -> str:
    """Return the first effects of a factorial experiment's table."""
    effects = "; ".join(
        f"{row.effect} {_difference(row.estimate, row.low, row.high, kpi)}" for row in rows_of(table.head(MOST_NAMED))
    )
    return f"Effects of practices on {kpi.title.lower()}, largest first: {effects}."


def shapley_text(table: pd.DataFrame, whole: float, kpi: Kpi) -> str:
    """Return each practice's share of the `whole` difference between none and all of them."""
    shares = ", ".join(f"{row.practice} {100 * row.share:.0f} %" for row in rows_of(table))
    return (
        f"Shapley shares of the difference that all practices make to {kpi.title.lower()} "
        f"({difference_text(whole, kpi)}): {shares}."
    )


def tornado_text(table: pd.DataFrame, change: float, kpi: Kpi) -> str:
    """Return what the first parameters of a sensitivity analysis change when they are lower and higher by the share `change`."""
    swings = "; ".join(
        f"{row.parameter} from {difference_text(row.at_low, kpi)} to {difference_text(row.at_high, kpi)}"
        for row in rows_of(table.head(MOST_NAMED))
    )
    return f"What moves {kpi.title.lower()} when a parameter is {100 * change:g} % lower and higher: {swings}."


def difference_text(difference: float, kpi: Kpi) -> str:
    """Return a difference of a KPI without an interval, with its sign."""
    return _difference(difference, np.nan, np.nan, kpi)


def setting_text(setting: object) -> str:
    """Return the value of a parameter in a sweep."""
    return f"{setting:g}" if isinstance(setting, int | float) else str(setting)


def rows_of(table: pd.DataFrame, *, plain: bool = False) -> Iterator[Any]:
    """Yield a table's rows as named tuples, or plain ones without the index; the columns' names state the types of the cells."""
    yield from table.itertuples(index=not plain, name=None if plain else "Row")


def _difference(difference: float, low: float, high: float, kpi: Kpi) -> str:
    return with_interval(difference, low, high, kpi.unit, sign=True)
