"""An event log in codes: what a fast engine writes, and what KPIs read without looking a name up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.events.schema import CATEGORIES, COLUMNS, IDS, typed, with_attrs

Codes = npt.NDArray[Any]
"""Whole numbers, one for each row."""
TEXT_COLUMNS: Final = (*IDS, "detail")
"""Columns whose codes stand for texts of the log's own; the codes of the others are positions in the schema."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CodedLog:
    """Event log of one run in codes, sorted by time. Names are made when somebody asks for them.

    Parameters
    ----------
    time : array of float
        Hours of the rows.
    codes : mapping of str to array of int
        For `kind`, `stage` and `role` the position in `KINDS`, `STAGES` and `ROLES`; for the ids and `detail` a code. -1: no value.
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
    texts: Callable[[str, Codes], list[str]]
    values: Callable[[str, Codes], list[str]]
    attrs: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.time)

    def log(self) -> pd.DataFrame:
        """Return the log with all names: the one that other functions of this package read, and that files keep."""
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
