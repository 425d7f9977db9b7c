"""What each expectation gives for answers that are right, partly right, wrong, or not there."""

import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from devopssim.course.answers import GraderTroubleError, Json, Judgement, to_json
from devopssim.course.author import expect, file_rules, scenario_trials
from devopssim.course.author.answer_types import File, Live, Number, OneOf
from devopssim.course.author.exercises import Course, Exercise, parse
from devopssim.course.author.expectations import Expectation, collecting
from devopssim.course.author.scenario_trials import Goal, parse_goals
from devopssim.errors import DevopssimError, InvalidInputError

COURSE = Course(
    name="small",
    exercises={
        "number": Exercise(id="number", title="A number", answer="x", kind=Number(unit="hours")),
        "choice": Exercise(id="choice", title="A choice", answer="x", kind=OneOf(of=["a", "b"])),
        "file": Exercise(id="file", title="A file", kind=File(format="dockerfile", path="Dockerfile")),
        "live": Exercise(id="live", title="A state", kind=Live(state="it runs")),
    },
)


def declared(declare: Callable[[], None]) -> Expectation:
    with collecting(COURSE) as gathered:
        declare()
    (expectation,) = gathered
    return expectation


def share(declare: Callable[[], None], answer: Json) -> float:
    return declared(declare).judgement(answer).share


def test_a_number_is_right_to_a_millionth_or_as_near_as_is_said() -> None:
    assert share(lambda: expect.number("number", 2e6), 2e6 + 2) == 1
    assert share(lambda: expect.number("number", 2e6), 2e6 + 3) == 0
    assert share(lambda: expect.number("number", 8.0, within=0.25), 10.0) == 1
    assert share(lambda: expect.number("number", 8.0, plus_minus=0.5), 8.5) == 1
    assert share(lambda: expect.number("number", 8.0, plus_minus=0.5), 8.625) == 0


@pytest.mark.parametrize(
    ("solutions", "low", "high"),
    [("", "not right", "not right"), ("false", "not right", "not right"), ("true", "too low", "too high")],
)
def test_only_released_solutions_give_the_direction_of_a_wrong_number(solutions: str, low: str, high: str) -> None:
    numbers = {"exercise": {"a": {"kind": "number", "answer": "x"}}}
    course = parse(numbers | ({"solutions": solutions == "true"} if solutions else {}), "exercises.toml")
    with collecting(course) as gathered:
        expect.number("a", 40)
        expect.one_of("a", 40, 41)
    remarks = [expectation.judgement(answer).remark for expectation in gathered for answer in (20, 60)]
    assert remarks == [f"20 is {low}.", f"60 is {high}."] * 2


def test_each_number_in_a_value_has_to_be_as_near_as_is_said() -> None:
    assert share(lambda: expect.value("number", [2, 3]), [2, 3]) == 1
    assert share(lambda: expect.value("number", [2, 3]), [2, 3.5]) < 1
    assert share(lambda: expect.value("number", [2e6, 3]), [2e6 + 3, 3]) == 0
    assert share(lambda: expect.value("number", [2, 3], plus_minus=0.5), [2, 3.5]) == 1


def test_any_of_several_values_is_right_and_nothing_else() -> None:
    def either() -> None:
        expect.one_of("choice", "a", "b")

    assert [share(either, answer) for answer in ("a", "b", "c")] == [1, 1, 0]


def test_each_rule_of_a_file_counts_the_same() -> None:
    def rules() -> None:
        expect.file(
            "file",
            file_rules.base_is_pinned(),
            file_rules.runs_as_a_user(),
            file_rules.has("CMD"),
            file_rules.has("RUN"),
        )

    text = "FROM python:3.12\nUSER 1\nCMD x\nRUN y\n"
    assert declared(rules).judgement(text).remark == "each of 4 rules is kept."
    assert share(rules, text.replace("USER 1\n", "")) == 0.75
    assert share(rules, "FROM python\n") == 0
    assert share(rules, "no Dockerfile") == 0
    assert declared(rules).judgement(None).remark == "the answer is missing (None)."


