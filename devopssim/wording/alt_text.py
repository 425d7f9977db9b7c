"""Alternative texts: what a figure shows, in one to three sentences, with the table behind it.

Each function formats numbers that the rooms below computed; it computes no statistics of its own.
"""

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
"""Largest effects that a text names; the table lists all."""


@dataclass(frozen=True, kw_only=True)
class Description:
    """Text equivalent of a figure: one to three sentences, and the table behind it.

    Attributes
    ----------
    text : str
        What the figure shows, with its numbers; `str(description)` returns it.
    table : DataFrame
        The plotted values. A notebook shows the text and the first 60 rows.

    Examples
    --------
    >>> import pandas as pd
    >>> description = Description(text="Two deployments.", table=pd.DataFrame({"time (h)": [1.0, 2.0]}))
    >>> print(description)
    Two deployments.

    """

    text: str
    table: pd.DataFrame

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        """Return text and table for a notebook."""
        table = self.table.head(MOST_ROWS_SHOWN).to_html(border=0, float_format="{:.4g}".format)
        return f"<p>{escape(self.text)}</p>{table}"


def estimates_text(result: "Result", kpi: Kpi) -> str:
    """Return a KPI of each scenario with its confidence interval.

    Parameters
    ----------
    result : Result
        Result of a comparison that measured the KPI.
    kpi : Kpi
        The KPI; its title and unit are used.

    Returns
    -------
    str
        One sentence with the number of replications, one with a value for each scenario.

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> from devopssim.kpis import KPIS
    >>> result = compare({"devops": vary(DEVOPS, {"years": 0.1})}, 2, kpis=["wip"], progress=False)
    >>> estimates_text(result, KPIS["wip"])
    'Work in progress. Mean of 2 replications and 95 % interval: devops ... items (... to ...).'
    """
    table = result.estimates[result.estimates["kpi"] == kpi.name].set_index("scenario").loc[list(result.scenarios)]
    values = "; ".join(
        f"{row.Index} {with_interval(row.estimate, row.low, row.high, kpi.unit)}" for row in rows_of(table)
    )
    numbers = f"Mean of {result.replications} replications and {100 * result.confidence:g} % interval"
    return f"{kpi.title}. {numbers}: {values}."


def differences_text(result: "Result", kpi: Kpi) -> str:
    """Return the paired differences of a KPI with their confidence intervals.

    Parameters
    ----------
    result : Result
        Result of a comparison of at least two scenarios that measured the KPI.
    kpi : Kpi
        The KPI; shares are given in percentage points.

    Examples
    --------
    >>> from devopssim import AGILE, DEVOPS, compare, vary
    >>> from devopssim.kpis import KPIS
    >>> scenarios = {"agile": vary(AGILE, {"years": 0.1}), "devops": vary(DEVOPS, {"years": 0.1})}
    >>> differences_text(compare(scenarios, 2, kpis=["wip"], progress=False), KPIS["wip"])
    'Work in progress, paired differences with 95 % intervals: devops against agile ... items (... to ...).'
    """
    table = result.differences[result.differences["kpi"] == kpi.name]
    values = "; ".join(
        f"{row.scenario} against {row.baseline} {_difference(row.difference, row.low, row.high, kpi)}"
        for row in rows_of(table)
    )
    return f"{kpi.title}, paired differences with {100 * result.confidence:g} % intervals: {values}."


