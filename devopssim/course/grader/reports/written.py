"""Written answers: a page for each question, for a person to grade; the points come back from a CSV file.

A mark belongs to the text it was given for. All marks are kept in `written/marks.json`, so that neither a new text, nor another
batch, nor a table that somebody saves without its last column loses one.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

import msgspec

from devopssim.course.grader.batch import file_name
from devopssim.course.grader.grades import CellGrade, Grade, verdict_of
from devopssim.course.grader.reports.pages import render
from devopssim.course.grader.reports.tables import harmless, unharmed
from devopssim.course.grader.roster import read_table
from devopssim.errors import InvalidInputError
from devopssim.files import write_text

FOLDER: Final = "written"
POINTS: Final = "points.csv"
LEDGER: Final = "marks.json"
COLUMNS: Final = ("student_id", "notebook", "grade_id", "max_points", "points", "comment")
ALL_COLUMNS: Final = (*COLUMNS, "text", "earlier")
"""`text` names the text that a mark is for, `earlier` shows the mark of an earlier text."""
Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The points that a person gave for an answer, with a comment for the student.

    Parameters
    ----------
    points : float
        The points.
    comment : str, default ""
        The comment.
    text : str, default ""
        Digest of the text that the mark is for; empty for whichever text there is.
    """

    points: float
    comment: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """All marks of one answer by the digest of its text, the newest last, and the text that was last shown for grading."""

    student: str
    notebook: str
    grade_id: str
    shown: str = ""
    marks: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """The student's id, the notebook's name and the grade id."""
        return self.student, self.notebook, self.grade_id


def write(grades: Sequence[Grade], out: Path) -> list[Path]:
    """Write `written/QUESTION.html` for each question, and `written/points.csv` with a row for each answer that a person grades.

    The marks are those of `written/marks.json`. Without such answers, nothing is written.
    """
    keep_marks(out, grades)  # a table that was filled in meanwhile
    ledger = _ledger(out)
    rows = [
        (grade, cell)
        for grade in grades
        for cell in grade.cells
        if cell.waiting
        or (cell.manual and (cell.answer or cell.images))
        or (grade.student, cell.notebook, cell.grade_id) in ledger
    ]
    if not rows:
        return []
    folder = out / FOLDER
    folder.mkdir(exist_ok=True)
    paths = []
    for notebook, grade_id in dict.fromkeys((cell.notebook, cell.grade_id) for _, cell in rows):
        answers = [(grade, cell) for grade, cell in rows if (cell.notebook, cell.grade_id) == (notebook, grade_id)]
        paths.append(folder / f"{file_name(f'{notebook}-{grade_id}')}.html")
        write_text(paths[-1], render("written.html", notebook=notebook, grade_id=grade_id, answers=answers))
    path = marks_path(out)
    write_text(path, _table(rows, ledger))
    return [*paths, path]


def marks_path(out: Path) -> Path:
    """Return where the reports in a folder keep the points that people give.

    Parameters
    ----------
    out : Path
        The folder of the reports.

    Returns
    -------
    Path
        The path of `points.csv`.

    Examples
    --------
    >>> marks_path(Path("results")).as_posix()
    'results/written/points.csv'
    """
    return out / FOLDER / POINTS


def read_marks(path: Path) -> dict[Key, Mark]:
    r"""Return the marks of a `points.csv` that a person filled in, as a spreadsheet saves it; rows without points are skipped.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict of (str, str, str) to Mark
        Marks by student's id, notebook's name and grade id.

    Raises
    ------
    InvalidInputError
        For an unreadable file, a missing column, two different marks of one answer, or points outside [0, `max_points`], with the line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "points.csv")
    ...     _ = path.write_text(";".join(COLUMNS) + "\nada;01-values;01-e;2;1,5;Well put.\n")
    ...     read_marks(path)
    {('ada', '01-values', '01-e'): Mark(points=1.5, comment='Well put.', text='')}
    """
    marks: dict[Key, Mark] = {}
    header, lines = read_table(path)
    if lacking := [column for column in COLUMNS if column not in header]:
        raise InvalidInputError(f"{path}: the column {lacking[0]!r} is missing; keep the columns {', '.join(COLUMNS)}.")
    for line, row in lines:
        if not row["points"].strip():
            continue
        key = (unharmed(row["student_id"]), unharmed(row["notebook"]), unharmed(row["grade_id"]))
        mark = Mark(
            points=_points(row["points"], row["max_points"], f"{path}, line {line}"),
            comment=unharmed(row["comment"]),
            text=row.get("text", "").removeprefix("text-"),
        )
        if key in marks and marks[key].text == mark.text and marks[key].points != mark.points:
            raise InvalidInputError(
                f"{path}, line {line}: {key[0]} has {mark.points:g} points for {key[2]} here and {marks[key].points:g} above; keep one."
            )
        marks[key] = mark
    return marks


