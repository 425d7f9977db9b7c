"""An event log as a table for process mining: case, activity, time, resource.

The columns carry the names of the XES standard, which pm4py, Disco and others expect: `case:concept:name`, `concept:name`,
`time:timestamp`, `org:resource`, `lifecycle:transition`. In pm4py:

    table = pandas.read_parquet("table.parquet")      # or read_csv, then pm4py.format_dataframe
    pm4py.discover_dfg(table)
"""

from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import IDS, validate
from devopssim.exporters.cdevents import START
from devopssim.files import whole_file

COLUMNS: Final = ("case:concept:name", "concept:name", "time:timestamp", "org:resource", "lifecycle:transition")
TRANSITIONS: Final = {"queued": "schedule", "started": "start", "finished": "complete"}


def process_table(log: pd.DataFrame, case: str = "item") -> pd.DataFrame:
    """Return a table for process mining: one row for each event that names a case, sorted by time within each case.

    A deployment or a build that names a change belongs to the case of its item. The activity of work on a stage is the stage,
    with its transition (schedule, start, complete); the activity of any other event is its kind (complete).

    Parameters
    ----------
    log : DataFrame
        Event log of one replication.
    case : {"item", "change", "deployment", "incident", "finding"}, default "item"
        Column whose ids are the cases.

    Returns
    -------
    DataFrame
        Columns of the XES standard; the module's docstring lists them. Times are UTC, to the microsecond.

    Raises
    ------
    InvalidInputError
        If `case` is another column, or the log names none of its ids.
    BrokenContractError
        If the table breaks the contract of an event log.

    References
    ----------
    IEEE 1849-2016, eXtensible Event Stream (XES).

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(0, "ticket.created", item="W1"), event(4, "ticket.closed", item="W1")])
    >>> process_table(log)[["case:concept:name", "concept:name"]].values.tolist()
    [['W1', 'ticket.created'], ['W1', 'ticket.closed']]
    """
    if case not in IDS:
        raise InvalidInputError(f"case={case!r} (column whose ids are the cases) must be one of {', '.join(IDS)}.")
    validate(log)
    rows = log.assign(case=_cases(log, case)).dropna(subset="case")
    if rows.empty:
        others = [column for column in IDS if log[column].notna().any()]
        hint = f"pass --case {others[0]}; the log names {', '.join(others)}" if others else "it names no entity at all"
        raise InvalidInputError(f"the log names no {case}, so there are no cases; {hint}.")
    kind = rows["kind"].astype(object)
    on_stage = kind.str.startswith("stage.").to_numpy()
    start = pd.Timestamp(datetime.fromisoformat(log.attrs.get("start") or START))
    start = start.tz_localize("UTC") if start.tzinfo is None else start.tz_convert("UTC")
    moment = start + pd.to_timedelta(rows["time"], unit="h").dt.round("us")
    step = kind.str.rpartition(".")[2].map(TRANSITIONS)
    table = pd.DataFrame(
        {
            "case:concept:name": rows["case"].astype("str"),
            "concept:name": pd.Series(
                np.where(on_stage, rows["stage"].astype(object), kind), index=rows.index, dtype="str"
            ),
            "time:timestamp": moment,
            "org:resource": rows["role"].astype("str"),
            "lifecycle:transition": step.where(on_stage, "complete").astype("str"),
        }
    )
    order = pd.factorize(table["case:concept:name"])[0]
    return table.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def write_process_table(log: pd.DataFrame, path: str | Path, case: str = "item") -> int:
    """Write `process_table` to a .csv or .parquet file; the file appears whole or stays absent.

    Parameters
    ----------
    log : DataFrame
        Event log of one replication.
    path : str or Path
        File to write; the extension selects the format.
    case : str, default "item"
        Column whose ids are the cases.

    Returns
    -------
    int
        Number of rows written.

    Raises
    ------
    InvalidInputError
        If the extension or `case` is unknown, or the file cannot be written.
    BrokenContractError
        If the table breaks the contract of an event log.

    Examples
    --------
    >>> import tempfile
    >>> from devopssim.events import event, from_rows
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_process_table(from_rows([event(0, "ticket.created", item="W1")]), f"{folder}/table.csv")
    1
    """
    target = Path(path)
    if target.suffix.lower() not in {".csv", ".parquet"}:
        raise InvalidInputError(f"{target}: unknown file extension {target.suffix!r}; pass a .csv or .parquet file.")
    table = process_table(log, case)
    with whole_file(target) as part:
        if target.suffix.lower() == ".csv":
            table.to_csv(part, index=False, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%S.%f%z")
        else:
            table.to_parquet(part, index=False)
    return len(table)


def _cases(log: pd.DataFrame, case: str) -> "pd.Series[str]":
    """Return the case of each row; a row that names only a change belongs to the item of that change."""
    if case != "item":
        return log[case].astype(object)
    if log["item"].isna().all():
        return pd.Series(None, index=log.index, dtype=object)
    owner = log.dropna(subset=["item", "change"]).drop_duplicates("change").set_index("change")["item"].astype(object)
    return log["item"].astype(object).where(log["item"].notna(), log["change"].astype(object).map(owner))
