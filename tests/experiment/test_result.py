"""Tables of outcomes: within what KPIs can be, and to the last bit on disk."""

import json
from pathlib import Path

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
from devopssim.scenario import DEVOPS, vary


def test_a_table_can_be_made_of_outcomes_alone() -> None:
    """Two replications by hand: 1 and 3, of which the second has not finished 4."""
    outcomes = [
        Outcome(values={"lead_time": 1.0}, n={"lead_time": 6}, unfinished={"lead_time": 0}),
        Outcome(values={"lead_time": 3.0}, n={"lead_time": 2}, unfinished={"lead_time": 4}),
    ]
    found = Result.of(Experiment(scenarios={"x": DEVOPS}), {"x": outcomes})
    assert found.estimates["estimate"].item() == 2
    assert found.unfinished[["n", "unfinished", "share"]].iloc[0].tolist() == [4, 2, 1 / 3]


def test_an_interval_ends_where_its_kpi_does() -> None:
    outcomes = [Outcome(values={"mttr": at, "availability": 1 - at / 10}) for at in (0.0, 0.0, 3.0)]
    estimates = Result.of(Experiment(scenarios={"devops": DEVOPS}), {"devops": outcomes}).estimates.set_index("kpi")
    assert interval([0, 0, 3]).low < 0
    assert estimates["low"].tolist() == [0, pytest.approx(interval([1, 1, 0.7]).low)]
    assert estimates["high"].tolist() == [interval([0, 0, 3]).high, 1]


def test_tables_on_disk_read_back_to_the_same_bits(tmp_path: Path) -> None:
    pair = compare(
        {name: vary(DEVOPS, {"years": years}) for name, years in (("short", 0.1), ("long", 0.2))}, 2, curves=["wip"]
    )
    write_tables(pair.tables, tmp_path)
    ours = pd.read_csv(tmp_path / "values.csv")
    pd.testing.assert_frame_equal(ours, pair.values, check_exact=True)
    assert not list(tmp_path.glob("unfinished"))
    assert json.loads(pair.estimates.to_json(orient="records"))
