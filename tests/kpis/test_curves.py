"""KPIs over time: which window holds what."""

import math

import numpy as np
import pytest
from logs import began, deployed, failed, log_of, outage, reported, requested, travelled, worked

from devopssim import events, kpis
from devopssim.errors import InvalidInputError
from devopssim.kpis import curves

WEEK = 168.0


def test_windows_end_one_step_apart_and_are_whole() -> None:
    log = log_of(requested("W1"), horizon=6.5 * WEEK)
    curve = kpis.kpi_curve(log, "wip")
    assert curve.index.tolist() == [4 * WEEK, 5 * WEEK, 6 * WEEK]
    assert curve.index.name == "time"
    assert curve.name == "wip"


def test_a_log_that_ends_with_a_window_has_that_window() -> None:
    assert kpis.kpi_curve(log_of(horizon=5 * WEEK), "wip").index.tolist() == [4 * WEEK, 5 * WEEK]


def test_a_log_shorter_than_a_window_has_an_empty_curve() -> None:
    assert kpis.kpi_curve(log_of(requested("W1"), horizon=WEEK), "wip").empty
    assert kpis.kpi_curve(log_of(), "lead_time").empty


def test_windows_of_a_cut_log_begin_with_the_cut() -> None:
    log = events.since(log_of(requested("W1"), horizon=6 * WEEK), WEEK)
    assert kpis.kpi_curve(log, "wip").to_dict() == {5 * WEEK: 1, 6 * WEEK: 1}


def test_an_empty_window_has_no_duration_and_no_share() -> None:
    log = log_of(deployed("C1", "D1", at=1), failed("D1", at=2), travelled("W1", 0, 3), horizon=2 * WEEK)
    share = kpis.kpi_curve(log, "change_failure_rate", window="7D")
    assert share[WEEK] == 1
    assert math.isnan(share[2 * WEEK])
    lead = kpis.kpi_curve(log, "lead_time", window="7D")
    assert lead[WEEK] == 3
    assert math.isnan(lead[2 * WEEK])


def test_a_duration_belongs_to_the_window_in_which_it_ended() -> None:
    log = log_of(travelled("W1", 0, WEEK + 10), travelled("W2", 0, 10), horizon=2 * WEEK)
    assert kpis.kpi_curve(log, "lead_time", window="7D").tolist() == [10, WEEK + 10]


def test_a_windows_end_belongs_to_the_next_but_the_horizon_to_the_last() -> None:
    log = log_of(deployed("C1", "D1", at=WEEK), deployed("C2", "D2", at=2 * WEEK))
    assert kpis.kpi_curve(log, "deployment_frequency", window="7D").tolist() == [0, 2]


def test_mean_times_are_summarised_by_their_mean_in_a_curve_too() -> None:
    log = log_of(outage("I1", 0, 1), outage("I2", 10, 12), outage("I3", 20, 29), horizon=WEEK)
    assert kpis.kpi_curve(log, "mttr", window="7D").tolist() == [4]


def test_what_lasts_through_a_window_without_an_event_counts_in_it() -> None:
    log = log_of(
        failed(None, "I1", at=WEEK),
        requested("W1", at=WEEK),
        reported("V1", at=WEEK),
        began("code", at=WEEK, item="W1", role="developer"),
        horizon=4 * WEEK,
        source={"people": {"developer": 2}},
    )
    known = {"availability": 0.0, "wip": 1.0, "vulnerabilities_open": 1.0, "utilisation": 0.5}
    for name, value in known.items():
        assert kpis.kpi_curve(log, name, window="7D").tolist()[1:] == [value] * 3, name


def test_windows_that_tile_a_log_average_to_its_whole() -> None:
    log = log_of(
        travelled("W1", 3, 200),
        travelled("W2", 150, 400),
        worked("code", 100, 300, item="W1", role="developer"),
        worked("code", 160, 170, item="W2", role="developer"),
        outage("I1", 100, 340),
        horizon=3 * WEEK,
        source={"people": {"developer": 2}},
    )
    for name in ("wip", "throughput", "availability", "utilisation"):
        whole = kpis.values(log, [name])[name]
        assert np.mean(kpis.kpi_curve(log, name, window="7D")) == pytest.approx(whole), name


@pytest.mark.parametrize("offset", ["soon", "-7D", "0h", ""])
def test_a_window_that_is_no_length_is_refused(offset: str) -> None:
    with pytest.raises(
        InvalidInputError, match=r"window=.* must be a time of fixed length above 0; write for example 28D"
    ):
        kpis.kpi_curve(log_of(horizon=9), "wip", window=offset)


def test_a_curve_of_no_kpi_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="'speed' is unknown"):
        kpis.kpi_curve(log_of(horizon=9), "speed")


def test_a_window_may_be_shorter_than_an_hour() -> None:
    assert curves.hours("window", "30min") == 0.5
