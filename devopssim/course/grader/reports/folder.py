"""Write every report of a batch of grades into one folder."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from devopssim.course.grader.grades import Grade
from devopssim.course.grader.reports import gradescope, junit, pages, summary, tables, written
from devopssim.files import write_text

SUMMARY_VARIABLE: Final = "GITHUB_STEP_SUMMARY"


def write_reports(grades: Sequence[Grade], out: Path) -> list[Path]:
    """Write every report into an existing folder.

    In GitHub Actions, the step summary (`GITHUB_STEP_SUMMARY`) gets the summary, too.

    Parameters
    ----------
    grades : sequence of Grade
        The grades.
    out : Path
        The folder.

    Returns
    -------
    list of Path
        `grades.csv`, `checks.csv`, `junit.xml`, `summary.md`, Gradescope's results, HTML pages, and, if answers wait for a person,
        the pages of written answers and `written/points.csv`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = write_reports([Grade(student="ada", assignment="delivery", cells=[])], Path(folder))
    >>> sorted({path.suffix for path in paths})
    ['.csv', '.html', '.json', '.md', '.xml']
    """
    made = {
        out / "grades.csv": tables.grades_csv(grades),
        out / "checks.csv": tables.checks_csv(grades),
        out / "junit.xml": junit.document(grades),
        out / "summary.md": summary.markdown(grades),
    }
    for path, text in made.items():
        write_text(path, text)
    paths = [*made, *gradescope.write(grades, out), *pages.write(grades, out), *written.write(grades, out)]
    if step_summary := os.environ.get(SUMMARY_VARIABLE):
        with Path(step_summary).open("a", encoding="utf-8") as stream:
            stream.write(summary.markdown(grades))
    return paths
