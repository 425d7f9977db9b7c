"""Widgets without a browser: what they are asked, what they answer, what they say. They hold no number of their own."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pandas as pd
import pytest
from logs import closed, committed, deployed, done, failed, log_of, requested, resolved, worked

from devopssim import AGILE, DEVOPS, WATERFALL, compare, scenario, simulate, vary, widgets
from devopssim.errors import InvalidInputError
from devopssim.events import event
from devopssim.experiment import Experiment, Outcome, Precision, Result
from devopssim.scenario import Scenario, parameters
from devopssim.widgets.board_timeline import COLUMNS, Move, film, moves
from devopssim.widgets.board_view import Board, film_of
from devopssim.widgets.chart_data import lines
from devopssim.widgets.compare_view import Compare
from devopssim.widgets.controls import knob
from devopssim.widgets.explore_view import Explore
from devopssim.widgets.figures import FIGURES, pictures
from devopssim.widgets.kpi_cards import kpi_cards
from devopssim.widgets.live_estimates import LiveEstimate, LiveEstimates, Query, error_text, preview_scenario
from devopssim.widgets.page import check_port, notebook
from devopssim.widgets.state import disagree, state_of
from devopssim.widgets.status import status
from devopssim.widgets.worker_pools import LatestTask
from devopssim.wording import explain_changes

SHORT = vary(DEVOPS, {"years": 0.1})
SMALLER = vary(SHORT, {"team.developers": 3})
BEFORE = "devops at the start"


class ByHand(Executor):
    """Work that waits until the test has it done; `instead` measures replications, where they are not simulated."""

    def __init__(self, instead: Callable[[Scenario, int, int], Outcome] | None = None) -> None:
        self.instead = instead
        self.waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        self.waiting.append((future, self.instead or fn, args))
        return future

    def work(self, at_most: int = 1000) -> int:
        """Do what waits, and what follows from it; return how many pieces were done."""
        done = 0
        while self.waiting and done < at_most:
            future, fn, args = self.waiting.pop(0)
            if future.set_running_or_notify_cancel():
                done += 1
                try:
                    future.set_result(fn(*args))
                except Exception as error:  # noqa: BLE001 - as a process pool does
                    future.set_exception(error)
        return done


class Bench:
    """A workplace of two such executors."""

    workers = 2

    def __init__(self, instead: Callable[[Scenario, int, int], Outcome] | None = None) -> None:
        self.quick, self.patient = ByHand(instead), ByHand(instead)

    def work(self) -> None:
        while self.quick.work() or self.patient.work():
            pass


def measured(scenario: Scenario, seed: int, replication: int) -> Outcome:
    """A lead time that only the team and the replication decide."""
    return Outcome(values={"lead_time": 100.0 / scenario.team.developers + 0.01 * (replication % 2) + 0.0 * seed})


def question(given: Scenario = SHORT, *, replications: int = 5, precision: float = 1e-9) -> Query:
    wanted = Precision(target=precision, kpis=("lead_time",))
    return Query(
        experiment=Experiment(
            scenarios={"devops": given}, kpis=("lead_time",), replications=replications, precision=wanted
        )
    )


class Asked:
    """Answers on a bench, and what they told."""

    def __init__(self, instead: Callable[[Scenario, int, int], Outcome] | None = measured) -> None:
        self.bench = Bench(instead)
        self.told: list[LiveEstimate] = []
        self.errors: list[Exception] = []
        self.answers = LiveEstimates(
            self.bench,
            tell=lambda _, answer: self.told.append(answer),
            fail=self.errors.append,
            soon=lambda act: act(),
        )


# ── knobs ──


@pytest.mark.parametrize("name", parameters())
def test_every_declared_parameter_has_a_knob_whose_ends_are_allowed(name: str) -> None:
    made, declared = knob(name, DEVOPS), parameters()[name]
    assert made.meaning == declared.meaning
    if made.choices:
        assert made.choices == declared.choices
        return
    assert isinstance(made.value, int | float)
    assert made.low <= made.value <= made.high
    assert made.step > 0
    for end in (made.low, made.high):
        vary(DEVOPS, {name: end})


def test_a_knob_is_long_enough_for_the_value_it_has() -> None:
    assert knob("team.developers", vary(DEVOPS, {"team.developers": 150})).high >= 150


def test_a_knob_says_what_a_reader_would() -> None:
    assert knob("practices.testing", vary(DEVOPS, {"practices.testing": 0.5})).said == "50 %"
    assert knob("pipeline.build_time", DEVOPS).said == "0.15 h"


# ── state ──


def test_a_practice_belongs_to_one_scenario_and_the_team_to_all() -> None:
    state = state_of({"waterfall": WATERFALL, "devops": DEVOPS}).choose("waterfall")
    state = state.set("practices.testing", 1).set("team.developers", 5)
    assert state.scenarios["waterfall"].practices.testing == 1
    assert [each.team.developers for each in state.scenarios.values()] == [5, 5]
    assert state.set("practices.testing", 0).scenarios["devops"].practices.testing == 1
    assert state.changed == ["waterfall", "devops"]


def test_what_was_set_can_be_taken_back_or_become_the_start() -> None:
    start = state_of({"devops": DEVOPS})
    moved = start.set("practices.testing", 0)
    assert moved.reset() == start
    assert moved.pin().changed == []
    assert moved.pin().reset() == moved.pin()


def test_a_state_is_copied_as_toml_and_loaded_again() -> None:
    moved = state_of({"agile": AGILE, "devops": DEVOPS}).set("practices.testing", 0.25).set("team.testers", 7)
    assert scenario.loads(moved.toml()) == moved.scenario
    again = state_of({"agile": AGILE, "devops": DEVOPS}).load(moved.toml())
    assert again.scenarios == moved.scenarios
    assert again.scenarios["agile"].team.testers == 7


def test_scenarios_that_were_given_with_different_teams_are_told() -> None:
    state = state_of({"devops": DEVOPS, "small": vary(DEVOPS, {"team.developers": 3})})
    assert disagree(state, ["team.developers", "team.testers", "practices.testing"]) == ["team.developers"]


def test_a_text_that_is_no_scenario_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="must be a table"):
        state_of({"devops": DEVOPS}).load("team = 3")
    with pytest.raises(InvalidInputError, match="at least one"):
        state_of({})


# ── answers ──


def test_a_glance_comes_first_then_more_and_more_replications() -> None:
    asked = Asked()
    asked.answers.ask(question())
    asked.bench.work()
    assert [answer.glance for answer in asked.told] == [True, False, False, False]
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
    stale = [future for future, _, _ in asked.bench.patient.waiting]
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
    assert not asked.bench.patient.waiting
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


def test_only_the_latest_question_is_answered() -> None:
    bench, told = ByHand(), list[str]()
    latest = LatestTask(tell=told.append, fail=lambda error: told.append(str(error)), soon=lambda act: act())
    latest.ask([(bench, lambda: "old"), (bench, lambda: "older")])
    latest.ask([(bench, lambda: "new"), (bench, lambda: "newer")])
    bench.work()
    assert told == ["new", "newer"]


# ── cards, curves, words ──


@pytest.fixture(scope="module")
def result() -> Result:
    pair = {BEFORE: SHORT, "devops": SMALLER}
    return compare(pair, 3, curves=("lead_time", "wip"), progress=False)


def test_a_card_shows_the_estimate_its_interval_and_the_paired_change(result: Result) -> None:
    (card,) = kpi_cards(result, ["lead_time", "throughput"], {"devops": BEFORE})
    assert card["scenario"] == "devops"
    row = card["rows"][0]
    estimate = result.estimates.set_index(["scenario", "kpi"])["estimate"]["devops", "lead_time"]
    assert float(row["value"].split()[0]) == pytest.approx(estimate / 24, rel=0.01)
    assert " to " in row["interval"]
    change = result.differences.set_index("kpi").loc["lead_time"]
    assert row["change"].startswith("+" if change["difference"] > 0 else "\N{MINUS SIGN}")
    assert row["verdict"] in ("worse", "unclear")


def test_a_glance_is_never_called_better_or_worse(result: Result) -> None:
    (card,) = kpi_cards(result, ["lead_time"], {"devops": BEFORE}, glance=True)
    assert card["rows"][0]["said"] == "first glance"
    assert card["rows"][0]["verdict"] == "unclear"


def test_what_did_not_change_says_so() -> None:
    same = compare({BEFORE: SHORT, "devops": SHORT}, 2, kpis=("lead_time",), progress=False)
    (card,) = kpi_cards(same, ["lead_time"], {"devops": BEFORE})
    assert card["rows"][0]["change"] == "no change"


def test_curves_have_the_points_of_the_result_and_the_colour_of_their_scenario(result: Result) -> None:
    drawn = lines(result, "wip", before={BEFORE: "devops"})
    now, before = drawn["lines"][1], drawn["lines"][0]
    assert before["before"]
    assert before["colour"] == now["colour"]
    expected = result.curves.query("scenario == 'devops' and kpi == 'wip'")
    assert [point[1] for point in now["points"]] == expected["mean"].tolist()
    assert drawn["y"]["ticks"][0] == [0.0, "0"]
    assert "Work in progress over time" in drawn["text"]


def test_a_curve_without_values_says_so(result: Result) -> None:
    empty = lines(result, "mttr")
    assert empty["lines"] == []
    assert "nothing to draw" in empty["text"]


def test_the_status_says_how_good_the_answer_is(result: Result) -> None:
    asked = question(WATERFALL)
    glance = compare({"devops": preview_scenario(WATERFALL)}, 1, kpis=("lead_time",), progress=False)
    assert (
        "one random future of 52 weeks, without intervals"
        in status(asked, LiveEstimate(result=glance, glance=True))["text"]
    )
    assert status(asked, LiveEstimate(result=result))["stage"] == "refining"
    assert "as many as were asked for" in status(asked, LiveEstimate(result=result, final=True))["text"]
    assert "within 1e-07 %" in status(asked, LiveEstimate(result=result, final=True, precise=True))["text"]


# ── the board ──


def test_items_move_as_the_log_tells() -> None:
    log = log_of(
        [requested("W1", at=0)],
        worked("plan", start=1, end=2, item="W1", role="analyst"),
        worked("code", start=4, end=6, item="W1", change="C1", role="developer"),
        [committed("C1", at=6, item="W1"), done("W1", at=7), deployed("C1", "D1", at=9), closed("W1", at=9)],
        horizon=10,
    )
    places = [(move.time, COLUMNS[move.column], bool(move.working)) for move in moves(log)]
    assert places == [
        (0, "requested", False),
        (1, "plan", True),
        (2, "plan", False),
        (4, "code", True),
        (6, "code", False),
        (7, "deploy", False),
        (9, "live", False),
    ]


def test_an_item_with_work_in_two_stages_stands_in_the_earlier_one() -> None:
    log = log_of(
        [requested("W1", at=0)],
        worked("code", start=1, end=2, item="W1", change="C1", role="developer"),
        [committed("C1", at=2, item="W1")],
        worked("code", start=2, end=5, item="W1", change="C2", role="developer"),
        worked("test", start=3, end=4, change="C1", role="tester"),
        horizon=6,
    )
    assert [COLUMNS[move.column] for move in moves(log) if 1 < move.time < 5] == ["code"]


def test_no_item_is_lost_or_comes_back_from_live() -> None:
    log = simulate(vary(AGILE, {"years": 0.5}))
    last: dict[str, int] = {}
    for move in moves(log):
        assert last.get(move.item) != COLUMNS.index("live")
        last[move.item] = move.column
    assert len(last) == (log["kind"] == "ticket.created").sum()
    assert sum(column == COLUMNS.index("live") for column in last.values()) == (log["kind"] == "ticket.closed").sum()


def test_of_a_log_without_items_the_changes_move() -> None:
    log = log_of(
        [event(1, "change.created", change="C1"), event(2, "change.merged", change="C1")],
        [event(3, "build.started", change="C1"), event(4, "build.finished", change="C1")],
        [deployed("C1", "D1", at=5)],
        horizon=6,
    )
    assert moves(log) == [
        Move(1, "C1", 2, 1),
        Move(2, "C1", 3, 0),
        Move(3, "C1", 3, 1),
        Move(4, "C1", 4, 0),
        Move(5, "C1", 6, 0),
    ]


def test_the_film_knows_when_the_service_was_down() -> None:
    log = log_of(
        [requested("W1", at=0), committed("C1", at=1, item="W1"), deployed("C1", "D1", at=2)],
        [failed("D1", at=3), resolved("I1", at=5)],
        horizon=10,
    )
    made = film(log)
    assert made["outages"] == [[3.0, 5.0]]
    assert made["deployments"] == [2.0]
    assert made["end"] == 10


def test_a_log_in_which_nothing_moves_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="nothing moves"):
        widgets.board(log_of(horizon=10))


@pytest.mark.parametrize("given", ["devops", pd.DataFrame({"hours": [1.0]})])
def test_what_is_neither_a_scenario_nor_a_log_has_no_board(given: Any) -> None:
    with pytest.raises(InvalidInputError, match="this is no event log"):
        widgets.board(given)


def test_a_board_shows_the_replication_that_is_asked_for() -> None:
    bench = Bench()
    board = Board(scenario=SHORT, place=bench)
    assert board.film == {}
    board.do_ready()
    bench.work()
    assert board.film == film_of(SHORT, 1, 0)
    board.do_replication(2)
    bench.work()
    assert board.film == film_of(SHORT, 1, 2)
    assert board.film["moves"] != film_of(SHORT, 1, 0)["moves"]
    board._hear(board, {"do": "replication", "number": -1}, [])
    assert "must be a whole number between 0 and 999" in board.note


# ── the widgets themselves ──


def test_nothing_is_computed_until_somebody_looks() -> None:
    bench = Bench()
    widget = Compare(state_of({"devops": SHORT}), place=bench)
    assert not bench.quick.waiting
    widget.do_ready()
    assert bench.quick.waiting


def test_it_rests_when_nobody_looks_any_more_and_goes_on_when_somebody_does() -> None:
    bench = Bench()
    widget = Compare(state_of({"devops": SHORT}), place=bench, replications=3)
    for message in ("ready", "ready", "gone"):
        widget._hear(widget, {"do": message}, [])
    assert not bench.quick.waiting[0][0].cancelled()
    widget._hear(widget, {"do": "gone"}, [])
    assert bench.quick.waiting[0][0].cancelled()
    bench.work()
    assert widget.shown["status"]["stage"] == "waiting"
    widget._hear(widget, {"do": "ready"}, [])
    bench.work()
    assert widget.shown["status"]["stage"] == "final"


def test_compare_shows_what_the_plain_functions_return() -> None:
    bench = Bench()
    widget = Compare(state_of({"devops": SHORT}), place=bench, replications=3)
    widget.do_ready()
    widget._hear(widget, {"do": "set", "name": "team.developers", "value": 3}, [])
    bench.work()
    assert widget.scenarios == {"devops": SMALLER}
    assert widget.shown["status"]["stage"] == "final"
    direct = compare(widget.question().experiment, progress=False)
    assert widget.shown["cards"] == kpi_cards(direct, widget.kpis, {"devops": BEFORE})
    assert widget.shown["words"] == explain_changes(direct, {"devops": BEFORE})
    assert widget.shown["chart"] == lines(direct, "lead_time", before={BEFORE: "devops"})


def test_a_value_that_is_not_allowed_is_told_and_changes_nothing() -> None:
    widget = Compare(state_of({"devops": SHORT}), place=Bench())
    widget._hear(widget, {"do": "set", "name": "team.developers", "value": 0}, [])
    assert "developers=0 (people who write code)" in widget.note
    assert widget.scenarios == {"devops": SHORT}


def test_a_message_that_no_view_sends_is_not_obeyed() -> None:
    widget = Compare(state_of({"devops": SHORT}), place=Bench())
    widget._hear(widget, {"do": "become", "state": None}, [])
    widget._hear(widget, {}, [])
    assert widget.scenarios == {"devops": SHORT}


def test_explore_draws_the_figures_of_one_replication() -> None:
    bench = Bench()
    widget = Explore(state_of({"devops": SHORT}), figures=("deployments",), replications=3, place=bench)
    widget.do_ready()
    bench.work()
    (figure,) = widget.pictures["figures"]
    assert figure["svg"].startswith("<svg")
    assert figure["text"]
    assert widget.pictures["whole"]
    widget.do_figures([])
    assert widget.pictures == {}


def test_explore_takes_any_declared_parameter() -> None:
    widget = Explore(state_of({"devops": SHORT}), names=("team.developers",), place=Bench())
    widget.do_add("security.scan_finds")
    assert [each["name"] for each in widget.knobs[0]["knobs"]] == ["team.developers", "security.scan_finds"]
    widget.do_remove("team.developers")
    assert [each["name"] for each in widget.knobs[0]["knobs"]] == ["security.scan_finds"]
    with pytest.raises(InvalidInputError, match="did you mean"):
        widget.do_add("security.scan_find")


def test_what_is_asked_of_a_widget_is_checked_at_once() -> None:
    with pytest.raises(InvalidInputError, match="lead_tim"):
        widgets.compare(kpis=["lead_tim"])
    with pytest.raises(InvalidInputError, match="figure 'pie' is unknown"):
        widgets.explore(figures=["pie"])
    with pytest.raises(InvalidInputError, match="parameter 'developers' is unknown"):
        widgets.explore(parameters=["developers"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"replications": 0}, "replications=0 "),
        ({"replications": 1.5}, "replications=1.5 "),
        ({"precision": 0}, "precision=0 "),
        ({"precision": float("nan")}, "precision=nan "),
        ({"seed": -1}, "seed=-1 "),
    ],
)
def test_numbers_that_cannot_be_are_refused_before_anything_is_shown(asked: dict[str, Any], said: str) -> None:
    for widget in (widgets.compare, widgets.explore):
        with pytest.raises(InvalidInputError, match=said):
            widget(**asked)


def test_a_board_of_a_future_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="seed=-1 "):
        widgets.board(seed=-1)
    with pytest.raises(InvalidInputError, match="replication=1000 "):
        widgets.board(replication=1000)


@pytest.mark.parametrize("given", ["agile", pd.DataFrame()])
def test_what_is_no_scenario_has_no_sliders(given: Any) -> None:
    for ask in (lambda: widgets.explore(given), lambda: widgets.compare({"mine": given})):
        with pytest.raises(InvalidInputError, match="give a preset such as devopssim"):
            ask()


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_choice_can_be_drawn(name: str) -> None:
    (figure,) = pictures(SHORT, 1, 0, [name])["figures"]
    assert figure["svg"].startswith("<svg")
    assert len(figure["text"]) > 20


def test_a_widget_says_what_it_is_where_no_browser_shows_it() -> None:
    assert "waterfall, agile, devops" in repr(widgets.compare())
    assert "JupyterLab" in repr(widgets.explore())
    assert "devops" in repr(widgets.board())


# ── the page of its own ──


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"port=0 .* must lie between 1 and 65535"):
        check_port(0)


def test_the_page_is_a_notebook_with_one_widget() -> None:
    made = notebook()
    assert [cell["cell_type"] for cell in made["cells"]] == ["markdown", "code"]
    assert "devopssim.widgets.compare()" in made["cells"][1]["source"]
