"""An event log in codes: what the fast engine writes, and what the contract and KPIs read without comparing names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.events.detail import decode_detail
from devopssim.events.kinds import CATEGORIES, COLUMNS
from devopssim.events.schema import typed, with_attrs

Codes = npt.NDArray[Any]
"""Whole numbers, one for each row."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CodedLog:
    """Event log of one run in codes, sorted by time. Names are made when somebody asks for them.

    Parameters
    ----------
    time : array of float
        Hours of the rows.
    codes : mapping of str to array of int
        For `kind`, `stage` and `role` the position in `KINDS`, `STAGES` and `ROLES`, or their number for a name that is not among
        them; for the ids and `detail` a code. -1: no value.
    texts : callable
        `texts(column, codes)` returns the text of each of these codes, all of them different.
    values : callable
        `values(key, codes)` returns the text of a key in each of these codes of `detail`; empty where it has none.
    attrs : mapping
        Attributes of the log; see `with_attrs`.

    Examples
    --------
    >>> codes = {column: np.full(1, -1) for column in COLUMNS[1:]} | {"kind": np.zeros(1, dtype=int), "item": np.array([6])}
    >>> coded = CodedLog(
    ...     time=np.array([2.5]), codes=codes, texts=lambda _, codes: [f"W{code}" for code in codes], values=lambda _, codes: [""] * len(codes),
    ...     attrs={"horizon": 10.0},
    ... )
    >>> coded.log()[["time", "kind", "item"]].values.tolist()
    [[2.5, 'ticket.created', 'W6']]
    """

    time: npt.NDArray[np.float64]
    codes: Mapping[str, Codes]
    texts: Callable[[str, Codes], Iterable[str]]
    values: Callable[[str, Codes], list[str]]
    attrs: Mapping[str, Any] = field(default_factory=dict)
    table: pd.DataFrame | None = None
    """The log with its names, where it is there already."""

    @classmethod
    def of(cls, log: pd.DataFrame) -> Self:
        """Return a log with names in codes, numbered by their first rows; a column is coded when somebody asks for it.

        Parameters
        ----------
        log : DataFrame
            Event log; only its columns have to be right.

        Returns
        -------
        CodedLog
            The same log.

        Examples
        --------
        >>> from devopssim.events import event, from_rows
        >>> codes = CodedLog.of(from_rows([event(1, "ticket.started", item="W2"), event(2, "build.started")])).codes
        >>> codes["kind"].tolist(), codes["item"].tolist()
        ([1, 10], [0, -1])
        """
        names = _Names(log)
        attrs = {str(key): value for key, value in log.attrs.items()}
        time = log["time"].to_numpy()
        return cls(time=time, codes=names, texts=names.texts, values=names.values_of, attrs=attrs, table=log)

    def __len__(self) -> int:
        return len(self.time)

    def log(self) -> pd.DataFrame:
        """Return the log with all names: the one that other functions of this package read, and that files keep."""
        if self.table is not None:
            return self.table
        columns = {"time": self.time, **{column: self._named(column) for column in COLUMNS[1:]}}
        attrs = dict(self.attrs)
        return with_attrs(typed(columns), horizon=attrs.pop("horizon", None), **attrs)

    def _named(self, column: str) -> Any:
        codes = self.codes[column]
        if column in CATEGORIES:
            names = np.array([*CATEGORIES[column], None], dtype=object)
            return names[codes]
        distinct, positions = np.unique(codes, return_inverse=True)
        has_none = bool(len(distinct) and distinct[0] == -1)
        names = np.array([*[None] * has_none, *self.texts(column, distinct[int(has_none) :])], dtype=object)
        return names[positions]


class _Names(Mapping[str, Codes]):
    """Names in the columns of a table, and their codes."""

    def __init__(self, log: pd.DataFrame) -> None:
        self._log = pd.DataFrame(log)  # without attributes: pandas copies those each time that a column is taken
        self._columns: dict[str, tuple[Codes, Any]] = {}
        self._details: list[dict[str, str]] | None = None

    def __getitem__(self, column: str) -> Codes:
        return self._column(column)[0]

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS[1:])

    def __len__(self) -> int:
        return len(COLUMNS) - 1

    def texts(self, column: str, codes: Codes) -> Any:
        """Return the text of each code of a column, as an array of pandas."""
        return self._column(column)[1].take(codes)

    def values_of(self, key: str, codes: Codes) -> list[str]:
        """Return the text of a key in each of these codes of `detail`; empty where it has none."""
        if self._details is None:
            self._details = [decode_detail(text) for text in self._column("detail")[1].tolist()]
        return [self._details[code].get(key, "") for code in codes.tolist()]

    def _column(self, column: str) -> tuple[Codes, Any]:
        """Return the code of each row, and the names."""
        if column not in self._columns:
            codes, names = pd.factorize(self._log[column].array)
            if column in CATEGORIES:
                known = {name: position for position, name in enumerate(CATEGORIES[column])}
                codes = np.array([*(known.get(name, len(known)) for name in names), -1], dtype=np.int8)[codes]
            self._columns[column] = codes, names
        return self._columns[column]
