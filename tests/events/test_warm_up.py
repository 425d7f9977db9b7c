"""A log without its beginning knows what was in progress at the cut."""

import numpy as np
import pandas as pd
import pytest

from devopssim import events, kpis
from devopssim.errors import InvalidInputError
from devopssim.events import event, from_rows
from devopssim.kpis.curves import in_progress
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario, vary
from devopssim.simulation import simulate

ALL_KINDS = ("ticket.created", "stage.started", "service.failed", "finding.reported", "vulnerability.injected")


def test_a_cut_records_items_work_incidents_and_findings() -> None:
    log = from_rows(
        [
            event(1, "ticket.created", item="W1"),
            event(2, "stage.started", item="W1", stage="code", role="developer"),
            event(2, "stage.started", item="W1", stage="code", role="developer"),
            event(3, "stage.finished", item="W1", stage="code", role="developer"),
            event(3, "service.failed", incident="I1"),
            event(3, "service.failed", incident="I2"),
            event(4, "incident.resolved", incident="I1"),
            event(4, "finding.reported", finding="V1"),
            event(4, "finding.reported", finding="V2"),
            event(4, "finding.dismissed", finding="V2"),
            event(8, "ticket.closed", item="W1"),
        ],
        horizon=10,
    )
    later = events.since(log, 5)
    assert {name: value for name, value in later.attrs.items() if str(name).startswith("open_")} == {
        "open_items": 1,
        "open_work": {"developer": 1},
        "open_incidents": ["I2"],
        "open_findings": ["V1"],
    }
    assert kpis.busy_hours(later)["developer"] == 5
    assert kpis.availability(later) == 0
    assert kpis.vulnerabilities_open(later) == 1


@pytest.mark.parametrize("scenario", [WATERFALL, AGILE, DEVOPS], ids=lambda scenario: scenario.name)
def test_a_cut_measures_what_a_window_of_the_whole_log_measures(scenario: Scenario) -> None:
    log = simulate(vary(scenario, {"years": 1}), seed=3)
    cut = events.since(log, 2190)
    window = in_progress(kpis.Run(log), 2190, ALL_KINDS, ("affected", "value"))
    assert cut.attrs["open_values"] == window["open_values"] != {}
    assert cut.attrs.get("open_affected", {}) == window["open_affected"]
    assert cut.attrs["open_items"] == window["open_items"]
    assert set(cut.attrs["open_findings"]) == set(window["open_findings"])
    assert cut.attrs["open_hidden"] == window["open_hidden"]
    assert set(cut.attrs["open_incidents"]) == set(window["open_incidents"])
    assert cut.attrs["open_work"] == {role: number for role, number in window["open_work"].items() if number}
    whole, before = (kpis.busy_hours(log[log["time"] < end].pipe(_observed_until, end)) for end in (8760.0, 2190.0))
    assert kpis.busy_hours(cut) == pytest.approx({role: whole[role] - before[role] for role in whole}, abs=1e-6)


def _observed_until(log: pd.DataFrame, end: float) -> pd.DataFrame:
    log.attrs = {**log.attrs, "horizon": end}
    return log


def test_a_cut_of_a_cut_is_one_cut() -> None:
    log = simulate(vary(DEVOPS, {"years": 0.3}), seed=1)
    twice, once = events.since(events.since(log, 500), 900), events.since(log, 900)
    assert twice.attrs == once.attrs
    assert np.array_equal(twice["time"], once["time"])


@pytest.mark.parametrize("warm_up", [-1.0, 10.0, 11.0])
def test_a_cut_outside_the_log_is_refused(warm_up: float) -> None:
    with pytest.raises(InvalidInputError, match="must lie between 0 and the horizon, 10 h"):
        events.since(from_rows([event(1, "ticket.created", item="W1")], horizon=10), warm_up)
