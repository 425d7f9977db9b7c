"""Live estimates: a preview first, then refinements."""

from typing import Any

import pytest
from widget_bench import SHORT, SMALLER, Asked, question

from devopssim import AGILE, DEVOPS, WATERFALL, compare, vary
from devopssim.errors import InvalidInputError
from devopssim.experiment import Outcome
from devopssim.scenario import Scenario
from devopssim.widgets.live_estimates import error_text, preview_scenario
from devopssim.widgets.status import status


def test_a_glance_comes_first_then_more_and_more_replications() -> None:
    asked = Asked()
    asked.answers.ask(question())
    asked.bench.work()
    assert [answer.preview for answer in asked.told] == [True, False, False, False]
    assert [answer.result.replications for answer in asked.told] == [1, 3, 4, 5]
    assert asked.told[-1].final
    assert not asked.told[-1].precise
    assert not asked.answers.busy


@pytest.mark.parametrize("few", [1, 2])
def test_few_replications_are_enough_where_no_more_were_asked_for(few: int) -> None:
    asked = Asked()
    asked.answers.ask(question(replications=few))
    asked.bench.work()
    assert [answer.final for answer in asked.told] == [False, True]
    assert asked.told[-1].result.replications == few
    assert status(question(replications=few), asked.told[-1])["stage"] == "final"


def test_it_stops_as_soon_as_the_interval_is_tight() -> None:
    asked = Asked()
    asked.answers.ask(question(precision=0.1, replications=50))
    asked.bench.work()
    assert asked.told[-1].precise
    assert asked.told[-1].result.replications == 3


def test_a_slider_that_moves_cancels_what_has_not_begun() -> None:
    asked = Asked()
    asked.answers.ask(question(SHORT))
    asked.bench.quick.work()
    stale = [future for future, _, _ in asked.bench.background.waiting]
    asked.answers.ask(question(SMALLER))
    assert stale
    assert all(future.cancelled() for future in stale)
    asked.bench.work()
    assert {answer.result.scenarios["devops"] for answer in asked.told[1:]} == {preview_scenario(SMALLER), SMALLER}


def test_what_was_known_is_not_simulated_again() -> None:
    asked = Asked()
    asked.answers.ask(question(SHORT))
    asked.bench.work()
    asked.answers.ask(question(SMALLER))
    asked.bench.work()
    before = len(asked.told)
    asked.answers.ask(question(SHORT))
    assert not asked.bench.quick.waiting
    assert not asked.bench.background.waiting
    assert [answer.final for answer in asked.told[before:]] == [True]


def test_an_error_is_told_and_ends_the_question() -> None:
    def broken(*_: Any) -> Outcome:
        raise InvalidInputError("years=0 must lie between 0.02 and 50.")

    asked = Asked(broken)
    asked.answers.ask(question())
    asked.bench.work()
    assert [str(error) for error in asked.errors] == ["years=0 must lie between 0.02 and 50."]
    assert error_text(asked.errors[0]) == "years=0 must lie between 0.02 and 50."
    assert "Restart the kernel" in error_text(RuntimeError("no more processes"))


def test_an_answer_is_what_compare_gives() -> None:
    """The same scenario, seed and replications: the same numbers, to the last bit."""
    asked = Asked(None)
    asked.answers.ask(question(replications=3))
    asked.bench.work()
    direct = compare({"devops": SHORT}, 3, kpis=("lead_time",), progress=False)
    assert asked.told[-1].result.estimates.equals(direct.estimates)


@pytest.mark.parametrize(("given", "weeks"), [(WATERFALL, 52), (AGILE, 16), (DEVOPS, 8)])
def test_a_glance_is_as_long_as_four_batches_take(given: Scenario, weeks: float) -> None:
    assert preview_scenario(given).years * 8760 / 168 == pytest.approx(weeks)
    assert preview_scenario(vary(given, {"years": 0.05})).years == 0.05
