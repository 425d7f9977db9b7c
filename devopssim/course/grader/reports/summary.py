"""Grades as a step summary for CI, in GitHub-flavoured Markdown."""

import re
from collections.abc import Sequence
from typing import Final

from devopssim.course.grader.grades import Grade

MARKS: Final = {
    "passed": "✅ passed",
    "partly": "🟡 partly",
    "failed": "❌ failed",
    "waiting": "⏳ waits for a person",
    "ungraded": "❔ not graded",
}
MOST_STUDENTS_IN_FULL: Final = 5


def markdown(grades: Sequence[Grade], notes: Sequence[str] = ()) -> str:
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
        points = "not graded" if grade.trouble else f"{grade.points:g}{' (incomplete)' if grade.ungraded else ''}"
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
        lines += [f"- {_cell(remark)}" for remark in grade.remarks]
    lines += _incomplete(grades, notes)
    return "\n".join(lines) + "\n"


def _incomplete(grades: Sequence[Grade], notes: Sequence[str]) -> list[str]:
    """Return lists of what was not graded, and of what could not be placed."""
    not_graded = [f"- {_cell(grade.student)}: {_cell(grade.not_graded)}" for grade in grades if grade.not_graded]
    lines = ["", "### Not graded", "", *not_graded] if not_graded else []
    return lines + (["", "### Not placed", "", *(f"- {_cell(note)}" for note in notes)] if notes else [])


def _cell(text: str) -> str:
    """Return a student's text as literal Markdown: without table borders, links, images, mentions or HTML."""
    flat = " ".join(text.encode("utf-8", "replace").decode().split())[:300]
    flat = "".join(letter if letter.isprintable() else "�" for letter in flat)
    flat = re.sub(
        r"(?i)\b(https?|ftp|www)(?=[:.])", lambda match: f"{match[0]}\u200b", flat
    )  # bare links, too, are made links
    return re.sub(r"([\\`*_{}\[\]<>()#+!|@~$])", r"\\\1", flat).replace("\\<", "&lt;").replace("\\>", "&gt;")
