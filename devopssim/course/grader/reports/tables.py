"""Grades as tables: for the terminal, and as CSV."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
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
        lines += [f"  {line}" for line in _not_graded(grade)]
    sandboxes = ", ".join(sorted({_named(grade.sandbox) for grade in grades if grade.sandbox}))
    incomplete = sum(bool(grade.not_graded) for grade in grades)
    graded = f"{len(grades) - incomplete} graded" + (f", {incomplete} NOT GRADED" if incomplete else "")
    return "\n".join([*lines, f"{graded}; students' code ran in: {sandboxes or 'no sandbox was needed'}."])


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

    What was not graded, in whole or in part, has empty scores, because its points mean nothing.
    """
    rows = (
        {
            "assignment": grade.assignment, "student_id": grade.student, "late_submission_penalty": 0.0,
            "raw_score": "" if grade.not_graded else grade.points, "score": "" if grade.not_graded else grade.points,
            "max_score": grade.max_points,
        }
        for grade in grades
    )  # fmt: skip
    return csv_text(NBGRADER_COLUMNS, rows)


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
    return csv_text(CHECK_COLUMNS, rows)


def _not_graded(grade: Grade) -> list[str]:
    """Return why a grade is incomplete, a line for each reason."""
    reasons = [grade.trouble] if grade.trouble else []
    reasons += [f"not graded: {notebook}: {reason}" for notebook, reason in grade.ungraded.items()]
    return [
        "".join(letter if letter.isprintable() else "?" for letter in reason.replace("::", ": :")) for reason in reasons
    ]


def _short(notebooks: Sequence[str]) -> list[str]:
    """Return short headings: what precedes the first hyphen (`02` of `02-waterfall`) if it is unique, else the first characters."""
    numbers = [name.partition("-")[0][:COLUMN] for name in notebooks]
    return numbers if len(set(numbers)) == len(notebooks) else [name[:COLUMN] for name in notebooks]


def _numbers(grade: Grade, notebooks: Sequence[str]) -> list[str]:
    """Return the cells of a student's line: points by notebook, all points with those that wait, seconds."""
    if grade.trouble or (grade.ungraded and len(grade.ungraded) == len(notebooks)):
        return ["NOT GRADED"]
    of = {name: sum(cell.points for cell in grade.cells if cell.notebook == name) for name in notebooks}
    waits = f" +{grade.waiting_points:g}?" if grade.waiting_points else ""
    whole = f"{round(grade.points, 2):g}/{grade.max_points:g}{waits}"
    shown = ["?".rjust(COLUMN) if name in grade.ungraded else f"{round(of[name], 2):{COLUMN}g}" for name in notebooks]
    return [*shown, whole.rjust(14), f"{grade.seconds:3.0f}"]


def _named(sandbox: str) -> str:
    return "NO SANDBOX" if sandbox == "none" else sandbox


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    r"""Return rows as CSV, each text made harmless for spreadsheets; a missing cell is empty.

    Examples
    --------
    >>> csv_text(["a", "b"], [{"a": "=1"}])
    "a,b\n'=1,\n"
    """
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: harmless(value) for key, value in row.items()} for row in rows)
    return stream.getvalue()


FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width signs count, too


def harmless(value: Any) -> Any:
    r"""Return a text with an apostrophe before it where a spreadsheet would read a formula, and without control characters.

    A separator within a text starts a cell in a spreadsheet of another language, so a sign after one counts, too.

    References
    ----------
    OWASP, *CSV Injection*, https://owasp.org/www-community/attacks/CSV_Injection.

    Examples
    --------
    >>> harmless("=1+1"), harmless("a;=1+1"), harmless("'t Hooft")
    ("'=1+1", 'a; =1+1', "''t Hooft")
    """
    if not isinstance(value, str):
        return value
    text = "".join(letter if letter.isprintable() or letter in "\t\n\r" else "�" for letter in value)
    text = re.sub(r"([;,\t])(?=[=+\-@])", r"\1 ", text)
    return f"'{text}" if text.startswith(FORMULA) else text


def unharmed(text: str) -> str:
    """Return a text as it was before `harmless` put an apostrophe before it.

    Examples
    --------
    >>> unharmed("'=1+1"), unharmed("''t Hooft"), unharmed("'t Hooft")
    ('=1+1', "'t Hooft", "'t Hooft")
    """
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
