"""Grades as files that Canvas and Moodle import.

A grade is exported when it is final: complete, and with no points that wait for a person. Others keep an empty cell, which an import
leaves as it is.

References
----------
Canvas, *How do I import grades in the Gradebook?*; Moodle, *Grade import*, https://docs.moodle.org/en/Grade_import.
"""

from collections.abc import Iterable, Mapping

from devopssim.course.grader.grades import Grade
from devopssim.course.grader.reports.tables import csv_text
from devopssim.course.grader.roster import Roster

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Username", "ID number", "First name", "Last name", "Email address")
NAMES: Mapping[str, tuple[str, ...]] = {
    "Student": ("student name", "name", "full name", "student"),
    "ID": ("canvas", "canvas id"),
    "SIS Login ID": ("login", "username"),
    "Username": ("login", "sis login id"),
    "ID number": ("idnumber", "sis user id"),
    "Email address": ("email", "e-mail", "mail"),
}
"""Other names under which a roster may hold a column."""


def canvas_csv(grades: Iterable[Grade], roster: Roster | None = None) -> str:
    """Return a CSV file for Canvas' gradebook, with the points possible in its second line.

    Parameters
    ----------
    grades : iterable of Grade
        Grades of one course.
    roster : Roster, optional
        Whose columns identify students; without it, the id is taken for the login.

    Returns
    -------
    str
        The file's text.

    Examples
    --------
    >>> print(canvas_csv([Grade(student="ada", assignment="delivery", cells=[])]).strip())
    Student,ID,SIS User ID,SIS Login ID,Section,delivery
    Points Possible,,,,,0
    ada,,,ada,,0
    """
    final = _final(grades)
    assignment = final[0].assignment if final else "course"
    most = max((grade.max_points for grade in final), default=0)
    rows: list[dict[str, object]] = [{"Student": "Points Possible", assignment: f"{most:g}"}]
    for grade in final:
        row = _row(grade.student, roster, CANVAS)
        row["Student"] = row["Student"] or grade.student
        if not row["ID"] and not row["SIS User ID"]:
            row["SIS Login ID"] = row["SIS Login ID"] or grade.student
        rows.append({**row, assignment: score(grade)})
    return csv_text((*CANVAS, assignment), rows)


def moodle_csv(grades: Iterable[Grade], roster: Roster | None = None) -> str:
    """Return a CSV file for Moodle's grade import.

    Parameters
    ----------
    grades : iterable of Grade
        Grades of one course.
    roster : Roster, optional
        Whose columns identify students; without it, the id is taken for the user name.

    Returns
    -------
    str
        The file's text.

    Examples
    --------
    >>> print(moodle_csv([Grade(student="ada", assignment="delivery", cells=[])]).strip())
    Username,ID number,First name,Last name,Email address,delivery,Feedback
    ada,,,,,0,
    """
    final = _final(grades)
    assignment = final[0].assignment if final else "course"
    rows = []
    for grade in final:
        row = _row(grade.student, roster, MOODLE)
        if not any(row.values()):
            row["Username"] = grade.student
        feedback = f"not graded: {grade.not_graded}" if grade.not_graded else "; ".join(grade.remarks)
        rows.append({**row, assignment: score(grade), "Feedback": feedback})
    return csv_text((*MOODLE, assignment, "Feedback"), rows)


def score(grade: Grade) -> str:
    """Return the points of a final grade, an empty text for one that is incomplete or waits for a person.

    Examples
    --------
    >>> score(Grade(student="ada", assignment="delivery", cells=[], trouble="no engine"))
    ''
    """
    return "" if grade.not_graded or grade.waiting_points else f"{round(grade.points, 4):g}"


def _final(grades: Iterable[Grade]) -> list[Grade]:
    """Return the grades that count: earlier attempts are left out."""
    return [grade for grade in grades if not grade.whose]


def _row(student: str, roster: Roster | None, columns: Iterable[str]) -> dict[str, object]:
    """Return what the roster says of a student, by the gradebook's columns."""
    known = {name.strip().lower(): text for name, text in (roster.rows.get(student, {}) if roster else {}).items()}
    return {column: next((known[name] for name in _names_of(column) if known.get(name)), "") for column in columns}


def _names_of(column: str) -> tuple[str, ...]:
    """Return the names under which a roster may hold a column; its `student` holds the id, so a name is preferred."""
    return NAMES[column] if column == "Student" else (column.lower(), *NAMES.get(column, ()))
