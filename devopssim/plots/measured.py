"""The KPI that a figure is asked for, and what an experiment's table tells of it."""

from collections.abc import Sequence

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.kpis import Kpi, chosen


def kpi_named(name: str) -> Kpi:
    """Return the KPI of this name; raise InvalidInputError where there is none."""
    (kpi,) = chosen([name])
    return kpi


def names_of(kpis: Sequence[str]) -> list[str]:
    """Return the names of the KPIs that a figure shows side by side; one word is one KPI, as it is in `devopssim.kpis`.

    Raises InvalidInputError for a name that is none, and for no names.
    """
    names = [kpi.name for kpi in chosen(kpis)]
    if not names:
        raise InvalidInputError("no KPI to draw; name at least one, for example kpis=['lead_time'].")
    return names


def of_kpi(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the rows of a table (column kpi) that tell of this KPI; raise InvalidInputError where it was not measured."""
    found = table[table["kpi"] == name].reset_index(drop=True)
    if found.empty:
        raise InvalidInputError(
            f"kpi={name!r} was not measured in this experiment; it has {', '.join(dict.fromkeys(table['kpi']))}."
        )
    return found
