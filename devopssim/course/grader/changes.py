"""What a new grading of the same submissions changes, and for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from devopssim.course.grader.grades import Grade


@dataclass(frozen=True, kw_only=True)
class PointChange:
    """Other points for one exercise of one student.

    Parameters
    ----------
    student, exercise : str
        The student's id and the exercise's.
    before, after : float
        The points.
    whole_before, whole_after : float
        All points of the student.
    """

    student: str
    exercise: str
    before: float
    after: float
    whole_before: float
    whole_after: float

    def __str__(self) -> str:
        """Return the change on one line."""
        return (
            f"{self.student}: {self.exercise} {self.before:g} → {self.after:g} points "
            f"(in all {self.whole_before:g} → {self.whole_after:g})"
        )


def changes(before: Iterable[Grade], after: Iterable[Grade]) -> list[PointChange]:
    """Return what differs between two gradings, by student and exercise; students of one grading only are left out.

    Parameters
    ----------
    before, after : iterable of Grade
        The two gradings.

    Returns
    -------
    list of PointChange
        In the order of `after`.

    Examples
    --------
    >>> changes([], [Grade(student="ada", assignment="delivery", cells=[])])
    []
    """
    earlier = {grade.student: grade for grade in before}
    found = []
    for grade in after:
        old = earlier.get(grade.student)
        if old is None:
            continue
        was, now = _points(old), _points(grade)
        found += [
            PointChange(
                student=grade.student,
                exercise=exercise,
                before=was.get(exercise, 0.0),
                after=now.get(exercise, 0.0),
                whole_before=old.points,
                whole_after=grade.points,
            )
            for exercise in {**was, **now}
            if abs(was.get(exercise, 0.0) - now.get(exercise, 0.0)) > 1e-9
        ]
    return found


def _points(grade: Grade) -> Mapping[str, float]:
    """Return the points of each exercise."""
    points: dict[str, float] = {}
    for cell in grade.cells:
        for check in cell.checks:
            points[check.exercise] = points.get(check.exercise, 0.0) + check.points
    return points
