"""What is drawn ahead: rows of one stream, in the units of the model."""

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.scenario import Scenario, vary
from devopssim.simulation import draws
from devopssim.simulation.distributions import effort_distribution
from devopssim.simulation.streams import Streams


@pytest.mark.parametrize("mean", [0.3, 2.0, 7.5])
def test_a_count_is_the_quantile_of_poisson(mean: float) -> None:
    probabilities = [exp(-mean)]
    for count in range(1, 60):
        probabilities.append(probabilities[-1] * mean / count)
    shares = np.cumsum(probabilities)
    for count in range(5):
        assert draws.poisson_quantile(mean, shares[count] - 1e-9) == count
        assert draws.poisson_quantile(mean, shares[count] + 1e-9) == count + 1
    assert draws.poisson_quantile(0.0, 0.999) == 0


def test_a_defect_is_severe_below_the_share_and_shows_itself_by_its_kind() -> None:
    scenario = vary(
        Scenario(),
        {
            "quality.severe_share": 0.3,
            "quality.fix_effort": 4,
            "quality.fix_cv": 1,
            "production.surfacing": 100,
            "production.minor_surfacing": 700,
        },
    )
    rest = [0.11, 0.12, 0.13, 0.14, 0.5, 0.5, 0.17, 0.18, 0.19, 0.2]
    rows = draws.defect_rows(scenario, np.array([[draw, *rest] for draw in (0.29, 0.3)]))
    severe, minor = (draws.new_defect("1", row) for row in rows.tolist())
    assert (severe.severe, minor.severe) == (True, False)
    assert severe.surfaces_after == pytest.approx(100 * log(2))
    assert minor.surfaces_after == pytest.approx(700 * log(2))
    assert (severe.review, severe.test, severe.acceptance, severe.prevention) == (0.11, 0.12, 0.13, 0.14)
    assert severe.fix_effort == pytest.approx(4 / sqrt(2))
    assert (severe.bad_fix, severe.regression, severe.canary) == (0.17, 0.19, 0.2)
    demanded, quality = scenario.demand, scenario.quality
    again = effort_distribution(demanded.test_effort * quality.retest_share, demanded.effort_cv)
    assert severe.retest == pytest.approx(again.quantile(0.18))
    assert 1 + len(rest) == draws.DEFECT_DRAWS


def test_a_vulnerability_is_critical_below_the_share_and_attacked_at_its_rate() -> None:
    scenario = vary(
        Scenario(),
        {
            "security.critical_share": 0.2,
            "security.backlog_delay": 50,
            "security.backlog_shape": 0.5,
            "security.critical_delay": 0.4,
            "security.fix_effort": 6,
            "security.exploits_per_year": 4,
            "security.rules_per_year": 0,
        },
    )
    rest = [0.11, 0.5, 0.75, 0.5, 0.15]
    rows = draws.vulnerability_rows(scenario, np.array([[draw, *rest] for draw in (0.19, 0.2)]))
    critical, medium = (draws.new_vulnerability("V1", row) for row in rows.tolist())
    assert (critical.severity, medium.severity) == ("critical", "medium")
    assert (critical.search, critical.embedded) == (0.11, 0.15)
    assert medium.backlog_delay == pytest.approx(50 * log(2) ** 2)
    assert critical.backlog_delay == pytest.approx(0.4 * medium.backlog_delay)
    assert critical.fix_effort == pytest.approx(6 * log(4))
    assert critical.exploited_after == pytest.approx(8760 / 4 * log(2))
    assert 1 + len(rest) == draws.VULNERABILITY_DRAWS


def test_rows_of_draws_come_one_after_the_other_across_the_blocks() -> None:
    table = draws.DrawTable(Streams(1), "incidents", 2)
    rows = [table.next_row() for _ in range(2 * table.BLOCK + 1)]
    assert np.array_equal(np.ravel(rows), Streams(1).stream("incidents").random((len(rows), 2)).ravel())


def test_a_longer_table_keeps_the_rows_of_a_shorter_one() -> None:
    short, long = (draws.incident_table(Scenario(), Streams(1)) for _ in range(2))
    rows = short.at_least(1)
    assert np.array_equal(long.at_least(1000)[: len(rows)], rows)
    assert np.array_equal(long.at_least(10), long.at_least(1000)), "a table never becomes shorter"


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 1, exclude_max=True)), min_size=1, max_size=20))
def test_counts_of_an_array_are_those_of_each_number(cases: list[tuple[float, float]]) -> None:
    means, at = np.array(cases).T
    expected = [draws.poisson_quantile(mean, draw) for mean, draw in cases]
    assert draws.poisson_quantiles(means, at).tolist() == expected


def test_reactions_to_an_incident_that_exclude_each_other_share_a_draw() -> None:
    scenario = vary(Scenario(), {"production.alert_delay": 2, "production.report_delay": 6})
    rows = draws.incident_table(scenario, Streams(1)).at_least(1)
    alert, report = (rows[:, draws.INCIDENT_COLUMNS.index(name)] for name in ("alert", "report"))
    assert report == pytest.approx(3 * alert)
