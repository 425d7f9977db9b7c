"""Grades as tables: for the terminal, and as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from devopssim.course.grader.grades import Grade

NBGRADER_COLUMNS: Final = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip
"""What nbgrader's own CSV exporter writes, in its order."""

CHECK_COLUMNS: Final = ("student_id", "notebook", "grade_id", "exercise", "verdict", "points", "max_points", "remark")
LONGEST_NAME: Final = 32
COLUMN: Final = 6
"""Characters of a column for a notebook: with twelve of them a line fits a terminal."""


def terminal_table(grades: Sequence[Grade]) -> str:
    """Return a table with a line for each student and a last line about the sandbox.

    Parameters
    ----------
    grades : sequence of Grade
        The grades.

    Returns
    -------
    str
        Columns of equal width: student, points by notebook, all points, seconds.

    Examples
    --------
    >>> print(terminal_table([Grade(student="ada", assignment="delivery", cells=[], sandbox="container")]))
    student          points    s
    ada                 0/0    0
    1 graded; students' code ran in: container.
    """
    notebooks = list(dict.fromkeys(cell.notebook for grade in grades for cell in grade.cells))
    width = max([len("student"), *(len(printable(grade.student)) for grade in grades)])
    head = ["student".ljust(width), *(name.rjust(COLUMN) for name in _short(notebooks)), "points".rjust(14), "  s"]
    lines = ["  ".join(head)]
    for grade in grades:
        lines.append("  ".join([printable(grade.student).ljust(width), *_numbers(grade, notebooks)]))
        lines += [f"  {grade.trouble}"] if grade.trouble else []
    sandboxes = ", ".join(sorted({_named(grade.sandbox) for grade in grades if grade.sandbox}))
    return "\n".join([*lines, f"{len(grades)} graded; students' code ran in: {sandboxes}."])


def printable(text: str) -> str:
    r"""Return the first `LONGEST_NAME` characters of a student's text without control characters, which a terminal would obey.

    A double colon is broken up: GitHub's log takes `::error::` for a command.

    Examples
    --------
    >>> printable("ada\x1b[2J")
    'ada?[2J'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text.replace("::", ": :"))[:LONGEST_NAME]


def grades_csv(grades: Iterable[Grade]) -> str:
    """Return the grades with nbgrader's columns; dates and names, unknown to the grader, are empty.

    A grade with `trouble` is left out, because its points mean nothing.
    """
    rows = (
        {
            "assignment": grade.assignment, "student_id": grade.student, "raw_score": grade.points,
            "late_submission_penalty": 0.0, "score": grade.points, "max_score": grade.max_points,
        }
        for grade in grades
        if not grade.trouble
    )  # fmt: skip
    return _csv(NBGRADER_COLUMNS, rows)


def checks_csv(grades: Iterable[Grade]) -> str:
    """Return a row for each check of each student."""
    rows = (
        {
            "student_id": grade.student, "notebook": cell.notebook, "grade_id": cell.grade_id, "exercise": check.exercise,
            "verdict": check.verdict, "points": check.points, "max_points": check.max_points, "remark": check.remark,
        }
        for grade in grades
        for cell in grade.cells
        for check in cell.checks
    )  # fmt: skip
    return _csv(CHECK_COLUMNS, rows)


def _short(notebooks: Sequence[str]) -> list[str]:
    """Return short headings: what precedes the first hyphen (`02` of `02-waterfall`) if it is unique, else the first characters."""
    numbers = [name.partition("-")[0][:COLUMN] for name in notebooks]
    return numbers if len(set(numbers)) == len(notebooks) else [name[:COLUMN] for name in notebooks]


def _numbers(grade: Grade, notebooks: Sequence[str]) -> list[str]:
    """Return the cells of a student's line: points by notebook, all points with those that wait, seconds."""
    if grade.trouble:
        return ["NOT GRADED"]
    of = {name: sum(cell.points for cell in grade.cells if cell.notebook == name) for name in notebooks}
    waits = f" +{grade.waiting_points:g}?" if grade.waiting_points else ""
    whole = f"{round(grade.points, 2):g}/{grade.max_points:g}{waits}"
    return [*(f"{round(of[name], 2):{COLUMN}g}" for name in notebooks), whole.rjust(14), f"{grade.seconds:3.0f}"]


def _named(sandbox: str) -> str:
    return "NO SANDBOX" if sandbox == "none" else sandbox


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
    return stream.getvalue()


def _harmless(value: Any) -> Any:
    """Return a text with an apostrophe before it where a spreadsheet would read a formula.

    References
    ----------
    OWASP, *CSV Injection*, https://owasp.org/www-community/attacks/CSV_Injection.
    """
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode()
        return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
    return value
