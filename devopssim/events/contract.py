"""The contract of an event log: its rules, and an error that names the first row that breaks one."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from devopssim.errors import BrokenContractError, InvalidInputError
from devopssim.events.calendar import WorkingTime
from devopssim.events.coded import CodedLog
from devopssim.events.detail import DETAIL_KEYS, NUMBERS, WELL_FORMED, NumberRange, details
from devopssim.events.kinds import COLUMNS, IDS, KIND_NUMBERS, KINDS, ROLES, STAGES

MOST_NUMBERS: Final = 1 << 62
"""Combinations of codes that a whole number can tell apart."""


def validate(log: pd.DataFrame) -> pd.DataFrame:
    """Return `log` if it keeps the contract of an event log.

    In a log that was cut (`warm_up` > 0) causes may lie before the cut, so the rules of order do not apply to it.

    Parameters
    ----------
    log : DataFrame
        Table with the columns `COLUMNS`, sorted by `time`.

    Returns
    -------
    DataFrame
        The same table.

    Raises
    ------
    BrokenContractError
        If a rule is broken. `row` is the first offending row (counted from 0), or None where the rule concerns the whole
        table; `rule` is the rule's text.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> len(validate(from_rows([event(0, "ticket.created", item="W1")])))
    1
    >>> validate(from_rows([event(0, "ticket.created")]))
    Traceback (most recent call last):
    devopssim.errors.BrokenContractError: row 0 ... breaks the event log's contract: ticket.created must name its item.
    """
    validate_columns(log)
    rows = _Rows(CodedLog.of(log))
    rules: list[Callable[[_Rows], Iterable[Offence]]] = [
        _bad_time,
        _bad_name,
        _missing_column,
        _bad_detail,
        _repeated,
    ]
    if not log.attrs.get("warm_up"):
        rules += [_effect_before_cause, _finished_before_started]
    _refuse_first(log, [offence for rule in rules for offence in rule(rows)])
    validate_attrs(log.attrs)
    return log


Offence = tuple[int, str]
"""The position of a row and the rule that it breaks."""


def _refuse_first(log: pd.DataFrame, offences: Iterable[Offence]) -> None:
    """Raise BrokenContractError for the first row that breaks a rule, if any does."""
    first = min(offences, default=None)
    if first is None:
        return
    row, rule = first
    shown = ", ".join(f"{name}={value}" for name, value in log.iloc[row].items() if pd.notna(value))
    message = f"row {row} ({shown}) breaks the event log's contract: {rule}."
    raise BrokenContractError(message, row=row, rule=rule)


def validate_columns(log: object) -> None:
    """Raise BrokenContractError unless a table has the columns of an event log, of one run.

    Parameters
    ----------
    log : object
        Candidate table; only the columns and the type of `time` are checked.

    Raises
    ------
    BrokenContractError
        If the object is not a DataFrame, holds several replications, lacks a column, has another one, or `time` is not float64.

    Examples
    --------
    >>> validate_columns(pd.DataFrame({"hours": [1.0]}))
    Traceback (most recent call last):
    devopssim.errors.BrokenContractError: the table is not an event log: it comes without 'time'; its columns must be time, ...
    """
    if not isinstance(log, pd.DataFrame):
        message = (
            f"expected an event log, got a {type(log).__name__}; "
            "give the table that devopssim.simulate or devopssim.events.read returns."
        )
        raise BrokenContractError(message, row=None, rule="an event log is a table")
    if "replication" in log.columns:
        message = (
            "the table holds several replications (column 'replication'); an event log holds one. "
            "Take them one by one with `for _, log in logs.groupby('replication')`, or compare them with devopssim.compare."
        )
        raise BrokenContractError(message, row=None, rule="one log, one run")
    wrong = [*(f"without {name!r}" for name in COLUMNS if name not in log.columns)]
    wrong += [f"with the unknown column {name!r}" for name in log.columns if name not in COLUMNS]
    if wrong:
        message = f"the table is not an event log: it comes {wrong[0]}; its columns must be {', '.join(COLUMNS)}."
        raise BrokenContractError(message, row=None, rule="columns")
    if log["time"].dtype != np.float64:
        message = f"the table is not an event log: its column 'time' holds {log['time'].dtype}; it must hold hours as float64."
        raise BrokenContractError(message, row=None, rule="columns")


def validate_attrs(attrs: Mapping[Any, Any]) -> None:
    """Raise BrokenContractError unless each attribute of a log that is present has its type and range; missing ones are skipped."""
    hours = "a finite number of hours, 0 or more"
    rules: dict[str, tuple[Callable[[Any], bool], str]] = {
        "start": (_is_time, "an ISO 8601 time, such as 2026-03-01T09:30:00+00:00"),
        "horizon": (_is_amount, hours),
        "warm_up": (_is_amount, hours),
        "window": (_is_amount, hours),
        "observed": (
            _is_observed,
            'a list of kinds of events, each alone or with a key of detail, such as ["service.deployed repair"]',
        ),
        "open_items": (_is_amount, "a number, 0 or more"),
        "calendar": (_is_calendar, 'working hours, such as {"hours_per_week": 40, "monday": 0}'),
        "source": (lambda value: isinstance(value, Mapping), 'an object, such as {"git": "shop"}'),
    }
    for name, (is_allowed, allowed) in rules.items():
        value = attrs.get(name)
        if value is not None and not is_allowed(value):
            message = f"{name}={value!r} of the log breaks the event log's contract: it must be {allowed}."
            raise BrokenContractError(message, row=None, rule=f"{name} must be {allowed}")


def _is_amount(value: Any) -> bool:
    """Return whether a value is a finite number, 0 or more."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and bool(0 <= value < np.inf)


