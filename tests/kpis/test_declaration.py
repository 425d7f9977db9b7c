"""What a KPI declares at its function is what the catalogue, the documentation and the intervals read."""

import math

import numpy as np
import pytest
from logs import committed, deployed, failed, log_of, outage

from devopssim import kpis
from devopssim.kpis import KPIS, Rate, Run


@pytest.mark.parametrize("name", KPIS)
def test_the_definition_is_the_first_sentence_of_the_docstring(name: str) -> None:
    lead = "Return the hours " if KPIS[name].shape == "duration" else "Return the "
    docstring = getattr(kpis, name).__doc__
    assert " ".join(docstring.split()).startswith(f"{lead}{KPIS[name].definition}.")
    assert not KPIS[name].definition.startswith("Return")


def test_the_rule_of_an_interval_fits_the_kind_of_the_kpi() -> None:
    methods = {name: kpi.interval.method for name, kpi in KPIS.items()}
    assert {KPIS[name].unit for name, method in methods.items() if method == "share"} == {"share"}
    assert {KPIS[name].summary for name, method in methods.items() if method == "median"} == {"median"}
    assert {KPIS[name].summary for name, method in methods.items() if method == "mean"} == {"mean"}
    assert {KPIS[name].shape for name, method in methods.items() if method in {"flow", "level", "loss"}} == {"rate"}
    assert [name for name, kpi in KPIS.items() if kpi.interval.memory] == [
        "wip",
        "flow_efficiency",
        "cost_of_delay",
        "vulnerabilities_open",
        "vulnerabilities_hidden",
    ]


def test_a_kpi_states_its_own_rule_where_the_usual_one_is_wrong() -> None:
    assert KPIS["mttr"].interval.least > KPIS["mttd"].interval.least
    assert KPIS["mttf"].interval.method == KPIS["security_incidents_per_deployment"].interval.method == "events"
    assert all(kpi.interval.least >= 1 for kpi in KPIS.values())


def test_a_rate_is_its_numerator_by_its_denominator_and_counts_the_denominator() -> None:
    assert (Rate(1, 4).value, Rate(1, 4).n) == (0.25, 4)
    assert (Rate(1, 4, complement=True).value, Rate(3, 0.5, counted=3).n) == (0.75, 3)
    assert math.isnan(Rate(0, 0).value)
    assert math.isnan(Rate(1, 0, complement=True).value)


def test_the_rate_of_a_kpi_gives_its_number_and_its_count() -> None:
    ships = [row for n in range(4) for row in (committed(f"C{n}"), deployed(f"C{n}", f"D{n}", at=1 + n))]
    log = log_of(*ships, failed("D2", incident="I1", at=6), horizon=168)
    failing = KPIS["change_failure_rate"].rate
    assert failing is not None
    assert failing(Run(log)) == Rate(1, 4)
    assert kpis.change_failure_rate(log) == 0.25
    assert kpis.table(log, ["change_failure_rate"])["n"].tolist() == [4]


def test_the_last_up_time_is_censored_and_a_recovery_is_not() -> None:
    log = log_of(outage("I1", 10, 20), outage("I2", 50, 60), horizon=100)
    assert kpis.mttf(log).attrs == {"unfinished": 1, "censored": 1}
    assert kpis.mttr(log).attrs == {"unfinished": 0}


def test_a_mean_time_is_summarised_by_its_mean_and_any_other_duration_by_its_median() -> None:
    hours = np.array([1.0, 2.0, 9.0])
    assert KPIS["mttr"].summarise(hours) == 4
    assert KPIS["lead_time"].summarise(hours) == 2
    assert math.isnan(KPIS["lead_time"].summarise(hours[:0]))
