"""Columns of a log as numbers: of a table with names, or of a log that is kept in codes. KPIs read both through these."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.events import KINDS, ROLES, CodedLog, details

Integers = npt.NDArray[np.intp]
Texts = npt.NDArray[np.object_]
COLUMN_SHARE: Final = 0.25
"""From this share of all rows on, telling a whole column's texts apart is faster than picking the rows out first."""


class LogColumns(Protocol):
    """Columns of one log."""

    attrs: dict[str, Any]
    time: npt.NDArray[np.float64]

    @property
    def kinds(self) -> npt.NDArray[np.int8]:
        """The kind of each row, as its position in `KINDS`; -1 for another one."""

    @property
    def roles(self) -> npt.NDArray[np.int8]:
        """The role of each row, as its position in `ROLES`; -1 for none."""

    @property
    def log(self) -> pd.DataFrame:
        """The log as a table with names, without attributes."""

    def names(self, column: str, rows: Integers) -> tuple[Integers, pd.Index]:
        """Return for each of these rows the position of its id among the ids, in the order of their first row (-1: none), and the ids."""

    def details(self, rows: Integers) -> tuple[Integers, Any]:
        """Return for each of these rows the position of its detail among those that differ (-1: none), and these for `values`."""

    def values(self, different: Any, key: str) -> Texts:
        """Return the text of a key in each of the different details; empty where it has none."""

    def numbers(self, texts: Texts) -> npt.NDArray[np.float64]:
        """Return texts as numbers; NaN for those that are none."""

    def part(self, first: int, last: int, attrs: Mapping[str, Any]) -> "LogColumns":
        """Return some rows that follow each other, with these attributes."""

    def labels(self, ids: pd.Index) -> pd.Index:
        """Return the names of ids."""


class TableColumns:
    """Columns of an event log with names."""

    def __init__(self, log: pd.DataFrame) -> None:
        self.attrs: dict[str, Any] = {str(key): value for key, value in log.attrs.items()}
        self.log = pd.DataFrame(log)  # without attributes: pandas copies those each time that a column is taken
        self.time: npt.NDArray[np.float64] = log["time"].to_numpy()

    @cached_property
    def kinds(self) -> npt.NDArray[np.int8]:
        """The kind of each row."""
        return self._positions("kind", tuple(KINDS))

    @cached_property
    def roles(self) -> npt.NDArray[np.int8]:
        """The role of each row."""
        return self._positions("role", ROLES)

    def names(self, column: str, rows: Integers) -> tuple[Integers, pd.Index]:
        """Return positions and ids."""
        positions, names = self._different(column, rows)
        return positions, pd.Index(names, name=column)

    def details(self, rows: Integers) -> tuple[Integers, Any]:
        """Return positions and the details that differ."""
        positions, texts = self._different("detail", rows)
        return positions, pd.DataFrame({"detail": pd.Series(texts, dtype="str")})

    def values(self, different: Any, key: str) -> Texts:
        """Return texts of a key."""
        return details(different, key).fillna("").to_numpy(dtype=object)

    def numbers(self, texts: Texts) -> npt.NDArray[np.float64]:
        """Return texts as numbers."""
        return pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=np.float64)

    def part(self, first: int, last: int, attrs: Mapping[str, Any]) -> "TableColumns":
        """Return some rows."""
        part = self.log.iloc[first:last]
        part.attrs = {str(key): value for key, value in attrs.items()}
        return TableColumns(part)

    def labels(self, ids: pd.Index) -> pd.Index:
        """Return the ids: they are names."""
        return ids

    def _positions(self, column: str, names: tuple[str, ...]) -> npt.NDArray[np.int8]:
        values = self.log[column]
        if not isinstance(values.dtype, pd.CategoricalDtype) or tuple(values.cat.categories) != names:
            values = pd.Series(pd.Categorical(values, categories=names))
        return np.asarray(values.cat.codes, dtype=np.int8)

    def _different(self, column: str, rows: Integers) -> tuple[Integers, Any]:
        """Return the position of each row's text among those that differ, in the order of their first row (-1: missing), and these."""
        values = self.log[column].array
        if len(rows) <= len(values) * COLUMN_SHARE:
            return pd.factorize(values.take(rows))
        codes, texts = pd.factorize(values)
        positions, used = _numbered(codes[rows])
        return positions, texts[used]


class CodedColumns:
    """Columns of a log in codes: an id is its code, and its name is looked up for who reads it."""

    def __init__(self, coded: CodedLog) -> None:
        self._coded = coded
        self.attrs: dict[str, Any] = dict(coded.attrs)
        self.time = coded.time

    @property
    def kinds(self) -> npt.NDArray[np.int8]:
        """The kind of each row."""
        return self._coded.codes["kind"]

    @property
    def roles(self) -> npt.NDArray[np.int8]:
        """The role of each row."""
        return self._coded.codes["role"]

    @cached_property
    def log(self) -> pd.DataFrame:
        """The log as a table with names."""
        return pd.DataFrame(self._coded.log())

    def names(self, column: str, rows: Integers) -> tuple[Integers, pd.Index]:
        """Return positions and codes."""
        positions, codes = _numbered(self._coded.codes[column][rows])
        return positions, pd.Index(codes, name=column)

    def details(self, rows: Integers) -> tuple[Integers, Any]:
        """Return positions and the codes of the details that differ."""
        return _numbered(self._coded.codes["detail"][rows])

    def values(self, different: Any, key: str) -> Texts:
        """Return texts of a key."""
        return np.array(self._coded.values(key, different), dtype=object)

    def numbers(self, texts: Texts) -> npt.NDArray[np.float64]:
        """Return texts as numbers."""
        return np.array([float(text) if text else np.nan for text in texts])

    def part(self, first: int, last: int, attrs: Mapping[str, Any]) -> "CodedColumns":
        """Return some rows."""
        coded, rows = self._coded, slice(first, last)
        codes = {column: values[rows] for column, values in coded.codes.items()}
        return CodedColumns(
            CodedLog(time=coded.time[rows], codes=codes, texts=coded.texts, values=coded.values, attrs=dict(attrs))
        )

    def labels(self, ids: pd.Index) -> pd.Index:
        """Return the names of codes."""
        return pd.Index(self._coded.texts(str(ids.name), ids.to_numpy()), name=ids.name, dtype="str")


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
