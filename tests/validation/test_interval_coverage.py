"""A sample of docs/intervals.md: one year of DevOps and of agile, forty times each."""

import numpy as np
import pytest
from validation.interval_coverage import LogOf, Tally, history, tallies
from validation.pages import shown

from devopssim.kpis import KPIS

HISTORIES = 40
NAMES = ("lead_time", "cycle_time", "mttr", "mttf", "deployment_frequency", "wip", "throughput", "availability")


@pytest.fixture(scope="module", params=["agile", "devops"])
def sample(request: pytest.FixtureRequest) -> dict[str, Tally]:
    """Return the tallies of forty histories."""
    log = LogOf(preset=request.param, histories=HISTORIES, names=NAMES)
    return tallies(history(log, replication) for replication in range(HISTORIES))


def test_an_interval_covers_or_there_is_none(sample: dict[str, Tally]) -> None:
    """Forty intervals that cover in 95 % cover at least 34 times, but for one in a thousand."""
    for name in NAMES:
        given = len(sample[name].bounds)
        assert given + sum(sample[name].reasons.values()) == HISTORIES
        if given == HISTORIES:
            assert sample[name].coverage(name) * HISTORIES >= 34, name


def test_a_mean_that_the_longest_decide_has_no_interval(sample: dict[str, Tally]) -> None:
    assert not sample["mttr"].bounds
    assert not sample["availability"].bounds


def test_the_interval_of_throughput_is_as_wide_as_histories_differ(sample: dict[str, Tally]) -> None:
    rates = np.array([rate.value for rate in sample["throughput"].rates])
    widths = np.diff(np.array(sample["throughput"].bounds), axis=1)
    assert 0.7 < np.median(widths) / (2 * 1.96 * rates.std()) < 2


def test_the_page_shows_every_kpi() -> None:
    page = shown("intervals")
    assert all(f"| `{name}` | {kpi.interval.method} | {kpi.interval.least} |" in page for name, kpi in KPIS.items())
