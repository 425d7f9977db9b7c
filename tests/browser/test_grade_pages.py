"""The pages of `course grade` in a browser: quiet, accessible, and without scrolling sideways on a narrow screen."""

from pathlib import Path

import pytest
from browser import checks, pages
from playwright.sync_api import Browser

from devopssim.course.grader.grades import CellGrade, CheckResult, Grade, Verdict
from devopssim.course.grader.reports.folder import write_reports

pytestmark = pytest.mark.browser

LONGEST_ID = "x" * 60
STUDENTS = ("ada", "grace.hopper@informatik.universitaet-musterstadt.example", LONGEST_ID)
REMARK = "GitHub would refuse the file: jobs." + "a_job_without_any_blank_in_its_name" * 2 + " lacks the key 'runs-on'."


def cell(number: int, verdict: Verdict, *, manual: bool = False) -> CellGrade:
    check = CheckResult(
        exercise=f"02-{number}",
        title="A team that reaches its targets",
        expected="a Scenario that reaches lead_time_for_changes at most 168 h, deployment_frequency at least 1 per week",
        verdict=verdict,
        points=0,
        max_points=4,
        remark=REMARK,
        hint="A job can wait for another: needs.",
    )
    return CellGrade(
        notebook="02-delivery",
        grade_id=f"02-{number}",
        points=0,
        max_points=4,
        checks=[check],
        manual=manual,
        answer=REMARK if manual else "",
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    cells = [cell(1, "failed"), cell(2, "passed"), cell(3, "waiting", manual=True)]
    grades = [Grade(student=name, assignment="delivery", cells=cells, remarks=[REMARK]) for name in STUDENTS]
    ungraded = Grade(student="bob", assignment="delivery", cells=cells, ungraded={"02-delivery": REMARK})
    write_reports([*grades, ungraded], out, notes=[f"{LONGEST_ID}/notes.txt: {REMARK}"])
    return out


@pytest.mark.parametrize(("dark", "width"), [(False, 320), (True, 1200)])
@pytest.mark.parametrize("name", ["index", "class", f"students/{LONGEST_ID}", "written/02-delivery-02-3"])
def test_a_page_of_grades_can_be_read_by_everyone(
    chromium: Browser, report: Path, name: str, *, dark: bool, width: int
) -> None:
    with pages.watched(chromium, dark=dark, size=(width, 800)) as seen:
        seen.page.goto((report / f"{name}.html").as_uri())
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        checks.is_quiet(seen)
        checks.is_accessible(seen, "body")