def curves_text(kpi: Kpi, curves: Mapping[str, pd.DataFrame], window: str = "", *, unit_name: str) -> str:
    """Return the first, last, least and greatest value of a KPI's curves.

    Parameters
    ----------
    kpi : Kpi
        The KPI; its title and unit are used.
    curves : mapping of str to DataFrame
        Curves by name (`""` for the only one): columns `time` (hours) and `mean`, at least one mean not NaN.
    window : str
        Time that each point looks back over, for example `"28D"`; empty: the text omits it.
    unit_name : str
        Unit of the figure's time axis, for example `"weeks"`.

    Examples
    --------
    >>> import pandas as pd
    >>> from devopssim.kpis import KPIS
    >>> curve = pd.DataFrame({"time": [168.0, 336.0], "mean": [4.0, 6.0]})
    >>> curves_text(KPIS["wip"], {"": curve}, "7D", unit_name="days")
    'Work in progress over time in days, each point over the last 7 days. 4 items at first (after 7 days), 6 items at
    the end, between 4 items and 6 items.'

    """
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
    """Return a KPI at each value of one parameter.

    Parameters
    ----------
    table : DataFrame
        Estimates of a sweep for this KPI: columns `estimate` and the parameter's name.
    parameter : str
        Dotted name, for example `"team.developers"`.
    kpi : Kpi
        The KPI; its title and unit are used.

    Examples
    --------
    >>> import pandas as pd
    >>> from devopssim.kpis import KPIS
    >>> table = pd.DataFrame({"team.developers": [3, 6], "estimate": [72.0, 30.0]})
    >>> sweep_text(table, "team.developers", KPIS["lead_time"])
    'Lead time over team.developers: 72 hours at 3, 30 hours at 6.'

    """
    values = ", ".join(
        f"{amount(float(row['estimate']), kpi.unit)} at {setting_text(row[parameter])}"
        for row in table.to_dict("records")
    )
    return f"{kpi.title} over {parameter}: {values}."


def sweep_map_text(table: pd.DataFrame, parameters: tuple[str, str], kpi: Kpi) -> str:
    """Return where a KPI is least and where it is greatest in a sweep over two parameters.

    Parameters
    ----------
    table : DataFrame
        Estimates of the sweep for this KPI: columns `estimate` and both parameters' names. NaN estimates are skipped.
    parameters : tuple of str
        Dotted names of the two parameters.
    kpi : Kpi
        The KPI; its title and unit are used.

    Examples
    --------
    >>> import pandas as pd
    >>> from devopssim.kpis import KPIS
    >>> table = pd.DataFrame({"team.developers": [3, 6], "practices.testing": [0, 1], "estimate": [72.0, 30.0]})
    >>> sweep_map_text(table, ("team.developers", "practices.testing"), KPIS["lead_time"])
    'Lead time over team.developers and practices.testing: least 30 hours at team.developers 6, practices.testing 1 and
    most 72 hours at team.developers 3, practices.testing 0.'
    """
    ranked = table.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    ends = " and ".join(
        f"{word} {amount(float(row['estimate']), kpi.unit)} at "
        f"{', '.join(f'{name} {setting_text(row[name])}' for name in parameters)}"
        for word, row in (("least", ranked.iloc[0]), ("most", ranked.iloc[-1]))
    )
    return f"{kpi.title} over {parameters[0]} and {parameters[1]}: {ends}."


def effects_text(table: pd.DataFrame, kpi: Kpi) -> str:
    """Return the five largest effects of a factorial experiment on a KPI.

    Parameters
    ----------
    table : DataFrame
        Effects, largest first: columns `effect`, `estimate`, `low`, `high`.
    kpi : Kpi
        The KPI; its title and unit are used.

    Examples
    --------
    >>> import pandas as pd
    >>> from devopssim.kpis import KPIS
    >>> table = pd.DataFrame({"effect": ["testing"], "estimate": [-24.0], "low": [-30.0], "high": [-18.0]})
    >>> effects_text(table, KPIS["lead_time"])
    'Effects of practices on lead time, largest first: testing ...24 hours (...30 to ...18).'
    """
    effects = "; ".join(
        f"{row.effect} {_difference(row.estimate, row.low, row.high, kpi)}" for row in rows_of(table.head(MOST_NAMED))
    )
    return f"Effects of practices on {kpi.title.lower()}, largest first: {effects}."


