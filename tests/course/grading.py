"""What tests of grading share: a course that is read once, grades without a sandbox, and a sandbox that is broken."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from devopssim.course.author import Source
from devopssim.course.grader.grades import CheckResult, Grade
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.placement import find_submissions
from devopssim.course.grader.sandbox import Limits, SandboxError
from devopssim.course.grader.sandbox.plain import Plain
from devopssim.course.grader.sandbox.protocol import Started


def graded(course: Source, path: Path, key: bytes | None = None) -> Grade:
    return Grader(source=course, sandbox=Plain(), key=key).grade(find_submissions([path])[0])


def by_exercise(grade: Grade) -> dict[str, CheckResult]:
    return {check.exercise: check for cell in grade.cells for check in cell.checks}


@dataclass(frozen=True)
class Broken:
    """A sandbox whose engine went away."""

    name: str = "broken"
    folder: str | None = None
    closed: bool = True
    uid: int | None = None

    @staticmethod
    def prepared(imports: Sequence[str]) -> AbstractContextManager[None]:  # noqa: ARG004 - as all sandboxes
        return nullcontext()

    def start(self, limits: Limits) -> Started:
        raise SandboxError(f"no engine for {limits.memory_mb} MB.")
