"""Columns of a log, as KPIs ask for them: where the log is kept in codes, an id is its code until somebody reads its name."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.events import ROLES, CodedLog

Integers = npt.NDArray[np.intp]
Texts = npt.NDArray[np.object_]
COLUMN_SHARE: Final = 0.25
"""Up to this share of a table's rows, it is faster to pick them out than to code the whole column."""


class LogColumns:
    """Columns of one log."""

    def __init__(self, coded: CodedLog) -> None:
        self._coded = coded
        self.attrs: dict[str, Any] = dict(coded.attrs)
        self.time = coded.time

    @property
    def kinds(self) -> npt.NDArray[np.int8]:
        """The kind of each row, as its position in `KINDS`."""
        return self._coded.codes["kind"]

    @property
    def roles(self) -> npt.NDArray[np.int8]:
        """The role of each row, as its position in `ROLES`; -1 for none."""
        roles = self._coded.codes["role"]
        return np.where(roles < len(ROLES), roles, -1)

    @property
    def log(self) -> pd.DataFrame:
        """The log as a table with names."""
        return self._coded.log()

    def names(self, column: str, rows: Integers) -> tuple[Integers, pd.Index]:
        """Return for each of these rows the position of its id among the ids, in the order of their first row (-1: none), and the ids."""
        table = self._coded.table
        if table is not None and len(rows) <= len(table) * COLUMN_SHARE:
            positions, names = pd.factorize(table[column].array.take(rows))
            return positions, pd.Index(names, name=column)
        positions, codes = _numbered(self._coded.codes[column][rows])
        ids = pd.Index(codes, name=column)
        return positions, ids if table is None else self._named(ids)

    def details(self, rows: Integers) -> tuple[Integers, Any]:
        """Return for each of these rows the position of its detail among those that differ (-1: none), and these for `values`."""
        return _numbered(self._coded.codes["detail"][rows])

    def values(self, different: Any, key: str) -> Texts:
        """Return the text of a key in each of the different details; empty where it has none."""
        return np.array(self._coded.values(key, different), dtype=object)

    def part(self, first: int, last: int, attrs: Mapping[str, Any]) -> "LogColumns":
        """Return some rows that follow each other, with these attributes."""
        coded, rows = self._coded, slice(first, last)
        codes = {column: values[rows] for column, values in coded.codes.items()}
        table = None
        if coded.table is not None:
            table = coded.table.iloc[rows]
            table.attrs = {str(key): value for key, value in attrs.items()}
        return LogColumns(replace(coded, time=coded.time[rows], codes=codes, attrs=dict(attrs), table=table))

    def labels(self, ids: pd.Index) -> pd.Index:
        """Return the names of ids, which are codes only where the log is kept in codes."""
        return self._named(ids) if self._coded.table is None else ids

    def _named(self, ids: pd.Index) -> pd.Index:
        names: Any = self._coded.texts(str(ids.name), ids.to_numpy())
        index: pd.Index = pd.Index(names, name=ids.name, dtype="str")
        return index


def _numbered(codes: Integers) -> tuple[Integers, Integers]:
    """Return for each code its position among those that differ, in the order of their first row (-1 stays), and these codes."""
    size = int(codes.max(initial=-1)) + 1
    first = np.full(size + 1, len(codes))
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # what is written last stays
    used = np.flatnonzero(first[:size] < len(codes))
    used = used[np.argsort(first[used])]
    position = np.full(size + 1, -1)
    position[used] = np.arange(len(used))
    return position[codes], used