def keep_marks(out: Path, grades: Sequence[Grade], files: Sequence[Path] = ()) -> tuple[dict[Key, Mark], list[str]]:
    """Add the marks of the report's own table and of further ones to those that are kept, and return what holds for the grades.

    Parameters
    ----------
    out : Path
        The folder of the reports.
    grades : sequence of Grade
        All grades of the report.
    files : sequence of Path, default ()
        Tables that people filled in elsewhere; they prevail over the report's own.

    Returns
    -------
    tuple of dict and list of str
        A mark for each answer that has one: of its present text, else the newest of an earlier text; and a sentence for each mark
        that fits no answer.

    Raises
    ------
    InvalidInputError
        For a malformed table, or two tables with different points for one text.
    """
    ledger = _ledger(out)
    own = marks_path(out)
    cells = {(grade.student, cell.notebook, cell.grade_id): cell for grade in grades for cell in grade.cells}
    spelled = _spellings(cells)
    unknown: list[str] = []
    given: dict[tuple[Key, str], tuple[float, Path]] = {}
    for path in [*([own] if own.exists() else []), *files]:
        for read_key, mark in read_marks(path).items():
            key = spelled.get(_plain(read_key), read_key)
            if key not in cells:
                unknown.append(
                    f"{path}: {mark.points:g} points for {' '.join(read_key)} fit no answer of this report; they are kept."
                )
            row = ledger.get(key, LedgerRow(student=key[0], notebook=key[1], grade_id=key[2]))
            text = mark.text or row.shown or (cells[key].text_id if key in cells else "")
            before = given.get((key, text))
            if before is not None and before[1] != own and before[0] != mark.points:
                raise InvalidInputError(
                    f"{key[0]} has {before[0]:g} points for {key[2]} in {before[1]} and {mark.points:g} in {path}; keep one."
                )
            given[key, text] = (mark.points, path)
            others = {other: kept for other, kept in row.marks.items() if other != text}
            newest = {text: replace(mark, text=text)}
            ledger[key] = replace(
                row, marks={**others, **newest} if path != own or text not in row.marks else {**row.marks, **newest}
            )
    for key, cell in cells.items():
        if cell.waiting or (cell.manual and (cell.answer or cell.images)):
            row = ledger.get(key, LedgerRow(student=key[0], notebook=key[1], grade_id=key[2]))
            ledger[key] = replace(row, shown=cell.text_id)
    if ledger:
        (out / FOLDER).mkdir(parents=True, exist_ok=True)
        rows = [asdict(row) for row in ledger.values()]
        write_text(out / FOLDER / LEDGER, json.dumps(rows, indent=1) + "\n")
    holding = {
        key: row.marks.get(cells[key].text_id) or list(row.marks.values())[-1]
        for key, row in ledger.items()
        if key in cells and row.marks
    }
    return holding, unknown


def apply_marks(grades: Iterable[Grade], marks: Mapping[Key, Mark]) -> list[Grade]:
    """Return the grades with a person's points in place of those that waited.

    Parameters
    ----------
    grades : iterable of Grade
        The grades.
    marks : mapping of (str, str, str) to Mark
        Marks by student's id, notebook's name and grade id, as `keep_marks` returns them.

    Returns
    -------
    list of Grade
        New grades; cells without a mark, and cells that neither wait nor are graded by a person, are unchanged. A mark of an earlier
        text is shown, and the answer still waits.

    Examples
    --------
    >>> from devopssim.course.grader.grades import CheckResult
    >>> check = CheckResult(
    ...     exercise="01-e", title="Why", expected="an answer", verdict="waiting", points=0, max_points=2, remark=""
    ... )
    >>> cell = CellGrade(notebook="01-values", grade_id="01-e", points=0, max_points=2, checks=[check], manual=True)
    >>> [marked] = apply_marks(
    ...     [Grade(student="ada", assignment="delivery", cells=[cell])], {("ada", "01-values", "01-e"): Mark(points=1.5)}
    ... )
    >>> marked.points
    1.5
    """
    return [replace(grade, cells=[_marked(grade, cell, marks) for cell in grade.cells]) for grade in grades]