def test_a_condition_sees_the_answer_as_a_value() -> None:
    def condition() -> None:
        expect.that("number", "a set of two", lambda value: value == {1, 2})

    assert share(condition, to_json({2, 1})) == 1
    assert share(condition, to_json({1})) == 0
    assert declared(condition).judgement(None).remark == "the answer is missing (None)."


def test_a_lab_that_cannot_be_looked_at_makes_the_points_wait() -> None:
    def broken() -> bool:
        raise DevopssimError("no engine.")

    judged = declared(lambda: expect.live("live", "it runs", broken)).judgement(None)
    assert (judged.share, judged.waiting) == (0, True)
    for state, points in ((True, 1), (False, 0)):
        judged = declared(lambda state=state: expect.live("live", "it runs", lambda: state)).judgement(None)  # type: ignore[misc] # bound here
        assert (judged.share, judged.waiting) == (points, False)


def test_a_scenario_over_its_budget_is_not_even_simulated() -> None:
    from devopssim.scenario import DEVOPS  # noqa: PLC0415

    def budget() -> None:
        expect.targets("number", {"lead_time": "at least 0"}, seeds=[], allowed=lambda _: "too many people.")

    assert declared(budget).judgement(to_json(DEVOPS)).remark == "too many people."
    assert declared(budget).judgement(3).remark == "the answer is not a scenario."


def test_a_target_has_to_be_reached_over_a_year() -> None:
    from devopssim.scenario import DEVOPS, vary  # noqa: PLC0415

    short = to_json(vary(DEVOPS, {"years": 0.1}))
    judged = declared(lambda: expect.targets("number", {"lead_time": "at most 9000"}, seeds=[1])).judgement(short)
    assert (judged.share, "0.1 years" in judged.remark) == (0, True)


@pytest.mark.parametrize(("given", "counted"), [(-0.5, 0), (0.25, 0.25), (7.0, 1)])
def test_a_share_lies_between_nothing_and_everything(given: float, counted: float) -> None:
    expectation = declared(lambda: expect.number("number", 1))
    odd = Expectation(
        exercise=expectation.exercise, description="", question=None, judge=lambda _: Judgement(share=given, remark="")
    )
    assert odd.judgement(1).share == counted


def test_a_judge_that_stumbles_has_judged_it_wrong_unless_the_grader_is_to_blame() -> None:
    def condition(holds: Callable[[Any], bool]) -> Expectation:
        return declared(lambda: expect.that("number", "something", holds))

    judged = condition(lambda value: bool(value["missing"])).judgement(3)
    assert (judged.share, judged.remark) == (0, "this answer cannot be judged (TypeError).")

    def trouble(_: object) -> bool:
        raise GraderTroubleError("the grader's")

    with pytest.raises(GraderTroubleError):
        condition(trouble).judgement(3)


@pytest.mark.parametrize(
    ("goal", "reached", "missed"),
    [("at least 0.5", [0.5, 0.75], [0.499999, float("nan")]), ("at most 2e2", [200.0, 3.0], [200.001, float("nan")])],
)
def test_a_goal_is_reached_at_its_limit(goal: str, reached: list[float], missed: list[float]) -> None:
    (parsed,) = parse_goals({"kpi": goal})
    assert [parsed.reached(value) for value in reached] == [True, True]
    assert [parsed.reached(value) for value in missed] == [False, False]
    assert parsed == Goal(
        kpi="kpi", side="least" if "least" in goal else "most", limit=float(goal.rsplit(maxsplit=1)[-1])
    )


@pytest.mark.parametrize("goal", ["about 3", "at least", "at most x", "at most e", "3", "at least 3 h"])
def test_what_is_no_goal_is_refused(goal: str) -> None:
    with pytest.raises(InvalidInputError, match="is not a goal"):
        parse_goals({"kpi": goal})