def shapley_text(table: pd.DataFrame, whole: float, kpi: Kpi) -> str:
    """Return each practice's share of the difference between no practice and all of them.

    Parameters
    ----------
    table : DataFrame
        One row a practice: columns `practice` and `share` (of 1).
    whole : float
        The whole difference, in the KPI's unit.
    kpi : Kpi
        The KPI; its title and unit are used.

    Examples
    --------
    >>> import pandas as pd
    >>> from devopssim.kpis import KPIS
    >>> table = pd.DataFrame({"practice": ["testing", "delivery"], "share": [0.75, 0.25]})
    >>> shapley_text(table, -30.0, KPIS["lead_time"])
    'Shapley shares of the difference that all practices make to lead time (...30 hours): testing 75 %, delivery 25 %.'

    """
    shares = ", ".join(f"{row.practice} {100 * row.share:z.0f} %" for row in rows_of(table)).replace("-", chr(0x2212))
    return (
        f"Shapley shares of the difference that all practices make to {kpi.title.lower()} "
        f"({difference_text(whole, kpi)}): {shares}."
    )


def tornado_text(table: pd.DataFrame, change: float, kpi: Kpi) -> str:
    """Return how far the first five parameters of a sensitivity analysis move a KPI.

    Parameters
    ----------
    table : DataFrame
        Widest swing first: columns `parameter`, `at_low`, `at_high` (differences in the KPI's unit).
    change : float
        Share by which each parameter was lowered and raised, for example 0.2.
    kpi : Kpi
        The KPI; its title and unit are used.

    Examples
    --------
    >>> import pandas as pd
    >>> from devopssim.kpis import KPIS
    >>> table = pd.DataFrame({"parameter": ["team.developers"], "at_low": [20.0], "at_high": [-8.0]})
    >>> tornado_text(table, 0.2, KPIS["lead_time"])
    'What moves lead time when a parameter is 20 % lower and higher: team.developers from +20 hours to ...8 hours.'
    """
    swings = "; ".join(
        f"{row.parameter} from {difference_text(row.at_low, kpi)} to {difference_text(row.at_high, kpi)}"
        for row in rows_of(table.head(MOST_NAMED))
    )
    return f"What moves {kpi.title.lower()} when a parameter is {100 * change:g} % lower and higher: {swings}."


def difference_text(difference: float, kpi: Kpi) -> str:
    """Return a difference of a KPI with its sign, without an interval.

    Parameters
    ----------
    difference : float
        In the KPI's unit.
    kpi : Kpi
        The KPI; a share becomes percentage points.

    Examples
    --------
    >>> from devopssim.kpis import KPIS
    >>> difference_text(-0.05, KPIS["change_failure_rate"])
    '...5 points'

    """
    return _difference(difference, np.nan, np.nan, kpi)


def setting_text(setting: object) -> str:
    """Return the value of a parameter in a sweep: numbers without trailing zeros, other values as they are.

    Examples
    --------
    >>> setting_text(6.0), setting_text("devops")
    ('6', 'devops')

    """
    return f"{setting:g}" if isinstance(setting, int | float) else str(setting)


def rows_of(table: pd.DataFrame, *, plain: bool = False) -> Iterator[Any]:
    """Yield a table's rows as named tuples.

    pandas types the fields of `itertuples` too narrowly; here they are `Any`, and the column names state the type.

    Parameters
    ----------
    table : DataFrame
        Columns whose names are Python identifiers.
    plain : bool
        Yield plain tuples without the index.

    Examples
    --------
    >>> import pandas as pd
    >>> [row.kpi for row in rows_of(pd.DataFrame({"kpi": ["wip", "mttr"]}))]
    ['wip', 'mttr']

    """
    yield from table.itertuples(index=not plain, name=None if plain else "Row")


def _difference(difference: float, low: float, high: float, kpi: Kpi) -> str:
    """Return a difference with its interval; NaN bounds are omitted."""
    return with_interval(difference, low, high, kpi.unit, sign=True)
