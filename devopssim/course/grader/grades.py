"""Grades: what one submission is worth, check by check, and their form as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Verdict = Literal["passed", "partly", "failed", "waiting"]
Points: TypeAlias = int | float
"""A whole number stays one when a grade is read again, so that reports are the same to the letter."""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One expectation, judged. `waiting` means that a person, or a machine with a lab, has yet to look."""

    exercise: str
    title: str
    expected: str
    verdict: Verdict
    points: Points
    max_points: Points
    remark: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class CellGrade:
    """One graded cell. `answer` is the text of a written answer."""

    notebook: str
    grade_id: str
    points: Points
    max_points: Points
    checks: Sequence[CheckResult] = ()
    manual: bool = False
    answer: str = ""

    @property
    def waiting(self) -> bool:
        """Whether a person has yet to look."""
        return any(check.verdict == "waiting" for check in self.checks)


@dataclass(frozen=True, kw_only=True)
class Grade:
    """One submission's grade. With `trouble`, the grader itself failed, and nothing is said about the student's work."""

    student: str
    assignment: str
    cells: Sequence[CellGrade]
    remarks: Sequence[str] = ()
    seconds: float = 0
    sandbox: str = ""
    trouble: str = ""

    @property
    def points(self) -> float:
        """What it is worth."""
        return sum(cell.points for cell in self.cells)

    @property
    def max_points(self) -> float:
        """What it could be worth."""
        return sum(cell.max_points for cell in self.cells)

    @property
    def waiting_points(self) -> float:
        """Points that wait for a person."""
        return sum(check.max_points for cell in self.cells for check in cell.checks if check.verdict == "waiting")

    def to_json(self) -> dict[str, Any]:
        """Return the grade as plain values."""
        return asdict(self)


def verdict_of(share: float) -> Verdict:
    """Name a share of the points."""
    return "passed" if share >= 1 else "partly" if share > 0 else "failed"
