"""Marks that people give: kept for good, for the text they were given for."""

import csv
import io
from pathlib import Path

import msgspec
import pytest

from devopssim.course.grader import batch, reports
from devopssim.course.grader.grades import CellGrade, CheckResult, Grade
from devopssim.errors import InvalidInputError
from devopssim.files import write_text


def written(student: str, text: str) -> Grade:
    check = CheckResult(exercise="w", title="w", expected="", verdict="waiting", points=0, max_points=2, remark="")
    cell = CellGrade(notebook="01", grade_id="01-w", points=0, max_points=2, manual=True, answer=text, checks=[check])
    return Grade(student=student, assignment="c", cells=[cell])


def store(out: Path, *grades: Grade) -> list[Grade]:
    """Store grades as a batch does, and write the reports."""
    (out / batch.FOLDER).mkdir(parents=True, exist_ok=True)
    for grade in grades:
        text = msgspec.json.encode(batch.StoredGrade(fingerprint="", grade=grade)).decode()
        write_text(out / batch.FOLDER / f"{batch.file_name(grade.student)}.json", text)
    return reports.update_reports(grades, out)[0]


def table(out: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((out / "written" / "points.csv").read_text(encoding="utf-8").splitlines()))


def fill(out: Path, points: dict[str, str], *, separator: str = ",", encoding: str = "utf-8") -> None:
    """Fill the table in and save it as a spreadsheet does."""
    rows = table(out)
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=separator)
    writer.writeheader()
    for row in rows:
        student = row["student_id"]
        writer.writerow(
            {**row, "points": points.get(student, row["points"]), "comment": "schön" if student in points else ""}
        )
    (out / "written" / "points.csv").write_bytes(stream.getvalue().encode(encoding))


def test_a_late_student_leaves_the_others_marks_and_books(tmp_path: Path) -> None:
    store(tmp_path, written("ada", "because"), written("cem", "since"))
    fill(tmp_path, {"ada": "1,5", "cem": "2"}, separator=";", encoding="cp1252")
    store(tmp_path, written("dora", "as"))
    assert {row["student_id"]: row["points"] for row in table(tmp_path)} == {"ada": "1.5", "cem": "2", "dora": ""}
    assert table(tmp_path)[0]["comment"] == "schön"
    scores = csv.DictReader((tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines())
    assert {row["student_id"]: row["score"] for row in scores} == {"ada": "1.5", "cem": "2.0", "dora": "0"}
    assert all(f"{name}.html" in (tmp_path / "index.html").read_text() for name in ("ada", "cem", "dora"))


def test_a_mark_belongs_to_its_text(tmp_path: Path) -> None:
    store(tmp_path, written("ada", "because"))
    fill(tmp_path, {"ada": "1.5"})
    assert store(tmp_path, written("ada", "because"))[0].points == 1.5
    [again] = store(tmp_path, written("ada", "another reason"))
    assert (again.points, again.waiting_points) == (0, 2)
    assert table(tmp_path)[0]["points"] == ""
    assert table(tmp_path)[0]["earlier"] == "1.5: schön"
    assert "this mark was given: 1.5" in (tmp_path / "written" / "01-01-w.html").read_text()
    fill(tmp_path, {"ada": "1"})
    assert store(tmp_path, written("ada", "another reason"))[0].points == 1
    assert store(tmp_path, written("ada", "because"))[0].points == 1.5, "the old text has its old mark"


def test_a_table_without_the_last_columns_is_for_the_text_that_was_shown(tmp_path: Path) -> None:
    store(tmp_path, written("ada", "because"))
    path = tmp_path / "written" / "points.csv"
    path.write_text("student_id,notebook,grade_id,max_points,points,comment\nada,01,01-w,2,1,\n")
    assert store(tmp_path, written("ada", "another reason"))[0].points == 0
    assert store(tmp_path, written("ada", "because"))[0].points == 1


@pytest.mark.parametrize("student", ["'t Hooft", "=cmd", "007", "-1", "Zoë"])
def test_every_id_finds_its_mark(tmp_path: Path, student: str) -> None:
    store(tmp_path, written(student, "because"))
    rows = table(tmp_path)
    assert not rows[0]["student_id"].startswith(("=", "-"))
    fill(tmp_path, {rows[0]["student_id"]: "2"})
    assert store(tmp_path, written(student, "because"))[0].points == 2


def test_zeros_that_a_spreadsheet_drops_are_found_again(tmp_path: Path) -> None:
    store(tmp_path, written("007", "because"))
    path = tmp_path / "written" / "points.csv"
    path.write_text(path.read_text().replace("007,01,01-w,2,,", "7,1,01-w,2,1,"))
    assert store(tmp_path, written("007", "because"))[0].points == 1


def test_marks_from_elsewhere_are_added_and_contradictions_refused(tmp_path: Path) -> None:
    store(tmp_path, written("ada", "because"), written("cem", "since"))
    head = "student_id,notebook,grade_id,max_points,points,comment\n"
    (tmp_path / "a.csv").write_text(f"{head}ada,01,01-w,2,1,\nnobody,01,01-w,2,1,\n")
    (tmp_path / "b.csv").write_text(f"{head}ada,01,01-w,2,2,\n")
    grades, unknown = reports.update_reports([written("ada", "because")], tmp_path, points=[tmp_path / "a.csv"])
    assert grades[0].points == 1
    assert "nobody" in unknown[0]
    with pytest.raises(InvalidInputError, match="keep one"):
        reports.update_reports([written("ada", "because")], tmp_path, points=[tmp_path / "a.csv", tmp_path / "b.csv"])
    assert reports.update_reports([written("ada", "because")], tmp_path, points=[tmp_path / "b.csv"])[0][0].points == 2


def test_a_damaged_ledger_is_an_error_and_no_loss(tmp_path: Path) -> None:
    store(tmp_path, written("ada", "because"))
    (tmp_path / "written" / "marks.json").write_text("{")
    with pytest.raises(InvalidInputError, match="restore the file"):
        store(tmp_path, written("ada", "because"))
