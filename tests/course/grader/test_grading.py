"""Grading: partial credit, variants, restarts, troubles, batches, reports and the command line."""

import csv
import importlib
import inspect
import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import needs
import pytest
from course import courses

import devopssim
from devopssim.cli import main
from devopssim.course.author import Source, load_source
from devopssim.course.grader import batch, reports
from devopssim.course.grader.grades import CellGrade, CheckResult, Grade
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.reports import gradescope, junit, pages, summary, tables, written
from devopssim.course.grader.sandbox import Limits, SandboxError, bubblewrap, choose_sandbox, host
from devopssim.course.grader.sandbox.plain import Plain
from devopssim.course.grader.sandbox.run import Started
from devopssim.course.grader.submissions import Submission, find_submissions
from devopssim.errors import InvalidInputError

KEY = b"0123456789abcdef"


@pytest.fixture(scope="module")
def whole_course() -> Source:
    return load_source(courses.SOURCE)


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return load_source(courses.only("01-values", tmp_path_factory.mktemp("values") / "course"))


@pytest.fixture
def sandboxed() -> str:
    reason = bubblewrap.problem()
    needs.require("bubblewrap", found=reason is None, how=f"`apt-get install bubblewrap` ({reason}).")
    return "bubblewrap"


def graded(course: Source, path: Path, key: bytes | None = None) -> Grade:
    return Grader(source=course, sandbox=Plain(), key=key).grade(find_submissions([path])[0])


def by_exercise(grade: Grade) -> dict[str, CheckResult]:
    return {check.exercise: check for cell in grade.cells for check in cell.checks}


def test_right_answers_get_every_point_that_needs_no_person(
    tmp_path: Path, whole_course: Source, sandboxed: str
) -> None:
    path = courses.hand_in(tmp_path / "ada")
    grade = Grader(source=whole_course, sandbox=choose_sandbox(sandboxed)).grade(find_submissions([path])[0])
    assert (grade.points, grade.waiting_points, grade.max_points, grade.trouble) == (21, 3, 24, "")
    live = by_exercise(grade)["02-d"]
    assert live.remark == "waits for a person: the lab could not be looked at (no container engine answers)."
    assert not live.hint, "nothing is wrong with it"


def test_the_released_copy_is_worth_nothing(tmp_path: Path, whole_course: Source) -> None:
    main(["course", "start", str(tmp_path / "copy"), "--source", str(courses.SOURCE)])
    grade = graded(whole_course, tmp_path / "copy")
    assert (grade.points, grade.trouble) == (0, "")


def test_an_exercise_that_was_not_begun_is_no_error(tmp_path: Path, values: Source) -> None:
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    path = courses.hand_in(
        tmp_path / "ada",
        "01-values",
        x01_a=stub,
        x01_b="by_role = pandas_that_is_not_there",
        x01_c=f"def failure_rate(failed, deployments):\n    {stub.splitlines()[1]}",
    )
    grade = graded(values, path)
    checks = by_exercise(grade)
    assert [checks[name].remark for name in ("01-a", "01-c")] == ["there is no answer yet."] * 2
    assert "the cell stopped with the error NameError" in checks["01-b"].remark
    assert len(grade.remarks) == 1, "the error is worth a remark, an answer that is not there yet is not"


def test_each_check_gives_the_part_that_is_right(tmp_path: Path, whole_course: Source) -> None:
    path = courses.hand_in(
        tmp_path / "ada",
        x01_b='by_role = pd.DataFrame({"role": ["developer", "tester"], "hours": [45.0, 4.0]})',
        x01_c="def failure_rate(failed, deployments):\n    return failed / deployments",
        x02_a='plan = ds.vary(ds.DEVOPS, {"years": 0.3, "process.window_weeks": 52, "practices.deployment": 0, "practices.delivery": 0})',
        x02_b='Path("Dockerfile").write_text("FROM python:latest\\nUSER 1\\nCMD x\\n")',
        x02_c='workflow = "on: push\\njobs: {test: {steps: [{run: pytest}]}}"',
    )
    checks = by_exercise(graded(whole_course, path))
    assert checks["01-b"].points == 1
    assert "look at hours" in checks["01-b"].remark
    assert checks["01-c"].points == 3
    assert "ZeroDivisionError" in checks["01-c"].remark
    assert checks["02-a"].points < 4
    assert checks["02-b"].points == 2
    assert "not `latest`" in checks["02-b"].remark
    assert checks["02-c"].points == 2
    assert checks["01-b"].verdict == "partly"
    assert checks["01-b"].hint == "One row for each role."


