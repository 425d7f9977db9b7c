"""Overlapping incidents are one outage; users lose what the widest of them takes."""

import pandas as pd
import pytest
from logs import failed, log_of, outage, resolved, restored, valid

from devopssim import events, kpis
from devopssim.errors import InvalidInputError


def hours_of(series: pd.Series) -> dict[str, float]:
    return {str(name): float(hours) for name, hours in series.items()}


def test_incidents_that_overlap_are_one_outage_and_two_recoveries() -> None:
    log = log_of(outage("I1", 10, 14), outage("I2", 12, 20), outage("I3", 30, 31), horizon=100)
    assert hours_of(kpis.outages(log)["hours"]) == {"I1": 10, "I3": 1}
    assert hours_of(kpis.mttf(log)) == {"I1": 10}
    assert hours_of(kpis.mtbf(log)) == {"I1": 20}
    assert hours_of(kpis.mttr(log)) == {"I1": 4, "I2": 8, "I3": 1}
    assert kpis.availability(log) == pytest.approx(0.89)


def test_an_incident_inside_another_does_not_end_it() -> None:
    log = log_of(outage("I1", 10, 20), outage("I2", 12, 13), outage("I3", 15, 16), horizon=100)
    assert kpis.availability(log) == pytest.approx(0.9)


def test_incidents_that_touch_are_one_outage() -> None:
    log = log_of(outage("I1", 10, 12), outage("I2", 12, 15), horizon=100)
    assert hours_of(kpis.outages(log)["hours"]) == {"I1": 5}


def test_an_outage_ends_when_users_are_served_again_though_the_cause_remains() -> None:
    log = valid(log_of(failed(None, "I1", at=10), restored("I1", at=12), resolved("I1", at=90), horizon=100))
    assert kpis.outages(log)["hours"].to_dict() == {"I1": 2}
    assert kpis.availability(log) == pytest.approx(0.98)
    assert kpis.mttr(log).to_dict() == {"I1": 2}
    assert kpis.time_to_resolve(log).to_dict() == {"I1": 80}


def test_an_incident_that_is_restored_and_not_yet_resolved_has_recovered_and_is_unresolved() -> None:
    log = log_of(failed(None, "I1", at=10), restored("I1", at=12), horizon=100)
    assert kpis.mttr(log).attrs["unfinished"] == 0
    assert kpis.time_to_resolve(log).attrs["unfinished"] == 1


def test_an_incident_that_is_resolved_before_it_is_restored_ends_with_the_resolution() -> None:
    log = log_of(failed(None, "I1", at=10), resolved("I1", at=15), restored("I1", at=20), horizon=100)
    assert kpis.mttr(log).to_dict() == {"I1": 5}
    assert kpis.restored(kpis.Run(log)).tolist() == [15]


def test_up_times_run_from_the_restoration_to_the_next_failure() -> None:
    log = log_of(
        failed(None, "I1", at=10), restored("I1", at=12), failed(None, "I2", at=20), resolved("I1", at=30), horizon=100
    )
    assert kpis.mttf(log).to_dict() == {"I1": 8}
    assert kpis.mtbf(log).to_dict() == {"I1": 10}


def test_an_incident_counts_for_the_users_whom_it_affects_and_for_all_if_it_does_not_say() -> None:
    """Ten hours for 30 % of the users cost as much as three for all."""
    assert kpis.availability(log_of(outage("I1", 0, 10, affected=0.3), horizon=100)) == pytest.approx(0.97)
    assert kpis.availability(log_of(outage("I1", 0, 10), horizon=100)) == pytest.approx(0.9)
    assert kpis.availability(log_of(outage("I1", 0, 10, affected=0), horizon=100)) == 1


def test_of_overlapping_incidents_the_widest_counts_at_each_moment() -> None:
    """0 to 4: 20 %; 4 to 6: all; 6 to 8: 50 %; 8 to 10: 20 %."""
    log = log_of(outage("I1", 0, 10, affected=0.2), outage("I2", 4, 6), outage("I3", 5, 8, affected=0.5), horizon=100)
    assert kpis.user_hours_lost(kpis.Run(log)) == pytest.approx(4 * 0.2 + 2 * 1 + 2 * 0.5 + 2 * 0.2)


def test_only_the_users_whom_an_attack_affects_have_security_downtime() -> None:
    log = log_of(
        outage("I1", 0, 10, cause="vulnerability", affected=0.4), outage("I2", 2, 4, cause="defect"), horizon=8760
    )
    assert kpis.security_downtime(log) == pytest.approx(4)


def test_a_cut_remembers_whom_an_open_incident_affects_and_forgets_the_restored() -> None:
    log = log_of(
        failed(None, "I1", at=10, affected=0.5),
        failed(None, "I2", at=10),
        restored("I2", at=20),
        resolved("I2", at=60),
        resolved("I1", at=70),
        horizon=100,
    )
    later = events.since(log, 50)
    assert (later.attrs["open_incidents"], later.attrs["open_affected"]) == (["I1"], {"I1": 0.5})
    assert kpis.availability(later) == pytest.approx(1 - 0.5 * 20 / 50)
    curve = kpis.kpi_curve(log, "availability", window="50h", step="50h")
    assert curve.tolist() == [pytest.approx(1 - (10 + 0.5 * 30) / 50), pytest.approx(1 - 0.5 * 20 / 50)]


def test_a_share_of_users_that_is_no_share_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"affected=3 of service.failed .* must be a number from 0 to 1"):
        kpis.availability(log_of(outage("I1", 0, 10, affected=3), horizon=100))