def _is_observed(value: Any) -> bool:
    """Return whether a value lists kinds of events, alone or with a key of detail."""
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        return False
    pairs = [word.partition(" ") for word in value]
    return all(kind in KINDS and (not key or key in DETAIL_KEYS) for kind, _, key in pairs)


def _is_calendar(value: Any) -> bool:
    """Return whether a value states a calendar."""
    try:
        WorkingTime(**value).until(np.zeros(1))
    except (TypeError, InvalidInputError):
        return False
    return True


def _is_time(value: Any) -> bool:
    """Return whether a value is an ISO 8601 time."""
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


class _Rows:
    """The rows of a log in codes."""

    def __init__(self, log: CodedLog) -> None:
        self.log, self.codes = log, {column: log.codes[column] for column in COLUMNS[1:]}
        self._naming: dict[tuple[str, str], Any] = {}

    def naming(self, kind: str, by: str) -> Any:
        """Return the rows of a kind that name an id in the column `by`."""
        if (kind, by) not in self._naming:
            rows = np.flatnonzero(self.codes["kind"] == KIND_NUMBERS[kind])
            self._naming[kind, by] = rows[self.codes[by][rows] >= 0]
        return self._naming[kind, by]

    def first(self, kinds: Iterable[str], by: str) -> Any:
        """Return for each id in the column `by` the first row of these kinds that names it; the number of all rows for none."""
        codes, never = self.codes[by], len(self.log)
        first = np.full(codes.max(initial=-1) + 1, never)
        for kind in kinds:
            rows = self.naming(kind, by)[::-1]
            earliest = np.full(len(first), never)
            earliest[codes[rows]] = rows  # what is written last stays
            first = np.minimum(first, earliest)
        return first


def _where(mask: Any, rule: str) -> list[Offence]:
    """Return the first row of a mask as an offence against the rule; an empty list for an empty mask."""
    return _first(np.flatnonzero(mask), rule)


def _first(positions: Any, rule: str) -> list[Offence]:
    """Return the first position as an offence against the rule; an empty list for an empty array."""
    return [(int(positions[0]), rule)] if len(positions) else []


def _bad_time(rows: _Rows) -> list[Offence]:
    time, horizon = rows.log.time, rows.log.attrs.get("horizon")
    backwards = np.zeros(len(time), dtype=bool)
    backwards[1:] = time[1:] < time[:-1]
    return [
        *_where(~np.isfinite(time), "time must be a finite number of hours"),
        *_where(time < 0, "time must not be negative"),
        *_where(backwards, "rows must be sorted by time"),
        *([] if horizon is None else _where(time > horizon, f"time must not lie after the horizon of {horizon:g} h")),
    ]


def _bad_name(rows: _Rows) -> list[Offence]:
    kind = rows.codes["kind"]
    return [
        *_where((kind < 0) | (kind >= len(KINDS)), "kind must be one of devopssim.events.KINDS"),
        *_where(rows.codes["stage"] >= len(STAGES), f"stage must be one of {', '.join(STAGES)}"),
        *_where(rows.codes["role"] >= len(ROLES), f"role must be one of {', '.join(ROLES)}"),
    ]


