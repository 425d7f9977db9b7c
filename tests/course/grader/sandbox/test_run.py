"""Running a notebook with limits."""

from pathlib import Path

import pytest
from course import courses

from devopssim.course.author import Source
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.placement import find_submissions
from devopssim.course.grader.sandbox import Limits, SandboxError, SandboxStep, host, run_in_sandbox
from devopssim.course.grader.sandbox.plain import Plain


def test_a_time_limit_is_the_cells_own(tmp_path: Path, values: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "01-values", x01_a="while True: pass")
    grade = Grader(source=values, sandbox=Plain(), limits=Limits(cell_seconds=1)).grade(find_submissions([path])[0])
    assert grade.points == 8
    assert "longer than it may" in " ".join(grade.remarks)


def test_a_sandbox_that_never_reads_its_job_costs_no_more_than_the_time_to_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host, "command", lambda: ["sleep", "600"])
    longer_than_a_pipe_holds = [SandboxStep(id="01-a", source="#" * 1_000_000)]
    with pytest.raises(SandboxError, match=r"did not start: no output\."):
        run_in_sandbox(Plain(), longer_than_a_pipe_holds, {}, Limits(start_seconds=0.5))


def test_a_job_longer_than_a_pipe_arrives_whole() -> None:
    steps = [SandboxStep(id=f"{number}", source="#" * 1000) for number in range(1000)]
    steps.append(SandboxStep(id="fails", source="1 / 0"))
    assert list(run_in_sandbox(Plain(), steps, {}, Limits()).errors) == ["fails"]
