"""The window of observation."""

import numpy as np
import pandas as pd
import pytest
from logs import closed, committed, deployed, failed, log_of, requested, travelled

from devopssim import events, kpis
from devopssim.errors import BrokenContractError, InvalidInputError

START = "2026-03-02T00:00:00+00:00"


@pytest.fixture
def log() -> pd.DataFrame:
    """Ten weeks: an item a day that takes three days, and one that was open from the first hour to the sixtieth day."""
    daily = [row for day in range(67) for row in travelled(f"W{day}", 24.0 * day, 24.0 * (day + 3))]
    return log_of(*daily, *travelled("OLD", 0, 1440), start=START, horizon=1680)


def test_rates_count_the_window_and_durations_what_ends_in_it(log: pd.DataFrame) -> None:
    cut = events.between(log, "2026-04-27", "2026-05-03")  # the ninth week
    assert (cut.attrs["window"], cut.attrs["horizon"]) == (1344.0, 1512.0)
    table = kpis.table(cut, ["throughput", "lead_time", "wip"])
    assert table["value"].tolist() == [
        9,
        72,
        pytest.approx(3 + 4 / 7),
    ]  # seven a week, the one of its end, and the old one
    assert kpis.lead_time(cut).max() == 1440
    assert kpis.lead_time(cut).attrs["unfinished"] == 3


def test_a_window_survives_a_file(log: pd.DataFrame, tmp_path: object) -> None:
    cut = events.between(log, "2026-04-27")
    path = f"{tmp_path}/log.csv"
    events.write(cut, path)
    assert kpis.values(events.read(path)) == pytest.approx(kpis.values(cut), nan_ok=True)


def test_dates_outside_the_log_extend_its_window(log: pd.DataFrame) -> None:
    longer = events.validate(events.between(log, "2026-02-23", "2026-05-17"))
    assert longer.attrs["start"] == "2026-02-23T00:00:00+00:00"
    assert kpis.throughput(longer) == pytest.approx(68 / 12)
    assert kpis.lead_time(longer).tolist() == kpis.lead_time(log).tolist()


def test_curves_begin_with_the_window(log: pd.DataFrame) -> None:
    curve = kpis.kpi_curve(events.between(log, "2026-04-27"), "throughput", window="7D", step="7D")
    assert curve.index.tolist() == [1512.0, 1680.0]
    assert curve.iloc[0] == 8  # the end of a window belongs to the next one


def test_a_log_without_dates_has_no_place_for_them(log: pd.DataFrame) -> None:
    with pytest.raises(InvalidInputError, match="states no start"):
        events.between(log_of(requested("W1")), "2026-03-02")
    with pytest.raises(InvalidInputError, match="is empty"):
        events.between(log, "2026-05-01", "2026-04-01")


@pytest.mark.parametrize(
    ("name", "value"), [("window", -1.0), ("observed", ["service.painted"]), ("observed", "service.deployed")]
)
def test_attributes_out_of_range_break_the_contract(log: pd.DataFrame, name: str, value: object) -> None:
    log.attrs[name] = value
    with pytest.raises(BrokenContractError, match=name):
        events.validate(log)


def test_what_sources_cannot_tell_is_nan_with_n_0() -> None:
    log = log_of(committed("C1"), deployed("C1", "D1", at=2), requested("W1"), closed("W1", 5), horizon=168)
    assert kpis.change_failure_rate(log) == 0  # nothing is said of the sources: it was looked at, and there was none
    log.attrs["observed"] = ["change.created", "service.deployed", "ticket.created", "ticket.closed"]
    table = kpis.table(log)
    told = set(table.index[table["n"] > 0])
    assert told == {"lead_time", "lead_time_for_changes", "deployment_frequency", "wip", "throughput"}
    assert np.isnan(table.loc[~table.index.isin(told), "value"].astype(float)).all()
    assert kpis.mttr(log).attrs["unfinished"] == 0


@pytest.mark.parametrize("told", ["service.failed", "service.rolledback", "service.deployed repair"])
def test_failed_deployments_need_one_source_of_failures(told: str) -> None:
    log = log_of(deployed("C1", "D1", at=2), deployed("C2", "D2", at=3), horizon=168)
    log.attrs["observed"] = ["service.deployed", told]
    assert (kpis.change_failure_rate(log), kpis.table(log).loc["availability", "n"]) == (0, 0)


def test_a_deployment_that_another_one_repairs_has_failed() -> None:
    log = log_of(
        deployed("C1", "D1", at=2), deployed("C2", "D2", at=3, repair="D1"), failed("D2", "I9", at=5), horizon=168
    )
    assert kpis.change_failure_rate(log) == 1
    assert kpis.change_failure_rate_planned(log) == 1
    assert kpis.deployment_rework_rate(log) == 0.5
