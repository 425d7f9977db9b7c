"""Grading one submission: partial credit, variants, restarts, and answers that are not there."""

import shutil
from pathlib import Path

import pytest
from course import courses
from course.grading import by_exercise, graded

from devopssim.cli import main
from devopssim.course.author import Source, load_source
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.placement import find_submissions
from devopssim.course.grader.sandbox import choose_sandbox
from devopssim.course.grader.sandbox.plain import Plain

KEY = b"0123456789abcdef"


def test_right_answers_get_every_point_that_needs_no_person(
    tmp_path: Path, whole_course: Source, sandboxed: str
) -> None:
    path = courses.hand_in(tmp_path / "ada")
    grade = Grader(source=whole_course, sandbox=choose_sandbox(sandboxed)).grade(find_submissions([path])[0])
    assert (grade.points, grade.waiting_points, grade.max_points, grade.trouble) == (21, 3, 24, "")
    live = by_exercise(grade)["02-d"]
    assert live.remark == "waits for a person: the lab could not be looked at (no container engine answers)."
    assert not live.hint, "nothing is wrong with it"


def test_the_released_copy_is_worth_nothing(tmp_path: Path, whole_course: Source) -> None:
    main(["course", "start", str(tmp_path / "copy"), "--source", str(courses.SOURCE)])
    grade = graded(whole_course, tmp_path / "copy")
    assert (grade.points, grade.trouble) == (0, "")


def test_an_exercise_that_was_not_begun_is_no_error(tmp_path: Path, values: Source) -> None:
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    path = courses.hand_in(
        tmp_path / "ada",
        "01-values",
        x01_a=stub,
        x01_b="by_role = pandas_that_is_not_there",
        x01_c=f"def failure_rate(failed, deployments):\n    {stub.splitlines()[1]}",
    )
    grade = graded(values, path)
    checks = by_exercise(grade)
    assert [checks[name].remark for name in ("01-a", "01-c")] == ["the answer is missing."] * 2
    assert "the cell stopped with the error NameError" in checks["01-b"].remark
    assert len(grade.remarks) == 1, "the error is worth a remark, an answer that is not there yet is not"


def test_each_check_gives_the_part_that_is_right(tmp_path: Path, whole_course: Source) -> None:
    path = courses.hand_in(
        tmp_path / "ada",
        x01_b='by_role = pd.DataFrame({"role": ["developer", "tester"], "hours": [45.0, 4.0]})',
        x01_c="def failure_rate(failed, deployments):\n    return failed / deployments",
        x02_a='plan = ds.vary(ds.DEVOPS, {"years": 0.3, "process.window_weeks": 52, "practices.deployment": 0, "practices.delivery": 0})',
        x02_b='Path("Dockerfile").write_text("FROM python:latest\\nUSER 1\\nCMD x\\n")',
        x02_c='workflow = "on: push\\njobs: {test: {runs-on: x, steps: [{run: pytest}]}}"',
    )
    checks = by_exercise(graded(whole_course, path))
    assert checks["01-b"].points == 0, "the key column alone earns nothing"
    assert "look at hours" in checks["01-b"].remark
    assert checks["01-c"].points == 3
    assert "ZeroDivisionError" in checks["01-c"].remark
    assert checks["02-a"].points < 4
    assert checks["02-b"].points == 2
    assert "not `latest`" in checks["02-b"].remark
    assert checks["02-c"].points == 2
    assert checks["01-b"].verdict == "failed"
    assert checks["01-b"].hint == "One row for each role."


def test_a_scenario_over_budget_reaches_nothing(tmp_path: Path, whole_course: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "02-delivery", x02_a='plan = ds.vary(ds.DEVOPS, {"team.developers": 100})')
    assert (
        by_exercise(graded(whole_course, path))["02-a"].remark
        == "100 developers are more than the 8 that are paid for."
    )


def test_a_scenario_that_takes_forever_reaches_nothing(
    tmp_path: Path, whole_course: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devopssim.course.author.scenario_trials.SECONDS", 3)
    path = courses.hand_in(
        tmp_path / "ada",
        "02-delivery",
        x02_a='plan = ds.vary(ds.DEVOPS, {"years": 50, "demand.requests_per_week": 500})',
    )
    check = by_exercise(graded(whole_course, path))["02-a"]
    assert check.points == 0
    assert "did not finish" in check.remark


def test_a_file_beside_the_notebook_counts_as_an_answer(tmp_path: Path, whole_course: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "02-delivery", x02_b="pass")
    assert (
        by_exercise(graded(whole_course, path))["02-b"].remark
        == "no such file: Dockerfile; the grader runs only the answer cells, so define it there."
    )
    (path / "Dockerfile").write_text(
        "FROM python:3.12-slim\nUSER 1\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCMD x\n"
    )
    assert by_exercise(graded(whole_course, path))["02-b"].points == 4
    (path / "Dockerfile").unlink()
    (path / "Dockerfile").symlink_to("/etc/passwd")
    assert by_exercise(graded(whole_course, path))["02-b"].points == 0


def test_a_copied_answer_is_judged_by_the_copiers_own_numbers(tmp_path: Path, values: Source) -> None:
    grader = Grader(source=values, sandbox=Plain(), key=KEY)
    slowest = grader.numbers("ada")["slowest"]
    assert isinstance(slowest, int)
    hours = sorted([2.0, 4.0, 9.0, slowest])
    copied = courses.hand_in(
        tmp_path / "in" / "ada",
        "01-values",
        x01_b=f'by_role = pd.DataFrame({{"role": ["developer", "tester"], "hours": [{sum(hours)}, 3.0]}})',
    )
    shutil.copytree(copied, tmp_path / "in" / "grace")
    ada, grace = (grader.grade(submission) for submission in find_submissions([tmp_path / "in"]))
    assert ada.points == 10
    assert by_exercise(grace)["01-b"].points == 0


def test_the_lab_of_the_graders_machine_is_not_the_work_of_many(tmp_path: Path) -> None:
    course = load_source(courses.only("02-delivery", tmp_path / "course"))
    path = courses.hand_in(tmp_path / "ada", "02-delivery")
    grade = Grader(source=course, sandbox=Plain(), sees_lab=False).grade(find_submissions([path])[0])
    assert by_exercise(grade)["02-d"].verdict == "waiting"
    assert "carries no student's id; --lab-of names whose it is" in by_exercise(grade)["02-d"].remark
