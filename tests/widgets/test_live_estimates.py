"""Live estimates: one replication first, then more."""

from typing import Any

import pandas as pd
import pytest
from widget_bench import BASELINE, SHORT, SMALLER, RecordedEstimates, pair_of, query_of

from devopssim import compare
from devopssim.errors import InvalidInputError
from devopssim.experiment import Outcome
from devopssim.widgets.live_estimates import LiveEstimate, error_text
from devopssim.widgets.status import status


def test_one_replication_comes_first_then_more_and_more() -> None:
    recorded = RecordedEstimates()
    recorded.live.start(query_of())
    recorded.bench.work()
    assert [estimate.replications for estimate in recorded.reported] == [1, 3, 4, 5]
    assert recorded.reported[-1].final
    assert not recorded.reported[-1].precise
    assert not recorded.live.busy


def test_twenty_come_next_where_a_replication_takes_milliseconds() -> None:
    recorded = RecordedEstimates(fast=True)
    recorded.live.start(query_of(precision=0.1, replications=50))
    recorded.bench.work()
    assert [estimate.replications for estimate in recorded.reported] == [1, 20]
    assert recorded.reported[-1].precise, "three are too few to tell"


def test_what_has_too_few_replications_for_an_interval_is_shown_as_one() -> None:
    recorded = RecordedEstimates(fast=True)
    recorded.live.start(query_of(replications=50))
    recorded.bench.estimating.work(3)
    recorded.live.start(query_of(replications=50))
    assert [estimate.replications for estimate in recorded.reported] == [1, 1]


def of_agile(estimate: LiveEstimate) -> pd.DataFrame:
    return estimate.result.estimates.query("scenario == 'agile'").reset_index(drop=True)


def test_a_scenario_that_is_not_touched_keeps_its_estimate() -> None:
    recorded = RecordedEstimates()
    recorded.live.start(pair_of(SHORT))
    recorded.bench.work()
    before = of_agile(recorded.reported[-1])
    count = len(recorded.reported)
    recorded.live.start(pair_of(SMALLER))
    recorded.bench.work()
    first = recorded.reported[count]
    assert first.replications == 1
    assert of_agile(first).equals(before)
    assert dict(first.result.estimates.set_index("scenario")["replications"]) == {"agile": 5, "devops": 1, BASELINE: 1}
    assert dict(recorded.reported[-1].result.estimates.set_index("scenario")["replications"]) == {
        "agile": 5, "devops": 5, BASELINE: 5,
    }  # fmt: skip


@pytest.mark.parametrize("few", [1, 2])
def test_few_replications_suffice_if_no_more_are_requested(few: int) -> None:
    recorded = RecordedEstimates()
    recorded.live.start(query_of(replications=few))
    recorded.bench.work()
    assert recorded.reported[-1].final
    assert recorded.reported[-1].replications == few
    assert status(query_of(replications=few), recorded.reported[-1])["stage"] == "final"


def test_it_stops_as_soon_as_the_interval_is_tight() -> None:
    recorded = RecordedEstimates()
    recorded.live.start(query_of(precision=0.1, replications=50))
    recorded.bench.work()
    assert recorded.reported[-1].precise
    assert recorded.reported[-1].replications == 3


def test_a_new_query_cancels_the_waiting_tasks() -> None:
    recorded = RecordedEstimates()
    recorded.live.start(query_of(SHORT))
    recorded.bench.estimating.work(1)
    stale = [future for future, _, _ in recorded.bench.estimating.waiting]
    recorded.live.start(query_of(SMALLER))
    assert stale
    assert all(future.cancelled() for future in stale)
    recorded.bench.work()
    assert {estimate.result.scenarios["devops"] for estimate in recorded.reported[1:]} == {SMALLER}


def test_a_finished_query_comes_from_the_cache() -> None:
    recorded = RecordedEstimates()
    recorded.live.start(query_of(SHORT))
    recorded.bench.work()
    recorded.live.start(query_of(SMALLER))
    recorded.bench.work()
    before = len(recorded.reported)
    recorded.live.start(query_of(SHORT))
    assert not recorded.bench.estimating.waiting
    assert [estimate.final for estimate in recorded.reported[before:]] == [True]


def test_an_error_is_reported_and_ends_the_query() -> None:
    def broken(*_: Any) -> Outcome:
        raise InvalidInputError("years=0 must lie between 0.02 and 50.")

    recorded = RecordedEstimates(broken)
    recorded.live.start(query_of())
    recorded.bench.work()
    assert [str(error) for error in recorded.errors] == ["years=0 must lie between 0.02 and 50."]
    assert error_text(recorded.errors[0]) == "years=0 must lie between 0.02 and 50."
    assert "Restart the kernel" in error_text(RuntimeError("no more processes"))


def test_an_estimate_equals_that_of_compare() -> None:
    """The same scenario, seed and replications: the same numbers, to the last bit."""
    recorded = RecordedEstimates(None)
    recorded.live.start(query_of(replications=3))
    recorded.bench.work()
    direct = compare({"devops": SHORT}, 3, kpis=("lead_time",), progress=False)
    assert recorded.reported[-1].result.estimates.equals(direct.estimates)
