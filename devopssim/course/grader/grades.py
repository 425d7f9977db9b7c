"""Grades: what one submission is worth, check by check, and their form as JSON."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, TypeAlias

from devopssim.course.grader.similarity import AnswerPrint

LONGEST_REMARK: Final = 600
"""Characters of a remark: what a student's code names or raises can be megabytes long."""
MOST_REMARKS: Final = 60
Verdict = Literal["passed", "partly", "failed", "waiting", "ungraded"]
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
    verdict : {"passed", "partly", "failed", "waiting", "ungraded"}
        `waiting` if a person, or a machine with a lab, still has to judge it; `ungraded` if the answer could not be read.
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
    images : mapping of str to str, default empty
        Pictures of a written answer as data URIs, by name.
    earlier : str, default ""
        The mark that a person gave for an earlier text of the answer.
    """

    notebook: str
    grade_id: str
    points: Points
    max_points: Points
    checks: Sequence[CheckResult] = ()
    manual: bool = False
    answer: str = ""
    images: Mapping[str, str] = field(default_factory=dict)
    earlier: str = ""

    @property
    def text_id(self) -> str:
        """A short digest of the written answer and its pictures; a person's mark belongs to it."""
        text = " ".join(self.answer.split()) + "".join(self.images.values())
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]

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
    ungraded : mapping of str to str, default empty
        Why a notebook's answers could not be read, by notebook; its points mean nothing about the student's work.
    timed_out : bool, default False
        Whether a limit of time ended some of the student's code, which can be due to other work on the machine.
    whose : str, default ""
        The student, where `student` names one of several attempts.
    answers : mapping of str to AnswerPrint, default empty
        A print of each answer that was worked on, by exercise, to find answers that are alike.

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
    ungraded: Mapping[str, str] = field(default_factory=dict)
    timed_out: bool = False
    whose: str = ""
    answers: Mapping[str, AnswerPrint] = field(default_factory=dict)

    @property
    def not_graded(self) -> str:
        """Why the points mean nothing about the student's work, in whole or in part; empty if they do."""
        return self.trouble or "; ".join(f"{notebook}: {reason}" for notebook, reason in self.ungraded.items())

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


def cut(text: str, most: int = LONGEST_REMARK) -> str:
    """Return a text of at most `most` characters, its end replaced where it is longer, without characters that act on a reader's screen.

    Control characters, marks of writing direction and lone surrogates are replaced.

    Examples
    --------
    >>> cut("a long remark", 8)
    'a long …'
    """
    short = text if len(text) <= most else f"{text[: most - 1]}…"
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in short)


def verdict_of(share: float) -> Verdict:
    """Return the verdict for a share of the points.

    Examples
    --------
    >>> [verdict_of(share) for share in (0, 0.5, 1)]
    ['failed', 'partly', 'passed']
    """
    return "passed" if share >= 1 else "partly" if share > 0 else "failed"
