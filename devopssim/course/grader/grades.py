"""Grades: what one submission is worth, check by check, and their form as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Verdict = Literal["passed", "partly", "failed", "waiting"]
Points: TypeAlias = int | float
"""An integer stays one when a stored grade is read again, so that reports are equal character by character."""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One expectation, judged.

    Parameters
    ----------
    exercise, title : str
        The exercise's id and title.
    expected : str
        What is expected, in words that leave the answer open.
    verdict : {"passed", "partly", "failed", "waiting"}
        `waiting` if a person, or a machine with a lab, still has to judge it.
    points, max_points : float
        What it is worth, and could be worth.
    remark : str
        What came, or what is wrong with it.
    hint : str, default ""
        A hint for an answer that is not fully right.
    """

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
    """One graded cell.

    Parameters
    ----------
    notebook : str
        The notebook's name without `.ipynb`.
    grade_id : str
        nbgrader's id of the cell.
    points, max_points : float
        What it is worth, and could be worth.
    checks : sequence of CheckResult
        One for each expectation.
    manual : bool, default False
        Whether a person grades the cell.
    answer : str, default ""
        The text of a written answer.
    """

    notebook: str
    grade_id: str
    points: Points
    max_points: Points
    checks: Sequence[CheckResult] = ()
    manual: bool = False
    answer: str = ""

    @property
    def waiting(self) -> bool:
        """Whether a check of the cell still waits for a person."""
        return any(check.verdict == "waiting" for check in self.checks)


@dataclass(frozen=True, kw_only=True)
class Grade:
    """One submission's grade.

    Parameters
    ----------
    student : str
        The student's id.
    assignment : str
        The course's name.
    cells : sequence of CellGrade
        The graded cells of all notebooks.
    remarks : sequence of str
        What was odd about the submission.
    seconds : float, default 0
        Elapsed time of grading.
    sandbox : str, default ""
        Where the student's code ran.
    trouble : str, default ""
        Why the grader itself failed; the grade then means nothing about the student's work.

    Examples
    --------
    >>> cell = CellGrade(notebook="01-values", grade_id="test-01-a", points=1.5, max_points=2)
    >>> grade = Grade(student="ada", assignment="delivery", cells=[cell])
    >>> grade.points, grade.max_points, grade.waiting_points
    (1.5, 2, 0)
    """

    student: str
    assignment: str
    cells: Sequence[CellGrade]
    remarks: Sequence[str] = ()
    seconds: float = 0
    sandbox: str = ""
    trouble: str = ""

    @property
    def points(self) -> float:
        """The sum of the cells' points."""
        return sum(cell.points for cell in self.cells)

    @property
    def max_points(self) -> float:
        """The largest possible sum."""
        return sum(cell.max_points for cell in self.cells)

    @property
    def waiting_points(self) -> float:
        """The sum of the points that still wait for a person."""
        return sum(check.max_points for cell in self.cells for check in cell.checks if check.verdict == "waiting")

    def to_json(self) -> dict[str, Any]:
        """Return the grade as plain values: dictionaries, lists, texts and numbers."""
        return asdict(self)


def verdict_of(share: float) -> Verdict:
    """Return the verdict for a share of the points.

    Examples
    --------
    >>> [verdict_of(share) for share in (0, 0.5, 1)]
    ['failed', 'partly', 'passed']
    """
    return "passed" if share >= 1 else "partly" if share > 0 else "failed"
