"""Grades as a step summary for CI, in GitHub-flavoured Markdown."""

import re
from collections.abc import Sequence
from typing import Final

from devopssim.course.grader.grades import Grade

MARKS: Final = {"passed": "✅ passed", "partly": "🟡 partly", "failed": "❌ failed", "waiting": "⏳ waits for a person"}
MOST_STUDENTS_IN_FULL: Final = 5


def markdown(grades: Sequence[Grade]) -> str:
    """Return a table of points; for up to `MOST_STUDENTS_IN_FULL` students, every check as well.

    Examples
    --------
    >>> print(markdown([Grade(student="ada", assignment="delivery", cells=[], sandbox="container")]).split("###")[0])
    ## Grades
    <BLANKLINE>
    | student | points | of | waiting | sandbox |
    |---|--:|--:|--:|---|
    | ada | 0 | 0 | 0 | container |
    <BLANKLINE>
    <BLANKLINE>
    """
    lines = ["## Grades", "", "| student | points | of | waiting | sandbox |", "|---|--:|--:|--:|---|"]
    for grade in grades:
        points = "not graded" if grade.trouble else f"{grade.points:g}"
        lines.append(
            f"| {_cell(grade.student)} | {points} | {grade.max_points:g} | {grade.waiting_points:g} | {_cell(grade.sandbox)} |"
        )
    for grade in grades if len(grades) <= MOST_STUDENTS_IN_FULL else ():
        lines += [
            "",
            f"### {_cell(grade.student)}",
            "",
            "| exercise | verdict | points | what came | hint |",
            "|---|---|--:|---|---|",
        ]
        for cell in grade.cells:
            for check in cell.checks:
                row = (
                    f"{check.exercise}: {check.title}",
                    MARKS[check.verdict],
                    f"{check.points:g}/{check.max_points:g}",
                    check.remark,
                    check.hint,
                )
                lines.append("| " + " | ".join(map(_cell, row)) + " |")
        lines += [f"- {_cell(remark)}" for remark in ([grade.trouble] if grade.trouble else []) + list(grade.remarks)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Return a student's text as literal Markdown: without table borders, links, images, mentions or HTML."""
    flat = " ".join(text.encode("utf-8", "replace").decode().split())[:300]
    return re.sub(r"([\\`*_{}\[\]<>()#+!|@~$])", r"\\\1", flat).replace("\\<", "&lt;").replace("\\>", "&gt;")
