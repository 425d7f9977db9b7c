"""Grades as Gradescope's `results.json`, one file for each student.

References
----------
Gradescope, *Autograder specifications*, https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from devopssim.course.grader.batch import file_name
from devopssim.course.grader.grades import Grade
from devopssim.files import write_text


def results(grade: Grade) -> dict[str, Any]:
    """Return one student's results: a test for each check; the score sums the points so far, without those that wait.

    Examples
    --------
    >>> results(Grade(student="ada", assignment="delivery", cells=[], seconds=2.4))["execution_time"]
    2
    """
    tests = [
        {
            "name": f"{check.exercise}: {check.title}",
            "number": cell.grade_id,
            "score": round(check.points, 4),
            "max_score": round(check.max_points, 4),
            "status": "passed" if check.verdict == "passed" else "failed",  # the only two that Gradescope has
            "output": f"expected: {check.expected}\ncame: {check.remark}"
            + (f"\nhint: {check.hint}" if check.hint else ""),
            "output_format": "text",
            "tags": [cell.notebook],
            "visibility": "visible",
        }
        for cell in grade.cells
        for check in cell.checks
    ]
    return {
        "score": round(grade.points, 4),
        "execution_time": round(grade.seconds),
        "output": "\n".join([*([f"Not graded: {grade.not_graded}"] if grade.not_graded else []), *grade.remarks]),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def write(grades: Iterable[Grade], out: Path) -> list[Path]:
    """Write `gradescope/STUDENT/results.json` for each student and return the paths."""
    paths = []
    for grade in grades:
        path = out / "gradescope" / file_name(grade.student) / "results.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(results(grade), indent=1) + "\n")
        paths.append(path)
    return paths