def _missing_column(rows: _Rows) -> Iterable[Offence]:
    for name, kind in KINDS.items():
        for column in kind.needs:
            of_kind = np.flatnonzero(rows.codes["kind"] == KIND_NUMBERS[name])
            yield from _first(of_kind[rows.codes[column][of_kind] < 0], f"{name} must name its {column}")
    of_another_kind_or_none = [False, False]
    is_stage = np.array([*(name.startswith("stage.") for name in KINDS), *of_another_kind_or_none])
    staged = is_stage[rows.codes["kind"]]
    subject = np.any([rows.codes[name] >= 0 for name in IDS], axis=0)
    detail = rows.codes["detail"]
    of_task = np.flatnonzero(staged & ~subject & (detail >= 0))
    subject[of_task] = _of_details(rows, detail[of_task], lambda texts: texts.str.contains(r"(?:^|;)task="))
    yield from _where(
        staged & ~subject,
        "stage.* must name the item, change, deployment, incident or finding that is worked on, or its task in detail",
    )


def _of_details(rows: _Rows, details: Any, holds: Callable[[pd.Series], Any]) -> Any:
    """Return whether something holds for the text of each code of `detail`; it is asked once for each text."""
    texts = pd.Series(rows.log.texts("detail", np.arange(rows.codes["detail"].max(initial=-1) + 1)), dtype="str")
    return np.asarray(holds(texts), dtype=bool)[details]


def _bad_detail(rows: _Rows) -> Iterable[Offence]:
    given = np.flatnonzero(rows.codes["detail"] >= 0)
    detail = rows.codes["detail"][given]
    well_formed = _of_details(rows, detail, lambda texts: texts.str.fullmatch(WELL_FORMED))
    yield from _first(
        given[~well_formed], f"detail must be key=value pairs joined by ';', with keys out of {', '.join(DETAIL_KEYS)}"
    )
    for key, allowed in NUMBERS.items():
        right = _of_details(rows, detail, partial(_right_numbers, key=key, allowed=allowed))
        yield from _first(given[~right], f"{key} in detail must be {allowed.text}")


def _right_numbers(texts: pd.Series, key: str, allowed: NumberRange) -> Any:
    """Return whether each detail lacks a key or has an allowed number for it."""
    values = details(texts.to_frame("detail"), key)
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return values.isna().to_numpy() | allowed.holds(numbers)


def _repeated(rows: _Rows) -> Iterable[Offence]:
    for name, kind in KINDS.items():
        if kind.once:
            named = rows.naming(name, kind.by)
            again = rows.first((name,), kind.by)[rows.codes[kind.by][named]] < named
            yield from _first(named[again], f"{name} happens once for one {kind.by}")
    shipped = np.flatnonzero(rows.codes["kind"] == KIND_NUMBERS["service.deployed"])
    pairs = pd.DataFrame({name: rows.codes[name][shipped] for name in ("deployment", "change")})
    yield from _first(
        shipped[pairs.duplicated().to_numpy()], "service.deployed has one row for each change of a deployment"
    )


def _effect_before_cause(rows: _Rows) -> Iterable[Offence]:
    orders = [(name, kind.after, kind.by) for name, kind in KINDS.items() if kind.after]
    for effect, causes, by in [*orders, ("service.failed", ("service.deployed",), "deployment")]:
        effects = rows.naming(effect, by)
        too_early = rows.first(causes, by)[rows.codes[by][effects]] >= effects
        yield from _first(effects[too_early], f"{effect} must come after {' or '.join(causes)} of the same {by}")


def _finished_before_started(rows: _Rows) -> Iterable[Offence]:
    started = rows.codes["kind"] == KIND_NUMBERS["stage.started"]
    at = np.flatnonzero(started | (rows.codes["kind"] == KIND_NUMBERS["stage.finished"]))
    work, works = np.zeros(len(at), dtype=np.int64), 1
    for name in ("stage", *IDS):
        codes = rows.codes[name][at].astype(np.int64) + 1
        several = int(codes.max(initial=0)) + 1
        if works * several > MOST_NUMBERS:
            work, works = pd.factorize(work)[0], len(at)
        work, works = work * several + codes, works * several
    under_way = pd.Series(np.where(started[at], 1, -1)).groupby(work, sort=False).cumsum()
    yield from _first(at[(under_way < 0).to_numpy()], "stage.finished must come after stage.started of the same work")
