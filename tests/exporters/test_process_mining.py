"""Tables that tools for process mining read."""

from pathlib import Path

import pandas as pd
import pytest
from logs import began, committed, deployed, ended, log_of, requested, valid, worked

from devopssim import exporters
from devopssim.errors import InvalidInputError
from devopssim.events import event
from devopssim.scenario import AGILE, vary
from devopssim.simulation.simulator import simulate


def test_a_process_table_has_a_case_an_activity_a_time_and_a_resource() -> None:
    log = valid(
        log_of(
            requested("W1", at=0),
            requested("W2", at=1),
            worked("code", 2, 6, item="W1", role="developer"),
            committed("C1", at=6, item="W1"),
            event(7.0, "build.finished", change="C1"),
            deployed("C1", "D1", at=8),
            start="2026-03-01T00:00:00+01:00",
        )
    )
    table = exporters.process_table(log)
    assert table.to_numpy().tolist()[1:3] == [
        ["W1", "code", pd.Timestamp("2026-03-01T01:00:00Z"), "developer", "start"],
        ["W1", "code", pd.Timestamp("2026-03-01T05:00:00Z"), "developer", "complete"],
    ]
    # a build names only its change, and belongs to the item of that change
    assert table.query("`case:concept:name` == 'W1'")["concept:name"].tolist() == [
        "ticket.created", "code", "code", "change.created", "build.finished", "service.deployed"
    ]  # fmt: skip
    assert table["case:concept:name"].tolist() == ["W1"] * 6 + ["W2"]
    assert len(exporters.process_table(log, case="deployment")) == 1
    with pytest.raises(InvalidInputError, match="case='team'"):
        exporters.process_table(log, case="team")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_process_table_is_read_by_pandas(tmp_path: Path, ending: str) -> None:
    """The columns and types are those that pm4py.format_dataframe makes: texts, and times with a zone."""
    log = simulate(vary(AGILE, {"years": 0.1}), seed=1)
    path = tmp_path / f"table.{ending}"
    count = exporters.write_process_table(log, path)
    back = pd.read_parquet(path) if ending == "parquet" else pd.read_csv(path, parse_dates=["time:timestamp"])
    assert len(back) == count > 0
    assert str(back["time:timestamp"].dt.tz) == "UTC"
    times = back.groupby("case:concept:name")["time:timestamp"]
    assert times.apply(lambda each: each.is_monotonic_increasing).all()


def test_work_that_is_under_way_is_in_the_table_too() -> None:
    log = valid(log_of(requested("W1"), began("code", at=1, item="W1", role="developer"), horizon=5))
    assert exporters.process_table(log)["lifecycle:transition"].tolist() == ["complete", "start"]
    assert valid(log_of(began("code", at=1, item="W1"), ended("code", at=2, item="W1"))).shape[0] == 2
