"""What a learner sees, and what plain nbgrader does with a hidden region."""

import os
import random
import re
import warnings
from pathlib import Path
from types import ModuleType

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from course import courses
from matplotlib.figure import Figure

import __main__
from devopssim import scenario
from devopssim.course import check, hint
from devopssim.course.author import expect
from devopssim.course.author.answer_types import Number, ScenarioOf
from devopssim.course.learner import checks
from devopssim.errors import InvalidInputError

WORKFLOW = "on: push\njobs: {test: {runs-on: ubuntu-latest, steps: [{run: pytest}]}}"


@pytest.fixture(autouse=True)
def beside_the_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(courses.SOURCE)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The names of a kernel, where hidden regions look for answers under plain nbgrader."""
    module = ModuleType("__main__")
    monkeypatch.setitem(__import__("sys").modules, "__main__", module)
    return module


@pytest.mark.parametrize(
    ("exercise", "answer", "says"),
    [
        ("01-a", 6.5, "right type, not marked yet"),
        ("01-a", np.float64(6.5), "the type and the bounds, not the value"),
        ("01-a", None, "the answer is missing"),
        ("01-a", "6.5", "not a number"),
        ("01-a", True, "not a number"),
        ("01-a", -1, "cannot be"),
        ("01-b", pd.DataFrame({"role": ["a", "b"], "hours": [1, 2]}), "right type, not marked yet"),
        ("01-b", pd.DataFrame({"role": ["a"]}), "'hours' is missing"),
        ("01-b", pd.DataFrame({"role": ["a"], "hours": [1]}), "2 rows are expected, 1 came"),
        ("01-b", [1, 2], "not a DataFrame"),
        ("01-c", lambda failed, deployments: failed / deployments, "right for the public examples, not marked yet"),
        ("01-c", lambda failed: failed, "does not take"),
        ("01-c", lambda failed, deployments: 0.0 * failed * deployments, "the number 0.5 is right"),
        ("01-c", lambda failed, deployments: failed / (deployments - deployments), "ZeroDivisionError"),
        ("01-c", 3, "not a function"),
        ("02-c", WORKFLOW, "right form, not marked yet"),
        ("02-c", WORKFLOW, "that it can be parsed and that GitHub's schema allows it, not its content"),
        (
            "02-c",
            WORKFLOW.replace("steps", "step"),
            "GitHub would refuse the file: jobs.test has the unknown key 'step'",
        ),
        ("02-c", "on: [push", "not YAML"),
        ("02-a", 3, "not a Scenario"),
        ("02-b", None, "no such file: Dockerfile"),
    ],
)
def test_a_check_says_what_is_expected_and_what_came(
    capsys: pytest.CaptureFixture[str], exercise: str, answer: object, says: str
) -> None:
    check(exercise, answer)
    printed = capsys.readouterr().out
    assert says in printed
    assert "expected:" in printed
    assert ("not yet" in printed) != ("not marked yet" in printed)


@pytest.mark.parametrize("answer", [None, "anything"])
def test_what_is_done_in_the_lab_is_neither_passed_nor_missing(
    capsys: pytest.CaptureFixture[str], answer: object
) -> None:
    """A check cannot see the lab: it says when the exercise is done and who looks, whether or not the learner has begun."""
    check("02-d", answer)
    printed = capsys.readouterr().out
    assert "done when: the shop answers on its port" in printed
    assert "The grader looks at the lab itself" in printed
    assert "wait for a person" in printed
    assert [wrong for wrong in ("None", "passed", "not yet") if wrong in printed] == []


def test_a_check_notes_missing_schemas_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checks._note_missing_schemas.cache_clear()
    monkeypatch.setattr(checks, "schemas_are_installed", lambda: False)
    for _ in range(2):
        check("02-c", WORKFLOW)
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.count("02-c: right form, not marked yet") == 2
    assert printed.count("pip install 'devopssim[grading]'") == 1
    assert "schema allows it" not in printed


def test_bounds_are_written_as_people_write_them() -> None:
    assert Number(low=0.5, high=1_000_000).expected == "a number, at least 0.5 and at most 1,000,000"


def test_targets_have_their_units() -> None:
    targets = {"lead_time": "at most 200", "throughput": "at least 4.5", "change_failure_rate": "at most 0.1"}
    said = ScenarioOf(targets=targets).expected
    assert said.endswith("lead_time at most 200 h, throughput at least 4.5 per week, change_failure_rate at most 0.1")


def test_a_figure_needs_labels(capsys: pytest.CaptureFixture[str]) -> None:
    figure, axes = plt.subplots()
    axes.plot([1, 2], [3, 4])
    check("01-d", axes)
    assert "no label" in capsys.readouterr().out
    axes.set_xlabel("change")
    axes.set_ylabel("hours")
    check("01-d", figure)
    assert "not marked yet" in capsys.readouterr().out
    plt.close(figure)


def test_a_scenario_is_tried_with_the_public_seed(capsys: pytest.CaptureFixture[str]) -> None:
    check("02-a", scenario.vary(scenario.DEVOPS, {"years": 0.2}))
    assert "not marked yet" in capsys.readouterr().out
    check("02-a", scenario.vary(scenario.WATERFALL, {"years": 0.5}))
    assert "deployment_frequency is" in capsys.readouterr().out


def test_a_check_leaves_the_learners_luck_alone() -> None:
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - what a learner may do
    expected = (random.Random(1).random(), np.random.RandomState(1).random_sample())
    check("01-c", lambda failed, deployments: failed + deployments + random.random() + np.random.random())  # noqa: NPY002
    assert (random.random(), np.random.random_sample()) == expected  # noqa: NPY002


def test_a_check_puts_back_what_a_learners_function_moves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(vars(__main__), "rate", 0.5)
    names, filters, folder = dict(vars(__main__)), list(warnings.filters), Path.cwd()

    def moves(failed: float, deployments: float) -> float:
        os.chdir(tmp_path)
        warnings.simplefilter("ignore")
        warnings.filters.append(("ignore", None, Warning, None, 0))  # type: ignore[attr-defined] # what a learner may do
        return failed / deployments

    check("01-c", moves)
    assert dict(vars(__main__)) == names
    assert list(warnings.filters) == filters
    assert Path.cwd() == folder


def test_an_answer_is_looked_at_and_not_changed() -> None:
    table = pd.DataFrame({"role": ["a", "b"], "hours": [1.0, 2.0]})
    before = table.copy()
    check("01-b", table)
    pd.testing.assert_frame_equal(table, before)
    numbers = iter([1, 2, 3])
    check("01-a", numbers)
    assert list(numbers) == [1, 2, 3]


def test_a_function_that_waits_for_its_answer_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    def failure_rate(failed: float, deployments: float) -> float:
        raise NotImplementedError

    check("01-c", failure_rate)
    assert "the answer is missing" in capsys.readouterr().out


def test_bars_are_judged_by_their_heights(notebook: ModuleType) -> None:
    vars(notebook)["axes"] = Figure().subplots()
    vars(notebook)["axes"].bar(["b", "a"], [3.0, 5.0])
    expect.figure("01-d", bars=[3.0, 5.0])
    with pytest.raises(AssertionError, match="look at the bars"):
        expect.figure("01-d", bars=[5.0, 3.0])
    with pytest.raises(InvalidInputError, match="nothing is expected"):
        expect.figure("01-d")


def test_hints_come_in_steps(capsys: pytest.CaptureFixture[str]) -> None:
    hint("01-a")
    assert capsys.readouterr().out == '01-a, hint 1 of 2: Half of the changes took less.\n  More: hint("01-a", 2)\n'
    hint("01-a", 2)
    assert "Series.median" in capsys.readouterr().out
    hint("02-d")
    assert "no hint" in capsys.readouterr().out


def test_an_unknown_exercise_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match="01-a"):
        check("99-z", 1)


def test_without_the_courses_file_it_is_said_where_it_belongs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match=r"exercises\.toml"):
        check("01-a", 1)


def test_under_plain_nbgrader_a_hidden_region_passes_or_raises(notebook: ModuleType) -> None:
    vars(notebook)["median"] = 6.5
    expect.number("01-a", 6.5)
    vars(notebook)["median"] = 6.4
    with pytest.raises(AssertionError, match="not right"):
        expect.number("01-a", 6.5)
    vars(notebook)["failure_rate"] = lambda failed, deployments: failed / deployments
    expect.function("01-c", lambda failed, deployments: failed / deployments, [(1, 4)])
    with pytest.raises(AssertionError, match="1 of 2"):
        expect.function("01-c", lambda failed, deployments: failed / (4 + 0 * deployments), [(1, 4), (1, 2)])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[exercise.a]\nkind = "numbr"\nanswer = "x"', "kind='numbr'"),
        ('[exercise.a]\nkind = "number"\nanswer = "x"\nunti = "h"', "'unti' is an unknown setting"),
        ('[exercise.a]\nkind = "number"', "answer=''"),
        ('[exercise.a]\nkind = "choice"\nanswer = "x"', "needs 'of'"),
        ('[exercise.a]\nkind = "file"\nanswer = "x"\nformat = "exe"', "format='exe'"),
        ('[exercise.a]\nkind = "number"\nanswer = "x"\nlow = "a"', "got `str` - at `$.low`"),
        ('[exercise.a]\nkind = "number"\nanswer = "x"\nhints = 3', "got `int` - at `$.hints`"),
        ('[exercise.a]\nkind = "choice"\nanswer = "x"\nof = "a"', "got `str` - at `$.of`"),
        ("exercise = 3", "must be"),
        ("[exercise", "TOML"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "exercises.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match=re.escape(says)) as caught:
        check("a", 1)
    assert "exercises.toml" in str(caught.value)
    assert "\n" not in str(caught.value)
