"""Where the instructor's sources are on the machine, a check judges at once, and solutions can be seen."""

from pathlib import Path

import pytest
from course import courses

from devopssim.course import check, load_source, solution
from devopssim.course.learner import instructor_sources


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder with nothing but the public declarations."""
    (tmp_path / "exercises.toml").write_bytes((courses.SOURCE / "exercises.toml").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def with_sources(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(instructor_sources.SOURCE_VARIABLE, str(courses.SOURCE))
    return copy


def right_median() -> float:
    """What the hidden tests of the small course expect, from its own solution."""
    names: dict[str, float] = {}
    text = (courses.SOURCE / "01-values.ipynb").read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" in text
    source = load_source(courses.SOURCE)
    code = "\n".join(
        cell.source
        for cell in source.notebooks[0].cells[:4]
        if cell.type == "code" and (not cell.is_graded or cell.is_answer)
    )
    exec(code, names)  # noqa: S102 - the tests' own course
    return names["median"]


@pytest.mark.usefixtures("with_sources")
def test_a_wrong_value_is_not_right_and_the_right_one_is(capsys: pytest.CaptureFixture[str]) -> None:
    check("01-a", right_median() + 1)
    said = capsys.readouterr().out
    assert said.startswith("01-a: not right")
    assert "too high" in said
    assert "hint(" in said
    check("01-a", right_median())
    said = capsys.readouterr().out
    assert said.startswith("01-a: right\n")
    assert 'solution("01-a")' in said


@pytest.mark.usefixtures("copy")
def test_without_sources_a_wrong_value_is_not_said_to_pass(capsys: pytest.CaptureFixture[str]) -> None:
    check("01-a", 123)
    said = capsys.readouterr().out
    assert "not marked yet" in said
    assert "the type and the bounds, not the value" in said
    solution("01-a")
    said = capsys.readouterr().out
    assert instructor_sources.SOURCE_VARIABLE in said
    assert said.count("\n") == 1


@pytest.mark.usefixtures("with_sources")
def test_a_solution_shows_neither_marks_nor_hidden_tests(capsys: pytest.CaptureFixture[str]) -> None:
    for exercise in ("01-a", "02-e"):
        solution(exercise)
        said = capsys.readouterr().out
        assert said.count("\n") > 2
        assert [mark for mark in ("BEGIN", "END", "expect.") if mark in said] == []


def test_an_instructor_switches_solutions_and_verdicts_off(
    with_sources: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = with_sources / "exercises.toml"
    declared.write_text("solutions = false\n" + declared.read_text(encoding="utf-8"), encoding="utf-8")
    solution("01-a")
    assert "shows no solutions" in capsys.readouterr().out
    check("01-a", right_median())
    assert "not marked yet" in capsys.readouterr().out


def test_a_release_is_not_taken_for_sources(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(instructor_sources.SOURCE_VARIABLE, str(copy))  # no notebooks in it
    check("01-a", 1)
    assert "not marked yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (["pull", "push"], "not right"),
        (["push", "push"], "not right"),
        (["push", "pull"], "right"),
        (("push", "pull "), "right"),
    ],
)
def test_declared_choices_are_judged_without_sources(
    copy: Path, capsys: pytest.CaptureFixture[str], answer: object, verdict: str
) -> None:
    (copy / "exercises.toml").write_text(
        '[exercise.a]\nkind = "choice"\nanswer = "x"\nof = ["push", "pull"]\nseveral = true\nin_order = true\nright = [["push", "pull"]]'
    )
    check("a", answer)
    assert capsys.readouterr().out.startswith(f"a: {verdict}\n")


def test_the_number_of_a_likely_mistake_is_met_with_a_question(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "exercises.toml").write_text(
        '[exercise.a]\nkind = "number"\nanswer = "x"\npitfalls = [{answer = 39.73, remark = "whose seed is this?"}]'
    )
    check("a", 39.7)
    assert "whose seed is this?" in capsys.readouterr().out
    check("a", 44.8)
    assert "whose" not in capsys.readouterr().out
