"""Written answers: one page for each question, for a person to grade; the points come back from a CSV file."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from devopssim.course.grader.grades import CellGrade, Grade, verdict_of
from devopssim.course.grader.reports.pages import render
from devopssim.errors import InvalidInputError
from devopssim.files import write_text

FOLDER: Final = "written"
POINTS: Final = "points.csv"
COLUMNS: Final = ("student_id", "notebook", "grade_id", "max_points", "points", "comment")
Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a person gave for an answer."""

    points: float
    comment: str = ""


def write(grades: Sequence[Grade], out: Path) -> list[Path]:
    """Write `written/QUESTION.html` for each question, and `written/points.csv` with a row for each answer that waits.

    Points that are already in that file stay in it.
    """
    waiting = [
        (grade, cell) for grade in grades for cell in grade.cells if cell.waiting or (cell.manual and cell.answer)
    ]
    if not waiting:
        return []
    folder = out / FOLDER
    folder.mkdir(exist_ok=True)
    paths = []
    for notebook, grade_id in dict.fromkeys((cell.notebook, cell.grade_id) for _, cell in waiting):
        answers = [(grade, cell) for grade, cell in waiting if (cell.notebook, cell.grade_id) == (notebook, grade_id)]
        paths.append(folder / f"{notebook}-{grade_id}.html")
        write_text(paths[-1], render("written.html", notebook=notebook, grade_id=grade_id, answers=answers))
    path = marks_path(out)
    write_text(path, _table(waiting, read_marks(path) if path.exists() else {}))
    return [*paths, path]


def marks_path(out: Path) -> Path:
    """Return where a report keeps the points that people give."""
    return out / FOLDER / POINTS


def read_marks(path: Path) -> dict[Key, Mark]:
    """Return the marks of a `points.csv` that a person filled in. Raises InvalidInputError, with the line, for a bad one."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{path}: cannot be read ({error}); it is the {POINTS} that grading wrote, with points filled in."
        ) from error
    marks: dict[Key, Mark] = {}
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if lacking := set(COLUMNS) - set(rows.fieldnames or ()):
        raise InvalidInputError(
            f"{path}: the column {min(lacking)!r} is missing; keep the columns {', '.join(COLUMNS)}."
        )
    for line, row in enumerate(rows, start=2):
        if (row["points"] or "").strip():
            key = (row["student_id"].removeprefix("'"), row["notebook"], row["grade_id"])
            marks[key] = Mark(
                points=_points(row["points"], row["max_points"], f"{path}, line {line}"), comment=row["comment"] or ""
            )
    return marks


def apply_marks(grades: Iterable[Grade], marks: Mapping[Key, Mark]) -> list[Grade]:
    """Return the grades with a person's points in place of what waited."""
    return [replace(grade, cells=[_marked(grade, cell, marks) for cell in grade.cells]) for grade in grades]


def _marked(grade: Grade, cell: CellGrade, marks: Mapping[Key, Mark]) -> CellGrade:
    mark = marks.get((grade.student, cell.notebook, cell.grade_id))
    if mark is None or not (cell.waiting or cell.manual):
        return cell
    left, checks = mark.points, []
    for check in cell.checks:
        if check.verdict == "waiting":
            given = min(left, check.max_points)
            left -= given
            remark = mark.comment or "graded by a person."
            checks.append(
                replace(
                    check,
                    verdict=verdict_of(given / check.max_points if check.max_points else 1),
                    points=given,
                    remark=remark,
                )
            )
        else:
            checks.append(check)
    return replace(cell, checks=checks, points=sum(check.points for check in checks))


def _points(text: str, most: str, place: str) -> float:
    try:
        points, allowed = float(text.replace(",", ".")), float(most)
    except ValueError as error:
        raise InvalidInputError(f"{place}: points={text!r} must be a number; write for example 1.5.") from error
    if not 0 <= points <= allowed:
        raise InvalidInputError(f"{place}: points={points:g} must lie between 0 and {allowed:g}.")
    return points


def _table(waiting: Iterable[tuple[Grade, CellGrade]], marks: Mapping[Key, Mark]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for grade, cell in waiting:
        mark = marks.get((grade.student, cell.notebook, cell.grade_id))
        student = f"'{grade.student}" if grade.student[:1] in "=+-@" else grade.student
        most = sum(check.max_points for check in cell.checks if check.verdict == "waiting") or cell.max_points
        writer.writerow(
            [
                student,
                cell.notebook,
                cell.grade_id,
                f"{most:g}",
                f"{mark.points:g}" if mark else "",
                mark.comment if mark else "",
            ]
        )
    return stream.getvalue()