def _marked(grade: Grade, cell: CellGrade, marks: Mapping[Key, Mark]) -> CellGrade:
    """Return a cell with a person's points, handed out to its waiting checks in order, each up to its maximum."""
    key = (grade.student, cell.notebook, cell.grade_id)
    mark = marks.get(key) or marks.get(_in_table(key))
    if mark is None or not (cell.waiting or cell.manual):
        return cell
    if mark.text not in {"", cell.text_id}:
        return _still_waiting(cell, mark)
    left, checks = mark.points, []
    for check in cell.checks:
        if check.verdict == "waiting":
            given = min(left, check.max_points)
            left -= given
            share = given / check.max_points if check.max_points else 1
            remark = mark.comment or "graded by a person."
            checks.append(replace(check, verdict=verdict_of(share), points=given, remark=remark))
        else:
            checks.append(check)
    return replace(cell, checks=checks, points=sum(check.points for check in checks))


def _still_waiting(cell: CellGrade, mark: Mark) -> CellGrade:
    """Return a cell whose mark was given for another text: it waits again, and the old mark is shown."""
    earlier = f"{mark.points:g}" + (f": {mark.comment}" if mark.comment else "")
    remark = f"waits for a person: the text is new since {mark.points:g} points were given."
    checks = [replace(check, remark=remark) if check.verdict == "waiting" else check for check in cell.checks]
    return replace(cell, checks=checks, earlier=earlier)


def _ledger(out: Path) -> dict[Key, LedgerRow]:
    """Return the marks that are kept, by answer; none without the file."""
    path = out / FOLDER / LEDGER
    try:
        rows = msgspec.convert(json.loads(path.read_bytes()), list[LedgerRow])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            f"{path}: the marks that people gave cannot be read ({error}); restore the file, or move it away to begin without them."
        ) from error
    return {row.key: row for row in rows}


def _in_table(key: Key) -> Key:
    """Return a key as it reads in the table, without control characters."""
    student, notebook, grade_id = (unharmed(harmless(part)) for part in key)
    return student, notebook, grade_id


def _plain(key: Key) -> Key:
    """Return a key as a spreadsheet may have rewritten it: without zeros before a number and blanks around it."""
    student, notebook, grade_id = (part.strip() for part in _in_table(key))
    return (student.lstrip("0") or "0") if student.isdigit() else student, notebook.lstrip("0"), grade_id


def _spellings(keys: Iterable[Key]) -> dict[Key, Key]:
    """Return keys by what a spreadsheet may make of them; those that are no longer told apart are left out."""
    spelled: dict[Key, list[Key]] = {}
    for key in keys:
        spelled.setdefault(_plain(key), []).append(key)
    return {plain: fitting[0] for plain, fitting in spelled.items() if len(fitting) == 1}


def _points(text: str, most: str, location: str) -> float:
    """Read a person's points, with a comma or a point as decimal mark."""
    try:
        points, allowed = float(text.strip().replace(",", ".")), float(most.strip().replace(",", "."))
    except ValueError as error:
        raise InvalidInputError(f"{location}: points={text!r} must be a number; write for example 1.5.") from error
    if not 0 <= points <= allowed:
        raise InvalidInputError(f"{location}: points={points:g} must lie between 0 and {allowed:g}.")
    return points


def _table(rows: Iterable[tuple[Grade, CellGrade]], ledger: Mapping[Key, LedgerRow]) -> str:
    """Return `points.csv` with a row for each answer that a person grades, and the marks that are there already."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(ALL_COLUMNS)
    for grade, cell in rows:
        row = ledger.get((grade.student, cell.notebook, cell.grade_id))
        mark = row.marks.get(cell.text_id) if row else None
        most = sum(check.max_points for check in cell.checks if check.verdict == "waiting") or cell.max_points
        cells = [
            grade.student,
            cell.notebook,
            cell.grade_id,
            f"{most:g}",
            f"{mark.points:g}" if mark else "",
            mark.comment if mark else "",
        ]
        writer.writerow([harmless(value) for value in (*cells, f"text-{cell.text_id}", cell.earlier)])
    return stream.getvalue()