@pytest.mark.parametrize(
    ("values", "share", "remark"),
    [
        (
            {"lead_time": 200.0, "throughput": 5.0},
            1,
            "lead_time at most 200: 200, reached; throughput at least 5: 5, reached.",
        ),
        ({"lead_time": 100.0}, 0.5, "lead_time at most 200: 100, reached; throughput at least 5: nan, missed."),
        ({"throughput": 4.0}, 0, "lead_time at most 200: nan, missed; throughput at least 5: 4, missed."),
    ],
)
def test_each_goal_counts_the_same(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, float], share: float, remark: str
) -> None:
    monkeypatch.setattr(scenario_trials, "run", lambda *_: values)
    goals = parse_goals({"lead_time": "at most 200", "throughput": "at least 5"})
    judged = scenario_trials.judge("", goals, [1])
    assert (judged.share, judged.remark) == (share, remark)


@pytest.mark.parametrize(
    ("error", "remark"),
    [
        (subprocess.TimeoutExpired("x", 1), "did not finish within 60 seconds"),
        (subprocess.CalledProcessError(-signal.SIGXCPU, "x"), "did not finish within 60 seconds"),
        (subprocess.CalledProcessError(-signal.SIGKILL, "x"), "did not finish within 60 seconds"),
        (subprocess.CalledProcessError(1, "x"), "the simulation failed"),
        (ValueError("no JSON"), "the simulation failed"),
    ],
)
def test_a_simulation_that_ends_badly_reaches_nothing(
    monkeypatch: pytest.MonkeyPatch, error: Exception, remark: str
) -> None:
    def fails(*_: object) -> dict[str, float]:
        raise error

    monkeypatch.setattr(scenario_trials, "run", fails)
    monkeypatch.setattr(scenario_trials, "simulator_works", lambda: True)
    judged = scenario_trials.judge("", parse_goals({"lead_time": "at most 200"}), [1])
    assert judged.share == 0
    assert remark in judged.remark
    if not remark.startswith("did"):
        monkeypatch.setattr(scenario_trials, "simulator_works", lambda: False)
        with pytest.raises(GraderTroubleError):
            scenario_trials.judge("", parse_goals({"lead_time": "at most 200"}), [1])


def test_a_figure_is_expected_with_lines_or_bars_or_both() -> None:
    line: dict[str, tuple[list[float], list[float]]] = {"open": ([0, 1], [2, 3])}
    axes: Json = {"lines": [{"label": "open", "x": [0, 1], "y": [2, 3]}], "bars": [[1, 5, 0.8]]}
    drawn: Json = {"$": "figure", "axes": [axes]}
    assert share(lambda: expect.figure("number", line), drawn) == 1
    assert share(lambda: expect.figure("number", bars=[5]), drawn) == 1
    assert share(lambda: expect.figure("number", line, bars=[4]), drawn) == 0.5
    with pytest.raises(InvalidInputError, match="nothing is expected"):
        declared(lambda: expect.figure("number"))


@pytest.mark.parametrize("part", [0.0, 0.99])
def test_in_a_notebook_all_that_is_not_wholly_right_fails_with_the_remark(part: float) -> None:
    exercise = declared(lambda: expect.number("number", 1)).exercise

    def expectation(given: float) -> Expectation:
        return Expectation(
            exercise=exercise,
            description="",
            question=None,
            judge=lambda _: Judgement(share=given, remark="look again."),
        )

    with pytest.raises(AssertionError, match=r"number: look again\."):
        expect._judge_here(expectation(part))
    expect._judge_here(expectation(1))


def test_what_is_expected_is_described_by_the_kind_unless_the_author_does() -> None:
    assert declared(lambda: expect.number("number", 1)).description == "a number in hours"
    assert declared(lambda: expect.number("number", 1.5)).description == "a number in hours, with all its digits"
    assert declared(lambda: expect.number("number", 1.5, within=0.01)).description == "a number in hours, within 1 %"
    assert declared(lambda: expect.number("number", 1, description="the wait")).description == "the wait"


def test_a_table_is_right_to_a_millionth() -> None:
    def series(*hours: float) -> Json:
        return {"$": "series", "index": [0, 1], "values": list(hours)}

    def expected() -> None:
        expect.table("number", pd.Series([2e6, 3.0]))

    assert share(expected, series(2e6 + 2, 3)) == 1
    assert share(expected, series(2e6 + 3, 3)) == 0.5
