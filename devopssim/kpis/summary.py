"""KPIs of one log as a table, as numbers to compare, and as records for programs."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.kpis.catalogue import KPIS
from devopssim.kpis.declaration import Kpi
from devopssim.kpis.run import Floats, Log, Run, run_of

NAN = float("nan")
COLUMNS: Final = ("unit", "value", "median", "p85", "mean", "n", "counts", "unfinished")


def table(log: Log, names: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the KPIs of a log as a table, one row a KPI.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.
    names : iterable of str, optional
        Names of `KPIS` (default: all).

    Returns
    -------
    DataFrame
        Index: the KPI's name. Columns: `unit`; `value`, the one number that stands for the KPI (a rate itself, the mean of a
        *mean time*, the median of other durations); `median`, `p85` (85th percentile), `mean` and `unfinished`, NaN for rates;
        `n`, the finished durations or the entities that a rate counts, and `counts`, what they are. A rate is NaN where its denominator is 0, a duration
        where none has finished.

    Raises
    ------
    InvalidInputError
        If a name is unknown.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "ticket.created", item="W1"), event(11, "ticket.closed", item="W1")])
    >>> kpis.table(log, ["lead_time"])[["unit", "value", "n", "unfinished"]]
              unit  value  n  unfinished
    kpi
    lead_time    h   10.0  1         0.0
    """
    run = run_of(log)
    rows = {kpi.name: _row(kpi, run) for kpi in chosen(names)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("kpi")


def values(log: Log, names: Iterable[str] | None = None) -> dict[str, float]:
    """Return the one number of each KPI by name: the column `value` of `table`.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.
    names : iterable of str, optional
        Names of `KPIS` (default: all).

    Returns
    -------
    dict of str to float
        Value by KPI; NaN where there is nothing to count.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "ticket.created", item="W1"), event(11, "ticket.closed", item="W1")])
    >>> kpis.values(log, ["lead_time"])
    {'lead_time': 10.0}
    """
    run = run_of(log)
    return {kpi.name: kpi.value(run) for kpi in chosen(names)}


def counted(
    log: Log, names: Iterable[str] | None = None
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Return the columns `value`, `n` and `unfinished` of `table`, each by KPI.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.
    names : iterable of str, optional
        Names of `KPIS` (default: all).

    Returns
    -------
    tuple of three dicts of str to float
        Values (NaN: nothing to count), over how many, and how many had not ended (NaN for rates).

    Raises
    ------
    InvalidInputError
        If a name is unknown.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "ticket.created", item="W1"), event(11, "ticket.closed", item="W1")])
    >>> kpis.counted(log, ["lead_time"])
    ({'lead_time': 10.0}, {'lead_time': 1.0}, {'lead_time': 0.0})
    """
    run = run_of(log)
    measured = {kpi.name: _measured(kpi, run)[:3] for kpi in chosen(names)}
    value, n, unfinished = ({name: columns[place] for name, columns in measured.items()} for place in range(3))
    return value, n, unfinished


def records(log: Log, names: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Return the KPIs as records, ready for JSON.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.
    names : iterable of str, optional
        Names of `KPIS` (default: all).

    Returns
    -------
    list of dict
        A duration has the keys `kpi`, `unit`, `median`, `p85`, `mean`, `n`, `counts`, `unfinished` (in hours), a rate `kpi`,
        `unit`, `value`, `n`, `counts`. None stands for NaN. A KPI that rests on an assumption of the log's source has the key
        `assumption`.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> kpis.records(from_rows([event(5, "ticket.closed", item="W1")], horizon=168), ["throughput"])
    [{'kpi': 'throughput', 'unit': 'per week', 'value': 1.0, 'n': 1, 'counts': 'items'}]
    """
    run = run_of(log)
    source = run.attrs.get("source")
    assumed: Mapping[str, str] = (source.get("assumptions") if isinstance(source, Mapping) else None) or {}
    rows = []
    for row in table(run, names).reset_index().to_dict("records"):
        is_duration = KPIS[str(row["kpi"])].shape == "duration"
        keys = ("median", "p85", "mean", "n", "counts", "unfinished") if is_duration else ("value", "n", "counts")
        record = {"kpi": row["kpi"], "unit": row["unit"], **{key: _plain(row[key], key) for key in keys}}
        sentences = [assumed[kind] for kind in KPIS[str(row["kpi"])].events if kind in assumed]
        rows.append(record | ({"assumption": sentences[0]} if sentences else {}))
    return rows


def chosen(names: Iterable[str] | None) -> list[Kpi]:
    """Return the KPIs of these names.

    Parameters
    ----------
    names : iterable of str, str or None
        Names of `KPIS`; None for all.

    Returns
    -------
    list of Kpi
        KPIs in the order of the names.

    Raises
    ------
    InvalidInputError
        If a name is unknown.

    Examples
    --------
    >>> [kpi.title for kpi in chosen(["wip", "mttr"])]
    ['Work in progress', 'Mean time to recovery']
    """
    wanted = list(KPIS) if names is None else [names] if isinstance(names, str) else list(names)
    for name in wanted:
        if name not in KPIS:
            message = f"KPI {name!r} is unknown; the KPIs are {', '.join(KPIS)}."
            raise InvalidInputError(message)
    return [KPIS[name] for name in wanted]


def _measured(kpi: Kpi, run: Run) -> tuple[float, float, float, Floats]:
    """Return a KPI's value, over how many it is, how many had not ended (NaN for a rate), and the finished durations (none for a rate)."""
    if kpi.rate is not None:
        rate = kpi.rate(run)
        return rate.value, float(rate.n), NAN, np.empty(0)
    assert kpi.durations is not None  # noqa: S101 - a KPI is a rate or a duration
    durations = kpi.durations(run)
    hours = durations.lengths
    return kpi.summarise(hours), float(len(hours)), float(durations.unfinished), hours


def _row(kpi: Kpi, run: Run) -> tuple[str, float, float, float, float, int, str, float]:
    value, n, unfinished, hours = _measured(kpi, run)
    median, p85 = np.quantile(hours, [0.5, 0.85]) if len(hours) else (NAN, NAN)
    mean = float(hours.mean()) if len(hours) else NAN
    return kpi.unit, value, float(median), float(p85), mean, int(n), kpi.counts, unfinished


def _plain(number: float | str, key: str) -> float | int | str | None:
    if isinstance(number, str):
        return number
    if math.isnan(number):
        return None
    return int(number) if key in {"n", "unfinished"} else float(number)