def test_a_scenario_over_budget_reaches_nothing(tmp_path: Path, whole_course: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "02-delivery", x02_a='plan = ds.vary(ds.DEVOPS, {"team.developers": 100})')
    assert (
        by_exercise(graded(whole_course, path))["02-a"].remark
        == "100 developers are more than the 8 that are paid for."
    )


def test_a_scenario_that_takes_forever_reaches_nothing(
    tmp_path: Path, whole_course: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devopssim.course.author.scenario_trials.SECONDS", 3)
    path = courses.hand_in(
        tmp_path / "ada",
        "02-delivery",
        x02_a='plan = ds.vary(ds.DEVOPS, {"years": 50, "demand.requests_per_week": 500})',
    )
    check = by_exercise(graded(whole_course, path))["02-a"]
    assert check.points == 0
    assert "did not finish" in check.remark


def test_a_file_beside_the_notebook_counts_as_an_answer(tmp_path: Path, whole_course: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "02-delivery", x02_b="pass")
    assert (
        by_exercise(graded(whole_course, path))["02-b"].remark
        == "no such file: Dockerfile; the grader runs only the answer cells, so define it there."
    )
    (path / "Dockerfile").write_text(
        "FROM python:3.12-slim\nUSER 1\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCMD x\n"
    )
    assert by_exercise(graded(whole_course, path))["02-b"].points == 4
    (path / "Dockerfile").unlink()
    (path / "Dockerfile").symlink_to("/etc/passwd")
    assert by_exercise(graded(whole_course, path))["02-b"].points == 0


def test_a_copied_answer_is_judged_by_the_copiers_own_numbers(tmp_path: Path, values: Source) -> None:
    grader = Grader(source=values, sandbox=Plain(), key=KEY)
    slowest = grader.numbers("ada")["slowest"]
    assert isinstance(slowest, int)
    hours = sorted([2.0, 4.0, 9.0, slowest])
    copied = courses.hand_in(
        tmp_path / "in" / "ada",
        "01-values",
        x01_b=f'by_role = pd.DataFrame({{"role": ["developer", "tester"], "hours": [{sum(hours)}, 3.0]}})',
    )
    shutil.copytree(copied, tmp_path / "in" / "grace")
    ada, grace = (grader.grade(submission) for submission in find_submissions([tmp_path / "in"]))
    assert ada.points == 10
    assert by_exercise(grace)["01-b"].points == 1


def test_a_renamed_notebook_is_found_by_its_grade_ids(tmp_path: Path, values: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "01-values")
    (path / "01-values.ipynb").rename(path / "final (2).ipynb")
    grade = graded(values, path)
    assert grade.points == 10
    assert grade.remarks == ["01-values: read from final (2).ipynb"]


@dataclass(frozen=True)
class Broken:
    """A sandbox whose engine went away."""

    name: str = "broken"
    folder: str | None = None
    closed: bool = True
    uid: int | None = None

    def start(self, limits: Limits) -> Started:
        raise SandboxError(f"no engine for {limits.memory_mb} MB.")


def test_a_sandbox_that_fails_gives_no_zero_but_says_so(tmp_path: Path, values: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "01-values")
    grader = Grader(source=values, sandbox=Broken())
    grades = batch.grade_all(grader, find_submissions([path]), tmp_path / "out")
    assert "no engine" in grades[0].trouble
    assert "NOT GRADED" in tables.terminal_table(grades)
    again = batch.grade_all(Grader(source=values, sandbox=Plain()), find_submissions([path]), tmp_path / "out")
    assert again[0].points == 10, "what the grader failed on is graded again"


def test_a_line_of_the_table_fits_a_terminal() -> None:
    names = [f"{number:02}-a-long-name-of-a-notebook" for number in range(12)]
    cells = [CellGrade(notebook=name, grade_id="a", points=1 / 3, max_points=10, checks=[]) for name in names]
    head, line, *_ = tables.terminal_table(
        [Grade(student="ada", assignment="course", cells=cells, sandbox="container")]
    ).split("\n")
    assert max(len(head), len(line)) <= 132
    assert head.split() == ["student", *(f"{number:02}" for number in range(12)), "points", "s"]
    assert line.split() == ["ada", *["0.33"] * 12, "4/120", "0"]


def test_a_batch_goes_on_where_it_stopped(tmp_path: Path, values: Source) -> None:
    for student in ("ada", "grace"):
        courses.hand_in(tmp_path / "in" / student, "01-values")
    first = batch.grade_all(
        Grader(source=values, sandbox=Plain()), find_submissions([tmp_path / "in"]), tmp_path / "out", workers=2
    )
    again = batch.grade_all(
        Grader(source=values, sandbox=Broken("none")), find_submissions([tmp_path / "in"]), tmp_path / "out"
    )
    assert again == first, "nothing changed, so nothing needed the sandbox"
    courses.hand_in(tmp_path / "in" / "grace", "01-values", x01_a="median = 1.0")
    third = batch.grade_all(
        Grader(source=values, sandbox=Plain()), find_submissions([tmp_path / "in"]), tmp_path / "out"
    )
    assert [grade.points for grade in third] == [10, 8]


def test_a_folder_that_cannot_be_read_is_one_students_trouble(
    tmp_path: Path, values: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in ("ada", "grace"):
        courses.hand_in(tmp_path / "in" / student, "01-values")
    known = batch._state_of

    def state_of(path: Path) -> Iterable[str]:
        if path.name == "ada":
            raise OSError(5, "Input/output error")
        return known(path)

    monkeypatch.setattr(batch, "_state_of", state_of)
    ada, grace = batch.grade_all(
        Grader(source=values, sandbox=Plain()), find_submissions([tmp_path / "in"]), tmp_path / "out"
    )
    assert "Input/output error" in ada.trouble
    assert (grace.trouble, grace.points) == ("", 10)


def test_an_interruption_begins_no_other_submission(tmp_path: Path, values: Source) -> None:
    for student in ("ada", "grace", "hedy", "mary"):
        courses.hand_in(tmp_path / "in" / student, "01-values")

    def interrupt(_: Grade) -> None:
        raise KeyboardInterrupt

    grader = Grader(source=values, sandbox=Plain())
    with pytest.raises(KeyboardInterrupt):
        batch.grade_all(grader, find_submissions([tmp_path / "in"]), tmp_path / "out", workers=1, progress=interrupt)
    kept = list((tmp_path / "out" / batch.FOLDER).glob("*.json"))
    assert 1 <= len(kept) <= 2, "the first, and the one that had begun"
    grades = batch.grade_all(grader, find_submissions([tmp_path / "in"]), tmp_path / "out")
    assert [grade.points for grade in grades] == [10, 10, 10, 10]


def test_the_lab_of_the_graders_machine_is_not_the_work_of_many(tmp_path: Path) -> None:
    course = load_source(courses.only("02-delivery", tmp_path / "course"))
    path = courses.hand_in(tmp_path / "ada", "02-delivery")
    grade = Grader(source=course, sandbox=Plain(), sees_lab=False).grade(find_submissions([path])[0])
    assert by_exercise(grade)["02-d"].verdict == "waiting"
    assert "cannot be the work of several students" in by_exercise(grade)["02-d"].remark


def test_a_time_limit_is_the_cells_own(tmp_path: Path, values: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "01-values", x01_a="while True: pass")
    grade = Grader(source=values, sandbox=Plain(), limits=Limits(cell_seconds=1)).grade(find_submissions([path])[0])
    assert grade.points == 8
    assert "longer than it may" in " ".join(grade.remarks)


@pytest.mark.parametrize(
    ("region", "says"),
    [
        ("median", "cannot see the notebook's names"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = 1", "expect nothing"),
        ('from devopssim.course import expect\nexpect.number("77-x", 1)', "'77-x' is no exercise"),
    ],
)
def test_a_hidden_region_that_cannot_be_graded_is_refused_with_its_place(
    tmp_path: Path, region: str, says: str
) -> None:
    folder = courses.only("01-values", tmp_path / "course")
    notebook = json.loads((folder / "01-values.ipynb").read_text(encoding="utf-8"))
    cell = next(
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == "01-a-test"
    )
    cell["source"] = f"### BEGIN HIDDEN TESTS\n{region}\n### END HIDDEN TESTS"
    (folder / "01-values.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=says) as caught:
        load_source(folder).expectations({"slowest": 30})
    assert "01-values.ipynb, cell '01-a-test'" in str(caught.value)


def test_submissions_are_folders_of_students_or_single_ones(tmp_path: Path) -> None:
    courses.hand_in(tmp_path / "in" / "ada")
    courses.hand_in(tmp_path / "in" / "grace")
    assert [submission.student for submission in find_submissions([tmp_path / "in"])] == ["ada", "grace"]
    assert find_submissions([tmp_path / "in" / "ada"], student="login")[0].student == "login"
    assert find_submissions([tmp_path / "in" / "ada" / "01-values.ipynb"])[0].student == "01-values"
    with pytest.raises(InvalidInputError, match="two submissions"):
        find_submissions([tmp_path / "in", tmp_path / "in" / "ada"])
    with pytest.raises(InvalidInputError, match="--student"):
        find_submissions([tmp_path / "in"], student="x")
    with pytest.raises(InvalidInputError, match="no such submission"):
        find_submissions([tmp_path / "nobody"])


def nasty() -> Grade:
    """A grade full of texts that mean harm to whoever prints them."""
    text = "\x1b[2J\x00\x08 ]]> <script>alert(1)</script> ::error::x | `x` [a](javascript:1) \ud800 =1+1"
    check = CheckResult(
        exercise="01-a",
        title="A",
        expected="a number",
        verdict="partly",
        points=0.5,
        max_points=2,
        remark=text,
        hint=text,
    )
    written_cell = CellGrade(
        notebook="01",
        grade_id="w",
        points=0,
        max_points=2,
        manual=True,
        answer=text,
        checks=[
            CheckResult(
                exercise="w", title="w", expected="words", verdict="waiting", points=0, max_points=2, remark="waits"
            )
        ],
    )
    cell = CellGrade(notebook="01", grade_id="01-a-test", points=0.5, max_points=2, checks=[check])
    return Grade(
        student="=cmd|<b>\x1b::set",
        assignment="c",
        cells=[cell, written_cell],
        remarks=[text],
        seconds=1,
        sandbox="container",
    )


@pytest.fixture
def reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))
    reports.write_reports([nasty()], tmp_path)
    return tmp_path


def test_junit_is_xml_whatever_a_student_wrote() -> None:
    suite = ET.fromstring(junit.document([nasty()]))[0]  # noqa: S314 - our own document
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "1")


def test_csv_has_nbgraders_columns_and_no_formulas(reported: Path) -> None:
    rows = list(csv.DictReader((reported / "grades.csv").read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == list(tables.NBGRADER_COLUMNS)
    assert (rows[0]["score"], rows[0]["max_score"]) == ("0.5", "4")
    assert rows[0]["student_id"].startswith("'=")


def test_nbgrader_writes_the_same_columns() -> None:
    exporter = importlib.import_module("nbgrader.plugins.export").CsvExportPlugin  # takes seconds to import
    text = inspect.getsource(exporter.export)
    places = [text.index(f'"{column}"') for column in tables.NBGRADER_COLUMNS]
    assert places == sorted(places)


def test_pages_and_summaries_hold_text_only(reported: Path) -> None:
    html = list(reported.rglob("*.html"))
    assert {"index.html", "01-w.html"} < {path.name for path in html}, (
        "the list, the student's page, the written answer"
    )
    for path in (*html, reported / "summary.md", reported / "step.md"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text, path
        assert path.suffix == ".html" or "](javascript" not in text, path
    assert "\x1b" not in tables.terminal_table([nasty()])
    assert "::" not in tables.terminal_table([nasty()]).replace(": :", "")
    assert "<b>" not in pages.page(nasty())


def test_gradescope_results_have_each_check() -> None:
    results = gradescope.results(nasty())
    assert results["score"] == 0.5
    assert [test["max_score"] for test in results["tests"]] == [2, 2]
    assert json.loads(json.dumps(results)) == results


def test_the_summary_says_what_waits() -> None:
    assert "| 0.5 | 4 | 2 | container |" in summary.markdown([nasty()])


def test_points_for_words_come_back_from_the_table(tmp_path: Path) -> None:
    reports.write_reports([nasty()], tmp_path)
    path = tmp_path / "written" / "points.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    rows[1][4:] = ["1.5", "well argued"]
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    marked = written.apply_marks([nasty()], written.read_marks(path))
    assert marked[0].points == 2
    assert marked[0].cells[1].checks[0].remark == "well argued"
    reports.write_reports(marked, tmp_path)
    assert written.apply_marks([nasty()], written.read_marks(path)) == marked, (
        "writing reports again keeps the person's points"
    )


@pytest.mark.parametrize(
    ("points", "says"), [("3", "between 0 and 2"), ("-1", "between"), ("two", "must be a number"), ("nan", "between")]
)
def test_points_that_cannot_be_are_refused_with_their_line(tmp_path: Path, points: str, says: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(f"student_id,notebook,grade_id,max_points,points,comment\nada,01,w,2,{points},\n")
    with pytest.raises(InvalidInputError, match=says) as caught:
        written.read_marks(path)
    assert "line 2" in str(caught.value)


def test_different_students_have_different_files() -> None:
    names = ["a/b", "a_b", "a:b", "../../etc/passwd", "..", "A" * 300, "ä", "\ud800"]
    made = [batch.file_name(name) for name in names]
    assert len(set(made)) == len(names)
    assert all("/" not in name and not name.startswith(".") and len(name) < 120 for name in made)


def test_the_command_grades_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = courses.only("01-values", tmp_path / "course")
    courses.hand_in(tmp_path / "ada", "01-values", x01_a="median = 1.0")
    words = [
        "course",
        "grade",
        str(tmp_path / "ada"),
        "--source",
        str(course),
        "--sandbox",
        "none",
        "--out",
        str(tmp_path / "report"),
    ]
    assert main([*words, "--pass-mark", "0.5"]) == 0
    printed = capsys.readouterr().out
    assert "8/10" in printed
    assert "NO SANDBOX" in printed
    assert main([*words, "--pass-mark", "0.9", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["student"] == "ada"
    assert (tmp_path / "report" / "students" / "ada.html").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["grade", "nowhere"], "no such submission"),
        (["grade", ".", "--sandbox", "magic"], "sandbox='magic'"),
        (["grade", ".", "--cell-seconds", "0"], "cell_seconds=0"),
        (["grade", ".", "--source", "nowhere"], "no such folder"),
        (["start", "copy", "--source", ".", "--student", "ada"], "exercises.toml"),
        (["start", "copy", "--key", "nokey"], "course.key"),
    ],
)
def test_a_users_mistake_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with_source = words if "--source" in words else [*words, "--source", str(courses.SOURCE)]
    assert main(["course", *with_source]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_bubblewrap_hides_the_source_even_beside_python(tmp_path: Path, sandboxed: str) -> None:
    secret = Path(devopssim.__file__).parent / "course" / "grader" / "reports" / "templates"
    assert list(secret.iterdir())
    sandbox = choose_sandbox(sandboxed, secret=[secret])
    course = load_source(courses.only("01-values", tmp_path / "course"))
    path = courses.hand_in(
        tmp_path / "ada", "01-values", x01_a=f"import os\nmedian = 6.5 if not os.listdir({str(secret)!r}) else 1.0"
    )
    assert Grader(source=course, sandbox=sandbox).grade(Submission(student="ada", path=path)).points == 10


def test_bubblewrap_shows_what_lies_below_the_folder_that_it_gives_for_scratch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's checkout, and Python in it, may lie below /tmp."""
    needs.require("bubblewrap", found=bubblewrap.problem() is None, how="`apt-get install bubblewrap`.")
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "file").touch()
    folders = [*host.folders(), tmp_path / "shown"]
    monkeypatch.setattr(host, "folders", lambda: folders)
    words = [*bubblewrap.Bubblewrap().arguments(Limits()), "/bin/ls", str(tmp_path / "shown")]
    assert subprocess.run(words, capture_output=True, text=True, check=False).stdout == "file\n"


def test_an_answer_may_read_the_recorded_logs(tmp_path: Path, values: Source, sandboxed: str) -> None:
    reading = "from devopssim.livelab import recorded\nmedian = 6.5 if len(recorded.log('by_hand')) else 1.0"
    path = courses.hand_in(tmp_path / "ada", "01-values", x01_a=reading)
    grade = Grader(source=values, sandbox=choose_sandbox(sandboxed)).grade(Submission(student="ada", path=path))
    assert (grade.points, grade.remarks) == (10, [])
