"""KPIs as a table, as values and as records."""

import math

import pytest
from logs import (
    log_of,
    outage,
    requested,
    travelled,
)

from devopssim import kpis
from devopssim.errors import InvalidInputError

EMPTY = log_of()


def test_the_value_of_a_duration_is_its_median_but_the_mean_of_a_mean_time() -> None:
    log = log_of(
        *[travelled(f"W{hours}", 0, hours) for hours in (1, 2, 9)],
        *[row for n, hours in enumerate((1, 2, 9)) for row in outage(f"I{n}", 100 * n, 100 * n + hours)],
    )
    table = kpis.table(log, ["lead_time", "mttr"])
    assert table.loc["lead_time"].to_dict() == {
        "unit": "h",
        "value": 2,
        "median": 2,
        "p85": pytest.approx(6.9),
        "mean": 4,
        "n": 3,
        "counts": "items",
        "unfinished": 0,
    }
    assert table.loc["mttr", "value"] == 4
    assert kpis.values(log, ["lead_time", "mttr"]) == {"lead_time": 2, "mttr": 4}


def test_records_are_what_programs_read() -> None:
    log = log_of(travelled("W1", 0, 4), requested("W2"), horizon=8)
    assert kpis.records(log, ["lead_time", "wip", "change_failure_rate", "mttr"]) == [
        {"kpi": "lead_time", "unit": "h", "median": 4, "p85": 4, "mean": 4, "n": 1, "counts": "items", "unfinished": 1},
        {"kpi": "wip", "unit": "items", "value": 1.5, "n": 2, "counts": "items"},
        {"kpi": "change_failure_rate", "unit": "share", "value": None, "n": 0, "counts": "deployments"},
        {
            "kpi": "mttr",
            "unit": "h",
            "median": None,
            "p85": None,
            "mean": None,
            "n": 0,
            "counts": "incidents",
            "unfinished": 0,
        },
    ]


@pytest.mark.parametrize("name", kpis.KPIS)
def test_an_empty_log_has_no_number_for_any_kpi_and_nothing_counted(name: str) -> None:
    row = kpis.table(EMPTY, [name]).to_dict("index")[name]
    assert math.isnan(row["value"])
    assert row["n"] == 0


def test_an_unknown_kpi_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"'speed' is unknown; the KPIs are lead_time, cycle_time"):
        kpis.table(EMPTY, ["speed"])
