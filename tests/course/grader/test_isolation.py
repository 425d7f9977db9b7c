"""Judging in children: what one submission does to its grader costs no other one anything."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest
from course import courses

from devopssim.course.answers import Json, Judgement
from devopssim.course.author import Expectation, Source, load_source
from devopssim.course.grader import batch
from devopssim.course.grader.bounded import Child, ChildLimits, finished, in_child, start
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.placement import find_submissions
from devopssim.course.grader.sandbox.plain import Plain


def test_a_child_that_needs_too_much_ends_alone() -> None:
    assert in_child(lambda say: say(bytes(2**32)), ChildLimits(memory_mb=100)).ended == "it ended with status 1"
    assert in_child(lambda _: time.sleep(60), ChildLimits(seconds=0.2)).ended == "it took longer than 0.2 s"
    assert "processor time" in in_child(lambda _: _spin(), ChildLimits(cpu_seconds=1)).ended
    assert "more than 1 MB" in in_child(lambda say: say(b"x" * 2_000_000), ChildLimits(output_mb=1)).ended


def _spin() -> None:
    while True:
        pass


def test_what_a_child_has_written_is_read_before_the_clock_counts() -> None:
    child = start(lambda say: say(b"done"), ChildLimits(seconds=0.5))
    time.sleep(1)  # a busy grader comes late
    children: dict[int, Child] = {child.reader: child}
    while children:
        for _ in finished(children):
            pass
    assert (child.lines, child.ended) == ([b"done"], "")


@dataclass(frozen=True)
class Judged:
    """Judge the first exercise by what its answer does to the grader."""

    calls: list[str] = field(default_factory=list)

    def __call__(self, answer: Json) -> Judgement:
        if answer == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        if answer == 2:
            return Judgement(share=1, remark="x" * len(bytearray(2**34)))
        return Judgement(share=1, remark="right")


def with_first_judge(course: Source, judge: Judged) -> Grader:
    grader = Grader(source=course, sandbox=Plain())
    expected = {place: list(some) for place, some in grader.expected(grader.numbers("nobody")).items()}
    first: Expectation = expected["01-values", "01-a-test"][0]
    expected["01-values", "01-a-test"] = [replace(first, judge=judge)]
    grader._expected_by_numbers[next(iter(grader._expected_by_numbers))] = expected
    return grader


@pytest.mark.parametrize("median", ["1", "2"])
def test_an_answer_that_ends_the_process_that_judges_it_costs_its_own_points(
    tmp_path: Path, values: Source, median: str
) -> None:
    courses.hand_in(tmp_path / "in" / "ada", "01-values")
    courses.hand_in(tmp_path / "in" / "mallory", "01-values", x01_a=f"median = {median}")
    grader = with_first_judge(values, Judged())
    ada, mallory = batch.grade_all(grader, find_submissions([tmp_path / "in"]), tmp_path / "out")
    assert (ada.points, mallory.points, mallory.trouble) == (10, 8, "")


def test_what_ran_out_of_time_beside_others_is_graded_again_alone(tmp_path: Path, values: Source) -> None:
    """The first time the answer is slow, as on a busy machine; the second time it is not."""
    mark = tmp_path / "mark"
    slow = f"import os, time\nif not os.path.exists({str(mark)!r}):\n    open({str(mark)!r}, 'w').close()\n    time.sleep(60)\nmedian = 6.5"
    for student in ("ada", "grace"):
        courses.hand_in(tmp_path / "in" / student, "01-values")
    courses.hand_in(tmp_path / "in" / "hedy", "01-values", x01_a=slow)
    limits = replace(Grader(source=values, sandbox=Plain()).limits, cell_seconds=2)
    grader = Grader(source=values, sandbox=Plain(), limits=limits)
    grades = batch.grade_all(grader, find_submissions([tmp_path / "in"]), tmp_path / "out", workers=2)
    assert mark.exists()
    assert {grade.student: (grade.points, grade.timed_out) for grade in grades}["hedy"] == (10, False)


def test_a_batch_that_is_killed_goes_on_to_equal_grades(tmp_path: Path) -> None:
    source = courses.only("01-values", tmp_path / "course")
    for number in range(6):
        courses.hand_in(tmp_path / "in" / f"s{number}", "01-values", x01_a=f"median = {6.5 if number % 2 else 1.0}")
    command = [
        sys.executable,
        "-m",
        "devopssim",
        "course",
        "grade",
        str(tmp_path / "in"),
        "--source",
        str(source),
        "--sandbox",
        "none",
    ]
    random = Random(7)
    for _ in range(4):
        process = subprocess.Popen(
            [*command, "--out", str(tmp_path / "killed")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(random.uniform(0.5, 4))
        process.kill()
        process.wait()
    for out in ("killed", "whole"):
        subprocess.run([*command, "--out", str(tmp_path / out)], check=True, capture_output=True)
    assert (tmp_path / "killed" / "grades.csv").read_text() == (tmp_path / "whole" / "grades.csv").read_text()


def test_one_course_reads_its_expectations_once(tmp_path: Path) -> None:
    course = load_source(courses.only("01-values", tmp_path / "course"))
    grader = Grader(source=course, sandbox=Plain())
    assert grader.expected({"slowest": 30}) is grader.expected({"slowest": 30})
