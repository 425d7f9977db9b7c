"""Tables of outcomes: within what KPIs can be, and to the last bit on disk."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from devopssim.experiment import (
    Experiment,
    Outcome,
    Result,
    compare,
    interval,
    write_tables,
)
from devopssim.scenario import AGILE, DEVOPS, vary


def test_a_table_can_be_made_of_outcomes_alone() -> None:
    """Two replications by hand: 1 and 3, of which the second has not finished 4."""
    outcomes = [
        Outcome(values={"lead_time": 1.0}, n={"lead_time": 6}, unfinished={"lead_time": 0}),
        Outcome(values={"lead_time": 3.0}, n={"lead_time": 2}, unfinished={"lead_time": 4}),
    ]
    found = Result.of(Experiment(scenarios={"x": DEVOPS}), {"x": outcomes})
    assert found.estimates["estimate"].item() == 2
    assert found.unfinished[["n", "unfinished", "share"]].iloc[0].tolist() == [4, 2, 1 / 3]


def estimates_of(kpi: str, values: Sequence[float], n: float = 40) -> pd.Series:
    """Return the row of `estimates` for one KPI with these values, each counted over n."""
    outcomes = [Outcome(values={kpi: value}, n={kpi: n}) for value in values]
    return Result.of(Experiment(scenarios={"devops": DEVOPS}), {"devops": outcomes}).estimates.iloc[0]


def test_an_interval_ends_where_its_kpi_does() -> None:
    repair, up = [0.0, 0.1, 3.0], [1.0, 0.99, 0.7]
    assert interval(repair).low < 0
    assert estimates_of("mttr", repair)[["low", "high"]].tolist() == [0, interval(repair).high]
    assert interval(up).high > 1
    assert estimates_of("availability", up)[["low", "high"]].tolist() == [pytest.approx(interval(up).low), 1]


@pytest.mark.parametrize(
    ("kpi", "values", "n", "reason"),
    [
        ("throughput", [4.0] * 30, 50, "all 30 replications gave the same value"),
        ("throughput", [4.0] * 28 + [5.0, 6.0], 50, "only 2 of 30 replications gave another value than the rest"),
        (
            "availability",
            [0.99, 0.98, 0.999, 0.97, 0.95],
            3,
            "about 3 outages in each of 5 replications; run 20 or more",
        ),
        ("mttr", [1.0, 2.0, 3.0], 10, "about 10 incidents in each of 3 replications; run 20 or more"),
        ("lead_time", [7.0], 50, "only one replication has a value"),
    ],
)
def test_replications_that_do_not_suffice_give_a_reason_instead_of_an_interval(
    kpi: str, values: list[float], n: float, reason: str
) -> None:
    row = estimates_of(kpi, values, n)
    assert row["reason"] == reason
    assert row["estimate"] == pytest.approx(sum(values) / len(values))
    assert row[["low", "high"]].isna().all()


@pytest.mark.parametrize(("replications", "verdict"), [(5, "unclear"), (6, "different"), (30, "different")])
def test_a_difference_that_is_the_same_in_every_replication_is_clear_by_the_sign_test(
    replications: int, verdict: str
) -> None:
    outcomes = {
        name: [Outcome(values={"throughput": value}, n={"throughput": 50})] * replications
        for name, value in (("a", 4.0), ("b", 4.5))
    }
    row = Result.of(Experiment(scenarios={"a": AGILE, "b": DEVOPS}), outcomes).differences.iloc[0]
    assert row["verdict"] == verdict
    assert row["p"] == 2 * 0.5**replications
    assert row[["low", "high"]].isna().all()
    assert row["reason"] == f"all {replications} replications gave the same value"


def test_differences_count_what_chance_alone_would_make_clear() -> None:
    """Two scenarios that differ in nothing but noise, and in one KPI clearly."""
    rng = np.random.default_rng(1)
    noise = {name: rng.normal(20, 1, size=(30, 2)) for name in ("a", "b")}
    outcomes = {
        name: [
            Outcome(values={"wip": wip, "throughput": throughput + 9 * (name == "b")}, n={"wip": 50, "throughput": 50})
            for wip, throughput in rows
        ]
        for name, rows in noise.items()
    }
    result = Result.of(Experiment(scenarios={"a": DEVOPS, "b": DEVOPS}), outcomes)
    assert result.multiplicity.shown == 2
    assert result.multiplicity.by_chance == pytest.approx(0.1)
    assert result.multiplicity.clear_together == 1
    assert (result.differences["adjusted_p"] >= result.differences["p"]).all()


def test_tables_on_disk_read_back_to_the_same_bits(tmp_path: Path) -> None:
    pair = compare(
        {name: vary(DEVOPS, {"years": years}) for name, years in (("short", 0.1), ("long", 0.2))}, 2, curves=["wip"]
    )
    write_tables(pair.tables, tmp_path)
    ours = pd.read_csv(tmp_path / "values.csv")
    pd.testing.assert_frame_equal(ours, pair.values, check_exact=True)
    assert not list(tmp_path.glob("unfinished"))
    assert json.loads(pair.estimates.to_json(orient="records"))
