"""Live estimates: a preview first, then refinements."""

from typing import Any

import pytest
from widget_bench import SHORT, SMALLER, RecordedEstimates, query_of

from devopssim import AGILE, DEVOPS, WATERFALL, compare, vary
from devopssim.errors import InvalidInputError
from devopssim.experiment import Outcome
from devopssim.scenario import Scenario
from devopssim.widgets.live_estimates import error_text, preview_scenario
from devopssim.widgets.status import status


def test_a_preview_comes_first_then_more_and_more_replications() -> None:
    recorded = RecordedEstimates()
    recorded.live.start(query_of())
    recorded.bench.work()
    assert [estimate.preview for estimate in recorded.reported] == [True, False, False, False]
    assert [estimate.result.replications for estimate in recorded.reported] == [1, 3, 4, 5]
    assert recorded.reported[-1].final
    assert not recorded.reported[-1].precise
    assert not recorded.live.busy


def test_without_previews_three_replications_come_first_and_twenty_next() -> None:
    recorded = RecordedEstimates(previews=False)
    recorded.live.start(query_of(precision=0.1, replications=50))
    recorded.bench.work()
    assert not any(estimate.preview for estimate in recorded.reported)
    assert [estimate.result.replications for estimate in recorded.reported] == [3, 20]
    assert recorded.reported[-1].precise, "three are too few to tell"


@pytest.mark.parametrize("few", [1, 2])
def test_few_replications_suffice_if_no_more_are_requested(few: int) -> None:
    recorded = RecordedEstimates()
    recorded.live.start(query_of(replications=few))
    recorded.bench.work()
    assert [estimate.final for estimate in recorded.reported] == [False, True]
    assert recorded.reported[-1].result.replications == few
    assert status(query_of(replications=few), recorded.reported[-1])["stage"] == "final"


def test_it_stops_as_soon_as_the_interval_is_tight() -> None:
    recorded = RecordedEstimates()
    recorded.live.start(query_of(precision=0.1, replications=50))
    recorded.bench.work()
    assert recorded.reported[-1].precise
    assert recorded.reported[-1].result.replications == 3


def test_a_new_query_cancels_the_waiting_tasks() -> None:
    recorded = RecordedEstimates()
    recorded.live.start(query_of(SHORT))
    recorded.bench.quick.work()
    stale = [future for future, _, _ in recorded.bench.background.waiting]
    recorded.live.start(query_of(SMALLER))
    assert stale
    assert all(future.cancelled() for future in stale)
    recorded.bench.work()
    assert {estimate.result.scenarios["devops"] for estimate in recorded.reported[1:]} == {
        preview_scenario(SMALLER),
        SMALLER,
    }


def test_a_finished_query_comes_from_the_cache() -> None:
    recorded = RecordedEstimates()
    recorded.live.start(query_of(SHORT))
    recorded.bench.work()
    recorded.live.start(query_of(SMALLER))
    recorded.bench.work()
    before = len(recorded.reported)
    recorded.live.start(query_of(SHORT))
    assert not recorded.bench.quick.waiting
    assert not recorded.bench.background.waiting
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


@pytest.mark.parametrize(("given", "weeks"), [(WATERFALL, 48), (AGILE, 8), (DEVOPS, 8)])
def test_a_preview_is_as_long_as_four_batches(given: Scenario, weeks: float) -> None:
    assert preview_scenario(given).years * 8760 / 168 == pytest.approx(weeks)
    assert preview_scenario(vary(given, {"years": 0.05})).years == 0.05
